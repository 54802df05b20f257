//! What a line is sold as: frozen when the order is placed, for its whole life.

use crate::paying::unpaid::Pieces;
use crate::quotes::reprice::Priced;
use crate::tiers::Line;
use catalog::{DeliveryAttribute, SellableSku};
use chrono::NaiveTime;
use kernel::clock::kst_at;
use kernel::*;
use serde_json::json;

/// The terms each line is sold under, as they are today and will be for its whole life.
pub(super) fn frozen(priced: &Priced) -> Result<Vec<Line>, Fault> {
    let mut lines = Vec::with_capacity(priced.items.len());
    for item in &priced.items {
        let sku = priced.sku(item.sku_id).ok_or_else(|| Fault::internal("a line without its SKU"))?;
        let terms = sku.commission.ok_or_else(|| Fault::internal("a sellable SKU without a contract"))?;
        let preorder = sku.preorder_dispatch_on.filter(|_| sku.delivery_attribute == DeliveryAttribute::PreOrder);
        lines.push(Line {
            id: ProductOrderId::new(),
            line_no: item.line_no,
            sku_id: sku.sku_id,
            seller_id: sku.seller_id,
            contract_id: terms.contract_id,
            commission_rate: terms.rate,
            commission_base: terms.base,
            fee_vat_payer: terms.fee_vat_payer,
            dispatch_due_at: preorder
                .map(|day| kst_at(day, NaiveTime::from_hms_opt(23, 59, 59).unwrap_or(NaiveTime::MIN))),
            no_return: sku.made_to_order,
            snapshot: snapshot(sku, priced, item.line_no),
        });
    }
    Ok(lines)
}

fn snapshot(sku: &SellableSku, priced: &Priced, line_no: i32) -> serde_json::Value {
    let promoted = priced.checkout.lines.iter().any(|line| line.line_no == line_no && line.promotion.is_some());
    json!({
        "product_id": sku.product_id,
        "product_name": sku.product_name,
        "brand_id": sku.brand_id,
        "brand_name": sku.brand_name,
        "seller_name": sku.seller_name,
        "option_text": sku.option_text,
        "style_no": sku.style_no,
        "seller_sku": sku.seller_sku,
        "image_key": sku.image_key,
        "list_price": sku.list_price,
        "promotion_product_id": sku.promotion.filter(|_| promoted).map(|running| running.promotion_product_id),
    })
}

/// Goods made to order among the lines: they are not taken back, which the customer has to agree to.
pub(super) fn made_to_order(priced: &Priced) -> Vec<SkuId> {
    priced.skus.iter().filter(|sku| sku.made_to_order).map(|sku| sku.sku_id).collect()
}

/// Pieces of promotions that have only so many.
pub(super) fn limited(priced: &Priced) -> Vec<Pieces> {
    let mut wanted: Vec<Pieces> = Vec::new();
    for line in priced.checkout.lines.iter().filter(|line| line.promotion.is_some()) {
        let sku =
            priced.items.iter().find(|item| item.line_no == line.line_no).and_then(|item| priced.sku(item.sku_id));
        let Some(running) = sku.and_then(|sku| sku.promotion).filter(|running| running.quantity_left.is_some()) else {
            continue;
        };
        match wanted.iter_mut().find(|pieces| pieces.id == running.promotion_product_id) {
            Some(pieces) => pieces.pieces += line.quantity,
            None => wanted.push(Pieces { id: running.promotion_product_id, pieces: line.quantity }),
        }
    }
    wanted
}
