//! State machines: a table of (from, action, to); whatever is not in it is refused.

/// Declares a state enum with its text form (the same in code, database and API) and its transition table.
///
/// `next(action)` answers the state after an action, or None when the table does not allow it.
#[macro_export]
macro_rules! states {
    ($(#[$meta:meta])* $vis:vis enum $name:ident { $($(#[$vmeta:meta])* $variant:ident = $text:literal),* $(,)? }
     $(#[$ameta:meta])* actions $action:ident { $($from:ident --$act:ident--> $to:ident),* $(,)? }
     all { $($each:ident),* $(,)? }) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize, schemars::JsonSchema)]
        #[serde(rename_all = "snake_case")]
        $vis enum $name { $($(#[$vmeta])* $variant),* }

        $(#[$ameta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        $vis enum $action { $($each),* }

        impl $name {
            pub const ALL: &'static [$name] = &[$($name::$variant),*];
            /// Every allowed step.
            pub const TABLE: &'static [($name, $action, $name)] = &[$(($name::$from, $action::$act, $name::$to)),*];

            pub const fn as_str(self) -> &'static str { match self { $($name::$variant => $text),* } }

            /// The state after `action`, or None: not allowed from here.
            pub fn next(self, action: $action) -> Option<$name> {
                Self::TABLE.iter().find(|(from, act, _)| *from == self && *act == action).map(|(_, _, to)| *to)
            }
        }
        impl $action { pub const ALL: &'static [$action] = &[$($action::$each),*]; }
        $crate::text_enum!(@sql $name { $($variant = $text),* });
    };
}

/// For tests: what each action makes of each state, all of them listed; every other pair is refused.
#[macro_export]
macro_rules! assert_steps {
    ($state:ident, $action:ident { $($from:ident: $($act:ident => $to:ident),*;)* }) => {
        let promised: &[($state, &[($action, $state)])] = &[$(($state::$from, &[$(($action::$act, $state::$to)),*])),*];
        assert!(promised.iter().map(|(from, _)| *from).eq($state::ALL.iter().copied()), "every state is listed, in order");
        for (from, steps) in promised {
            for action in $action::ALL {
                let expected = steps.iter().find(|(act, _)| act == action).map(|(_, to)| *to);
                assert_eq!(from.next(*action), expected, "{action:?} of {from}");
            }
        }
    };
}

/// A closed set of words kept as TEXT with a CHECK in the database and as snake_case in JSON.
#[macro_export]
macro_rules! text_enum {
    ($(#[$meta:meta])* $vis:vis enum $name:ident { $($(#[$vmeta:meta])* $variant:ident = $text:literal),* $(,)? }) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize, serde::Deserialize, schemars::JsonSchema)]
        $vis enum $name { $($(#[$vmeta])* #[serde(rename = $text)] $variant),* }
        impl $name {
            pub const ALL: &'static [$name] = &[$($name::$variant),*];
            pub const fn as_str(self) -> &'static str { match self { $($name::$variant => $text),* } }
        }
        $crate::text_enum!(@sql $name { $($variant = $text),* });
    };
    (@sql $name:ident { $($variant:ident = $text:literal),* }) => {
        impl std::str::FromStr for $name {
            type Err = String;
            fn from_str(text: &str) -> Result<Self, String> {
                match text { $($text => Ok($name::$variant),)* other => Err(format!(concat!("not a ", stringify!($name), ": {}"), other)) }
            }
        }
        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result { f.write_str(self.as_str()) }
        }
        impl postgres_types::ToSql for $name {
            fn to_sql(&self, ty: &postgres_types::Type, out: &mut bytes::BytesMut) -> Result<postgres_types::IsNull, Box<dyn std::error::Error + Sync + Send>> { postgres_types::ToSql::to_sql(&self.as_str(), ty, out) }
            fn accepts(ty: &postgres_types::Type) -> bool { <&str as postgres_types::ToSql>::accepts(ty) }
            postgres_types::to_sql_checked!();
        }
        impl<'a> postgres_types::FromSql<'a> for $name {
            fn from_sql(ty: &postgres_types::Type, raw: &'a [u8]) -> Result<Self, Box<dyn std::error::Error + Sync + Send>> { <&str as postgres_types::FromSql>::from_sql(ty, raw)?.parse().map_err(Into::into) }
            fn accepts(ty: &postgres_types::Type) -> bool { <&str as postgres_types::FromSql>::accepts(ty) }
        }
        impl $crate::sql::SqlType for $name {
            const TYPE: postgres_types::Type = postgres_types::Type::TEXT;
            const ARRAY: postgres_types::Type = postgres_types::Type::TEXT_ARRAY;
        }
        impl $crate::sql::Element for $name {}
    };
}
