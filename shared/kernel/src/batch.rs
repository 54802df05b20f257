//! Lists in requests: at least one entry, at most so many.

use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::{Deserialize, Deserializer, Serialize};
use std::borrow::Cow;

/// 1 to `MAX` entries.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Batch<T, const MAX: usize>(Vec<T>);

impl<T, const MAX: usize> Batch<T, MAX> {
    pub fn new(entries: Vec<T>) -> Option<Self> {
        (1..=MAX).contains(&entries.len()).then_some(Batch(entries))
    }
    pub fn into_vec(self) -> Vec<T> {
        self.0
    }
    pub fn as_slice(&self) -> &[T] {
        &self.0
    }
}

impl<'de, T: Deserialize<'de>, const MAX: usize> Deserialize<'de> for Batch<T, MAX> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Batch::new(Vec::deserialize(deserializer)?)
            .ok_or_else(|| serde::de::Error::custom(format!("a list of 1 to {MAX} entries")))
    }
}

impl<T: JsonSchema, const MAX: usize> JsonSchema for Batch<T, MAX> {
    fn inline_schema() -> bool {
        true
    }
    fn schema_name() -> Cow<'static, str> {
        format!("Batch_{}_{MAX}", T::schema_name()).into()
    }
    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let items = generator.subschema_for::<T>();
        schemars::json_schema!({ "type": "array", "items": items, "minItems": 1, "maxItems": MAX })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_batch_is_neither_empty_nor_endless() {
        assert!(serde_json::from_str::<Batch<i32, 2>>("[1,2]").is_ok());
        assert!(serde_json::from_str::<Batch<i32, 2>>("[]").is_err());
        assert!(serde_json::from_str::<Batch<i32, 2>>("[1,2,3]").is_err());
    }
}
