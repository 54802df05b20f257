//! Answers of calls that work on many lines: one result per line, and one line's trouble never stops the others.

use kernel::ProductOrderId;
use schemars::JsonSchema;
use serde::Serialize;

/// What became of one line.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct ItemResult {
    pub product_order_id: ProductOrderId,
    pub ok: bool,
    /// Why not: a stable code.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
}

impl ItemResult {
    pub fn done(product_order_id: ProductOrderId) -> ItemResult {
        ItemResult { product_order_id, ok: true, code: None }
    }

    pub fn refused(product_order_id: ProductOrderId, code: &str) -> ItemResult {
        ItemResult { product_order_id, ok: false, code: Some(code.to_owned()) }
    }
}

/// Puts results back into the order they were asked in.
pub(crate) fn in_order(asked: &[ProductOrderId], mut results: Vec<ItemResult>) -> Vec<ItemResult> {
    results.sort_by_key(|r| asked.iter().position(|id| *id == r.product_order_id));
    results
}
