//! Keyset pages: an opaque cursor holds the sort key of the last row; there are no offsets.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer, Serialize};
use std::borrow::Cow;

/// One page of a list. `next_cursor` is absent on the last page.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[schemars(rename = "{T}Page")]
pub struct Page<T> {
    pub items: Vec<T>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next_cursor: Option<String>,
}

impl<T> Page<T> {
    /// Makes a page of rows read with `limit + 1`: the extra row only proves that there is more.
    pub fn of<K: Serialize>(mut items: Vec<T>, limit: Limit, key: impl Fn(&T) -> K) -> Page<T> {
        let more = items.len() > limit.rows();
        items.truncate(limit.rows());
        let next_cursor = if more { items.last().map(|last| Cursor::encode(&key(last))) } else { None };
        Page { items, next_cursor }
    }

    pub fn map<U>(self, view: impl FnMut(T) -> U) -> Page<U> {
        Page { items: self.items.into_iter().map(view).collect(), next_cursor: self.next_cursor }
    }
}

/// Where the next page starts. Opaque to callers; a cursor made for another list is refused when it is read.
#[derive(Debug, Clone)]
pub struct Cursor(String);

const VERSION: u8 = 1;

impl Cursor {
    pub fn encode<K: Serialize>(key: &K) -> String {
        URL_SAFE_NO_PAD.encode(serde_json::to_vec(&(VERSION, key)).unwrap_or_default())
    }

    /// The key this cursor holds, or None when it was not made by the list that reads it.
    pub fn decode<K: DeserializeOwned>(&self) -> Option<K> {
        let bytes = URL_SAFE_NO_PAD.decode(&self.0).ok()?;
        let (version, key) = serde_json::from_slice::<(u8, K)>(&bytes).ok()?;
        (version == VERSION).then_some(key)
    }
}

impl<'de> Deserialize<'de> for Cursor {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Cursor, D::Error> {
        let text = String::deserialize(deserializer)?;
        let known =
            URL_SAFE_NO_PAD.decode(&text).ok().and_then(|b| serde_json::from_slice::<(u8, serde_json::Value)>(&b).ok());
        match known {
            Some((VERSION, _)) => Ok(Cursor(text)),
            _ => Err(serde::de::Error::custom("not a cursor of this list")),
        }
    }
}

impl JsonSchema for Cursor {
    fn schema_name() -> Cow<'static, str> {
        "Cursor".into()
    }
    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        schemars::json_schema!({ "type": "string", "maxLength": 2000, "description": "`next_cursor` of the page before" })
    }
}

/// How many rows a page has: 1 to 100, 20 unless asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limit(u8);

impl Limit {
    pub const DEFAULT: Limit = Limit(20);

    pub fn rows(self) -> usize {
        usize::from(self.0)
    }

    /// Rows to read: one more than shown, to know whether there is a next page.
    pub fn fetch(self) -> i64 {
        i64::from(self.0) + 1
    }
}

impl Default for Limit {
    fn default() -> Limit {
        Limit::DEFAULT
    }
}

impl<'de> Deserialize<'de> for Limit {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Limit, D::Error> {
        let n = u8::deserialize(deserializer)?;
        if (1..=100).contains(&n) { Ok(Limit(n)) } else { Err(serde::de::Error::custom("a page has 1 to 100 rows")) }
    }
}

impl JsonSchema for Limit {
    fn schema_name() -> Cow<'static, str> {
        "Limit".into()
    }
    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        schemars::json_schema!({ "type": "integer", "minimum": 1, "maximum": 100, "default": 20 })
    }
}
