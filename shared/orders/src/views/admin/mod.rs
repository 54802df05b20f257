//! What operators see of orders: found by what a caller can name, masked, as a tree, as a story, and as money to the unit.

/// A line `o` for operators; `taken` says what claims took of it.
macro_rules! admin_line {
    () => {
        concat!(
            "jsonb_build_object('product_order_id', o.id, 'product_order_no', o.product_order_no, 'seller_id', o.seller_id, 'line_no', o.line_no, 'item', ",
            seller_item!(),
            ", 'state', o.state, 'quantity', o.initial_quantity, 'remaining_quantity', o.remaining_quantity, 'unit_price', o.unit_price,
             'initial_paid', o.initial_paid, 'remaining_paid', o.remaining_paid, 'origin_product_order_id', o.origin_product_order_id, 'shipment_id', o.shipment_id,
             'dispatch_due_at', o.dispatch_due_at, 'original_due_at', o.original_due_at, 'delay_reason', o.delay_reason, 'dispatched_at', o.dispatched_at,
             'delivered_at', o.delivered_at, 'auto_confirm_at', o.auto_confirm_at, 'decided_at', o.decided_at, 'decided_by', o.decided_by,
             'taken', taken.pieces, 'claim_open', taken.open)"
        )
    };
}

pub mod claim;
pub mod claims;
pub mod lines;
pub mod money;
pub mod search;
mod shown;
pub mod timeline;
pub mod tree;

pub(crate) use shown::AdminLineRow;
pub use shown::{AdminLine, AdminLineOption, AdminLineView, masked_email};
