//! Which PostgreSQL type a Rust value is sent as.
//!
//! Statements run unnamed with their parameter types stated up front (`query_typed`): one round trip and nothing left
//! behind on a pooled connection. So each parameter type must be known at compile time.

use chrono::{DateTime, NaiveDate, NaiveTime, Utc};
use postgres_types::{Json, ToSql, Type};
use rust_decimal::Decimal;
use uuid::Uuid;

/// A value that can be a statement parameter of one fixed PostgreSQL type.
pub trait SqlType: ToSql + Sync {
    /// The type the server is told.
    const TYPE: Type;
    /// The same, as an array element.
    const ARRAY: Type;
}

macro_rules! sql_types { ($($rust:ty => $ty:ident, $array:ident;)*) => {
    $(impl SqlType for $rust { const TYPE: Type = Type::$ty; const ARRAY: Type = Type::$array; })*
} }

sql_types! {
    bool => BOOL, BOOL_ARRAY;
    i16 => INT2, INT2_ARRAY;
    i32 => INT4, INT4_ARRAY;
    i64 => INT8, INT8_ARRAY;
    String => TEXT, TEXT_ARRAY;
    &'static str => TEXT, TEXT_ARRAY;
    Uuid => UUID, UUID_ARRAY;
    Decimal => NUMERIC, NUMERIC_ARRAY;
    DateTime<Utc> => TIMESTAMPTZ, TIMESTAMPTZ_ARRAY;
    NaiveDate => DATE, DATE_ARRAY;
    NaiveTime => TIME, TIME_ARRAY;
    Vec<u8> => BYTEA, BYTEA_ARRAY;
    serde_json::Value => JSONB, JSONB_ARRAY;
}

impl<T: SqlType> SqlType for Option<T> {
    const TYPE: Type = T::TYPE;
    const ARRAY: Type = T::ARRAY;
}

impl<T> SqlType for Json<T>
where
    T: serde::Serialize + std::fmt::Debug + Sync,
{
    const TYPE: Type = Type::JSONB;
    const ARRAY: Type = Type::JSONB_ARRAY;
}

/// Marks element types whose `Vec` is an array parameter (`u8` is not: a `Vec<u8>` is BYTEA).
pub trait Element: SqlType {}
impl Element for i32 {}
impl Element for i64 {}
impl Element for String {}
impl Element for Uuid {}

impl<T: Element> SqlType for Vec<T> {
    const TYPE: Type = T::ARRAY;
    const ARRAY: Type = T::ARRAY;
}
