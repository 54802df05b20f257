//! What sellers see of their orders: lines by stage, one line with its money and its bearers, one checkout's part, claims
//! and parcels. Never another seller's lines or totals; recipients masked until they are revealed.

/// A line `o` of an order `p` with what claims have `taken` of it.
macro_rules! seller_line {
    () => {
        concat!(
            "jsonb_build_object('product_order_id', o.id, 'product_order_no', o.product_order_no, 'seller_order_id', o.seller_order_id, 'line_no', o.line_no, 'item', ",
            seller_item!(),
            ", 'state', o.state, 'quantity', o.initial_quantity, 'remaining_quantity', o.remaining_quantity, 'unit_price', o.unit_price, 'dispatch_due_at', o.dispatch_due_at,
             'original_due_at', o.original_due_at, 'delay_reason', o.delay_reason, 'shipment_id', o.shipment_id, 'dispatched_at', o.dispatched_at, 'delivered_at', o.delivered_at,
             'auto_confirm_at', o.auto_confirm_at, 'decided_at', o.decided_at, 'claim_open', taken.open)"
        )
    };
}

/// The lines of a claim `c`, with how many pieces of each it takes.
macro_rules! seller_claimed_lines {
    () => {
        concat!(
            "(select coalesce(jsonb_agg(jsonb_build_object('product_order_id', g.id, 'product_order_no', g.product_order_no, 'state', g.state, 'item', g.item,
                  'quantity', g.pieces, 'gross', g.gross) order by g.line_no), '[]')
              from (select o.id, o.product_order_no, o.state, o.line_no, ",
            seller_item!(),
            " as item, count(*)::int as pieces, sum(i.gross)::bigint as gross
                    from claim_items i join product_orders o on o.id = i.product_order_id where i.claim_id = c.id group by o.id) g)"
        )
    };
}

pub mod claim;
pub mod claims;
pub mod line;
pub mod lines;
pub mod parcel;
pub mod parcels;
pub mod part;
mod shown;

pub(crate) use shown::{CONTACT_DAYS, SealedRecipient};
pub use shown::{MaskedRecipient, SellerClaimedLine, SellerItem, SellerLine, SellerLineAction, SellerLineView};
