//! What pages show of orders: each page is one statement that reads its rows already put together.
//!
//! Nothing here decides or changes anything. Customers (`orders`, `lines`, `claims`, `shipments`), sellers ([`seller`]) and
//! operators ([`admin`]) look at the same rows through types of their own, so that one host's page never grows a field
//! meant for another's. What may be done next is computed here, from the same tables that decide it, never by an app.

/// A line `o` for the pages of its customer; `taken` says what claims took of it.
macro_rules! customer_line {
    () => {
        "jsonb_build_object('product_order_id', o.id, 'product_order_no', o.product_order_no, 'purchase_order_id', o.purchase_order_id,
             'seller_order_id', o.seller_order_id, 'line_no', o.line_no, 'item', o.item_snapshot, 'state', o.state, 'quantity', o.initial_quantity,
             'remaining_quantity', o.remaining_quantity, 'unit_price', o.unit_price,
             'initial', jsonb_build_object('gross', o.initial_gross, 'discount', o.initial_discount, 'points', o.initial_points, 'rewards', o.initial_rewards, 'paid', o.initial_paid),
             'remaining', jsonb_build_object('gross', o.remaining_gross, 'discount', o.remaining_discount, 'points', o.remaining_points, 'rewards', o.remaining_rewards, 'paid', o.remaining_paid),
             'origin_product_order_id', o.origin_product_order_id, 'shipment_id', o.shipment_id, 'dispatch_due_at', o.dispatch_due_at, 'original_due_at', o.original_due_at,
             'delay_reason', o.delay_reason, 'dispatched_at', o.dispatched_at, 'delivered_at', o.delivered_at, 'auto_confirm_at', o.auto_confirm_at, 'decided_at', o.decided_at,
             'taken', taken.pieces, 'claim_open', taken.open, 'tracked', exists (select 1 from shipments t where t.id = o.shipment_id and t.carrier_code is not null))"
    };
}

/// Joins `taken` to a line `o`: pieces in claims that stand, and whether one of those has not ended.
macro_rules! taken {
    () => {
        " cross join lateral (
             select count(*)::int as pieces, coalesce(bool_or(k.state <> 'done'), false) as open
             from claim_items i join claims k on k.id = i.claim_id
             where i.product_order_id = o.id and i.outcome in ('open', 'accepted') and k.state not in ('rejected', 'withdrawn')) taken "
    };
}

/// A parcel, as `h`, with its carrier `r` and its scans.
macro_rules! parcel {
    () => {
        "jsonb_build_object('shipment_id', h.id, 'kind', h.kind, 'method', h.method, 'carrier_code', h.carrier_code, 'carrier_name', r.name, 'invoice_no', h.invoice_no,
             'tracking_url', replace(r.tracking_url, '{invoice_no}', h.invoice_no), 'state', h.state, 'picked_up_at', h.picked_up_at, 'delivered_at', h.delivered_at,
             'created_at', h.created_at)"
    };
}

/// The scans of a parcel `h`, newest first.
macro_rules! scans {
    () => {
        "(select coalesce(jsonb_agg(jsonb_build_object('status', e.status, 'location', e.location, 'description', e.description, 'occurred_at', e.occurred_at)
                     order by e.occurred_at desc, e.id desc), '[]')
          from tracking_events e where e.shipment_id = h.id)"
    };
}

/// The attempts to pay for an order `p`, with the gateway's receipt of what was taken.
macro_rules! payments_of_order {
    () => {
        "(select coalesce(jsonb_agg(jsonb_build_object('payment_id', a.id, 'purpose', a.purpose, 'method', a.method, 'easy_pay_provider', a.easy_pay_provider,
                            'state', a.state, 'amount', a.amount, 'captured_amount', a.captured_amount, 'refunded_amount', a.refunded_amount, 'is_surplus', a.is_surplus,
                            'requested_at', a.requested_at, 'approved_at', a.approved_at, 'receipt_url', e.receipt_url, 'card_no', e.card_no) order by a.requested_at, a.id), '[]')
                 from payments a left join lateral (
                     select t.response #>> '{receipt,url}' as receipt_url, t.response #>> '{card,number}' as card_no from payment_transactions t
                     where t.payment_id = a.id and t.result = 'success' and t.amount > 0 order by t.occurred_at desc limit 1) e on true
                 where a.purchase_order_id = p.id)"
    };
}

/// The lines of a claim `c` with how many pieces of each it takes.
macro_rules! claimed_lines {
    () => {
        "(select coalesce(jsonb_agg(jsonb_build_object('product_order_id', g.id, 'item', g.item_snapshot, 'quantity', g.pieces, 'outcome', g.outcome) order by g.line_no), '[]')
          from (select o.id, o.item_snapshot, o.line_no, count(*)::int as pieces, case when min(i.outcome) = max(i.outcome) then min(i.outcome) else 'mixed' end as outcome
                from claim_items i join product_orders o on o.id = i.product_order_id where i.claim_id = c.id group by o.id) g)"
    };
}

/// What a line `o` sold, with the seller's own codes.
macro_rules! seller_item {
    () => {
        "jsonb_build_object('product_id', o.item_snapshot -> 'product_id', 'product_name', o.item_snapshot -> 'product_name', 'brand_name', o.item_snapshot -> 'brand_name',
             'option_text', o.item_snapshot -> 'option_text', 'style_no', o.item_snapshot -> 'style_no', 'seller_sku', o.item_snapshot -> 'seller_sku',
             'image_key', o.item_snapshot -> 'image_key', 'sku_id', o.sku_id)"
    };
}

/// Who an order `p` goes to, sealed.
macro_rules! sealed_recipient {
    () => {
        "jsonb_build_object('recipient', encode(p.recipient_enc, 'hex'), 'phone', encode(p.phone_enc, 'hex'), 'remote_zone', p.remote_zone)"
    };
}

pub mod actions;
pub mod admin;
pub mod claims;
pub mod lines;
pub mod orders;
mod parts;
pub mod seller;
pub mod shipments;
mod stage;

pub use parts::{ClaimedLine, LineAmounts, ParcelShown, Scanned, Share, SoldItem};
pub use stage::{ClaimState, LineStage};
