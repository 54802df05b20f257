//! Inputs: JSON body, path and query, each refused with the field at fault.

use crate::problem::{self, Problem};
use crate::spec::{Describe, Spec};
use axum::extract::{FromRequest, FromRequestParts, Request};
use bytes::Bytes;
use http::header;
use http::request::Parts;
use schemars::JsonSchema;
use serde::de::DeserializeOwned;

/// A JSON body. Unknown fields are refused by the types themselves (`deny_unknown_fields`).
#[derive(Debug, Clone, Copy)]
pub struct Json<T>(pub T);

/// The path's parameters, by name. A parameter that is not of its type names nothing: 404.
#[derive(Debug, Clone, Copy)]
pub struct Path<T>(pub T);

/// The query string.
#[derive(Debug, Clone, Copy)]
pub struct Query<T>(pub T);

/// The body as it came, for endpoints that check a signature over it.
#[derive(Debug, Clone)]
pub struct RawBody {
    pub bytes: Bytes,
    pub headers: http::HeaderMap,
}

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for Json<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        let kind =
            request.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
        let json = kind.split(';').next().is_some_and(|mime| mime.trim().eq_ignore_ascii_case("application/json"));
        if !json {
            return Err(Problem::of(&problem::UNSUPPORTED_MEDIA));
        }
        let bytes = read(request, state).await?;
        if let Some(refused) = not_an_object(&bytes) {
            return Err(refused);
        }
        let mut reader = serde_json::Deserializer::from_slice(&bytes);
        let value = serde_path_to_error::deserialize(&mut reader).map_err(|error| {
            let at = pointer(error.path());
            let inner = error.into_inner();
            if inner.is_data() {
                let message = plain(&inner.to_string());
                let at = missing(&message).map_or_else(|| at.clone(), |name| format!("{at}/{name}"));
                Problem::invalid(at, message)
            } else {
                Problem::of(&problem::MALFORMED)
            }
        })?;
        reader.end().map_err(|_| Problem::of(&problem::MALFORMED))?;
        Ok(Json(value))
    }
}

impl<T: DeserializeOwned + Send, S: Send + Sync> FromRequestParts<S> for Path<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let path = axum::extract::Path::<T>::from_request_parts(parts, state).await;
        path.map(|axum::extract::Path(value)| Path(value)).map_err(|_| Problem::of(&problem::NOT_FOUND))
    }
}

impl<T: DeserializeOwned, S: Send + Sync> FromRequestParts<S> for Query<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let pairs = serde_urlencoded::Deserializer::new(form_pairs(parts.uri.query().unwrap_or_default()));
        serde_path_to_error::deserialize(pairs).map(Query).map_err(|error| {
            let name = error.path().to_string();
            let message = plain(&error.into_inner().to_string());
            let field = match missing(&message) {
                Some(missing) => format!("?{missing}"),
                None if name == "." => "?".to_owned(),
                None => format!("?{name}"),
            };
            Problem::invalid(field, message)
        })
    }
}

/// Bodies are objects; serde would read an array as the fields of a struct in their order.
fn not_an_object(bytes: &[u8]) -> Option<Problem> {
    if bytes.iter().find(|byte| !byte.is_ascii_whitespace()) == Some(&b'{') {
        return None;
    }
    let json = serde_json::from_slice::<serde::de::IgnoredAny>(bytes).is_ok();
    Some(if json { Problem::invalid("", "an object") } else { Problem::of(&problem::MALFORMED) })
}

fn form_pairs(query: &str) -> form::Parse<'_> {
    form::parse(query.as_bytes())
}

mod form {
    //! `serde_urlencoded` reads what `form_urlencoded` parses.
    pub(super) type Parse<'a> = form_urlencoded::Parse<'a>;
    pub(super) fn parse(bytes: &[u8]) -> Parse<'_> {
        form_urlencoded::parse(bytes)
    }
}

impl<S: Send + Sync> FromRequest<S> for RawBody {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        let headers = request.headers().clone();
        Ok(RawBody { bytes: read(request, state).await?, headers })
    }
}

async fn read<S: Send + Sync>(request: Request, state: &S) -> Result<Bytes, Problem> {
    Bytes::from_request(request, state).await.map_err(|rejection| {
        let large = rejection.status() == http::StatusCode::PAYLOAD_TOO_LARGE;
        Problem::of(if large { &problem::TOO_LARGE } else { &problem::MALFORMED })
    })
}

/// `lines[0].quantity` as the JSON pointer `/lines/0/quantity`.
fn pointer(path: &serde_path_to_error::Path) -> String {
    use serde_path_to_error::Segment;
    path.iter()
        .map(|segment| match segment {
            Segment::Seq { index } => format!("/{index}"),
            Segment::Map { key } => format!("/{key}"),
            Segment::Enum { variant } => format!("/{variant}"),
            Segment::Unknown => "/?".to_owned(),
        })
        .collect()
}

/// The field that is not there: serde says where it should be, and its name only in words.
fn missing(message: &str) -> Option<&str> {
    message.strip_prefix("missing field `")?.strip_suffix('`')
}

/// serde's message without its position.
fn plain(message: &str) -> String {
    message.split(" at line ").next().unwrap_or(message).to_owned()
}

impl<T: JsonSchema> Describe for Json<T> {
    fn describe(spec: &mut Spec) {
        spec.body = Some(spec.schemas.subschema_for::<T>().to_value());
    }
}
impl<T: JsonSchema> Describe for Query<T> {
    fn describe(spec: &mut Spec) {
        spec.query = Some(schemars::schema_for!(T).to_value());
        // Registers what the parameters refer to.
        let _ = spec.schemas.subschema_for::<T>();
    }
}
impl<T: JsonSchema> Describe for Path<T> {
    fn describe(spec: &mut Spec) {
        spec.path = Some(schemars::schema_for!(T).to_value());
    }
}
impl Describe for RawBody {
    fn describe(spec: &mut Spec) {
        spec.raw_body = true;
    }
}
