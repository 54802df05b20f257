//! Refusals: what a use case says no with. Each has a stable code that clients may branch on, never renamed.

use http::StatusCode;
use serde::Serialize;

/// One entry of the error catalogue.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Code {
    /// Stable, snake_case, unique over the platform in meaning.
    pub id: &'static str,
    /// HTTP status it travels with.
    pub status: u16,
    /// English title.
    pub title: &'static str,
    /// Korean title, shown to people.
    pub title_ko: &'static str,
}

impl Code {
    pub const fn new(id: &'static str, status: u16, title: &'static str, title_ko: &'static str) -> Code {
        Code { id, status, title, title_ko }
    }

    pub fn status(&self) -> StatusCode {
        StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
    }
}

/// One input of the request at fault: a JSON pointer into the body, `?name` of the query, or a header's name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct FieldError {
    pub field: String,
    pub code: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
}

impl FieldError {
    pub fn new(field: impl Into<String>, code: impl Into<String>) -> FieldError {
        FieldError { field: field.into(), code: code.into(), message: None }
    }
}

/// An error enum of a use case. Made by [`refusals!`](crate::refusals).
pub trait Refusal: std::fmt::Debug + Send + Sync + 'static {
    /// Every code this enum can answer, for the OpenAPI document and the catalogue.
    const CODES: &'static [Code];
    fn code(&self) -> &'static Code;
    /// The request fields at fault.
    fn fields(&self) -> Vec<FieldError>;
    /// What else the caller needs to act on it, as the problem's `details`.
    fn details(&self) -> Option<serde_json::Value>;
}

/// For endpoints that refuse nothing of their own.
#[derive(Debug, Clone, Copy)]
pub enum Never {}

impl Refusal for Never {
    const CODES: &'static [Code] = &[];
    fn code(&self) -> &'static Code {
        match *self {}
    }
    fn fields(&self) -> Vec<FieldError> {
        match *self {}
    }
    fn details(&self) -> Option<serde_json::Value> {
        match *self {}
    }
}

/// Declares the error enum of a use case: variant, optional payload (sent as `details`), status, code, optional field
/// at fault, English and Korean title. A variant marked `each field` holds a `Vec<FieldError>` found at run time.
///
/// ```
/// kernel::refusals! {
///     /// Why a cart line is refused.
///     pub enum AddError {
///         SkuUnknown = 404 "sku_unknown", "There is no such SKU.", "존재하지 않는 옵션입니다.";
///         OverLimit(i64) = 422 "over_limit" at "/quantity", "More than may be bought.", "구매 가능 수량을 초과했습니다.";
///         Incomplete(Vec<kernel::FieldError>) = 422 "incomplete" each field, "Fields are missing.", "빠진 항목이 있습니다.";
///     }
/// }
/// ```
#[macro_export]
macro_rules! refusals {
    ($(#[$meta:meta])* $vis:vis enum $name:ident { $(
        $(#[$vmeta:meta])* $variant:ident $(($payload:ty))? = $status:literal $id:literal $(at $field:literal)? $(each $each:ident)?, $title:literal, $ko:literal;
    )* }) => {
        $(#[$meta])*
        #[derive(Debug)]
        $vis enum $name { $( $(#[$vmeta])* $variant $(($payload))?, )* }

        impl $crate::Refusal for $name {
            const CODES: &'static [$crate::Code] = &[ $( $crate::Code::new($id, $status, $title, $ko) ),* ];
            fn code(&self) -> &'static $crate::Code {
                match self { $( Self::$variant { .. } => { const CODE: $crate::Code = $crate::Code::new($id, $status, $title, $ko); &CODE } )* }
            }
            #[allow(unused_variables, clippy::allow_attributes)]
            fn fields(&self) -> Vec<$crate::FieldError> {
                match self { $( $crate::refusals!(@pattern $variant $(($payload))? payload) => {
                    #[allow(unused_mut, clippy::allow_attributes)]
                    let mut fields = Vec::new();
                    $( fields.push($crate::FieldError::new($field, $id)); )?
                    $( let $each: &[$crate::FieldError] = payload; fields.extend_from_slice($each); )?
                    fields
                } )* }
            }
            #[allow(unused_variables, clippy::allow_attributes)]
            fn details(&self) -> Option<serde_json::Value> {
                match self { $( $crate::refusals!(@pattern $variant $(($payload))? payload) => $crate::refusals!(@details $(($payload))? payload $(each $each)?), )* }
            }
        }
    };
    (@pattern $variant:ident ($payload:ty) $bind:ident) => { Self::$variant($bind) };
    (@pattern $variant:ident $bind:ident) => { Self::$variant };
    (@details ($payload:ty) $bind:ident) => { serde_json::to_value($bind).ok() };
    (@details $bind:ident) => { None };
    (@details ($payload:ty) $bind:ident each $each:ident) => { None };
}
