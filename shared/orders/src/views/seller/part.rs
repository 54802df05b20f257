//! All of a seller's lines of one checkout: what shipping was charged and what cancelling a line would do to it.

use super::{MaskedRecipient, SealedRecipient, SellerLine, SellerLineView};
use crate::state::SellerOrderState;
use crate::views::ParcelShown;
use crate::views::orders::OrderShippingView;
use authz::SellerScope;
use boot::Vault;
use chrono::{DateTime, Utc};
use db::{Json, On};
use kernel::*;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

kernel::refusals! {
    /// Why a seller order is not shown.
    pub enum ShowPartError {
        NotFound = 404 "seller_order_not_found", "There is no such order.", "주문을 찾을 수 없습니다.";
    }
}

db::row! {
    struct PartRow {
        id: SellerOrderId, order_no: String, paid_at: Option<DateTime<Utc>>, state: SellerOrderState, sale_amount: Money, shipping: Json<OrderShippingView>,
        return_fee: Money, exchange_fee: Money, to: Json<SealedRecipient>, lines: Json<Vec<LineRow>>, parcels: Json<Vec<ParcelShown>>,
    }
}

#[derive(Debug, Clone, Deserialize)]
struct LineRow {
    line: SellerLine,
    /// Won a piece after the price promotion.
    sale_price: Money,
    /// Pieces that claims at the buyer's fault took.
    given_up: i32,
    /// Pieces in no claim.
    left: i32,
}

db::statements! {
    static PART: (SellerOrderId, SellerId) => PartRow = concat!(
        "select s.id, p.order_no, p.paid_at, s.state, s.sale_amount,
                jsonb_build_object('fee', s.shipping_fee, 'remote_surcharge', s.remote_surcharge, 'discount', s.shipping_discount, 'initial_paid', s.initial_shipping_paid,
                    'remaining_paid', s.remaining_shipping_paid, 'free_threshold', s.free_threshold, 'waived', s.shipping_waived) as shipping,
                s.return_fee, s.exchange_fee, ", sealed_recipient!(), " as to,
                (select coalesce(jsonb_agg(jsonb_build_object('line', ", seller_line!(), ", 'left', o.initial_quantity - taken.pieces,
                            'sale_price', o.unit_price - coalesce((select sum(a.amount) from discount_allocations a
                                where a.product_order_id = o.id and a.source = 'promotion' and a.amount > 0), 0)::bigint / o.initial_quantity,
                            'given_up', (select count(*) from claim_items i join claims k on k.id = i.claim_id
                                where i.product_order_id = o.id and i.outcome in ('open', 'accepted') and k.fault = 'buyer' and k.state not in ('rejected', 'withdrawn')))
                            order by o.line_no), '[]')
                 from product_orders o", taken!(), "where o.seller_order_id = s.id) as lines,
                (select coalesce(jsonb_agg(", parcel!(), " order by h.created_at, h.id), '[]') from shipments h left join carriers r on r.code = h.carrier_code
                 where h.seller_order_id = s.id and h.state <> 'canceled') as parcels
         from seller_orders s join purchase_orders p on p.id = s.purchase_order_id
         where s.id = $1 and s.seller_id = $2 and s.state not in ('payment_waiting', 'canceled_by_nopayment')");
}

/// A seller's part of a checkout. Amounts in won.
#[derive(Debug, Serialize, JsonSchema)]
pub struct SellerPartView {
    pub seller_order_id: SellerOrderId,
    pub order_no: String,
    pub paid_at: Option<DateTime<Utc>>,
    pub state: SellerOrderState,
    /// After price promotions, before coupons: what the free-shipping threshold is held against.
    pub sale_amount: Money,
    pub shipping: OrderShippingView,
    /// One way.
    pub return_fee: Money,
    /// Both ways.
    pub exchange_fee: Money,
    pub recipient: MaskedRecipient,
    pub lines: Vec<SellerPartLineView>,
    pub parcels: Vec<ParcelShown>,
}

/// A line of the part.
#[derive(Debug, Serialize, JsonSchema)]
pub struct SellerPartLineView {
    #[serde(flatten)]
    pub line: SellerLineView,
    /// Whether the buyer cancelling what is left of it would end free shipping, so that the fee is kept from the refund.
    pub breaks_free_shipping: bool,
}

/// A seller order.
pub async fn detail(
    on: &impl On,
    vault: &Vault,
    by: SellerScope,
    id: SellerOrderId,
    now: Now,
) -> Result<SellerPartView, Failure<ShowPartError>> {
    let row = PART.opt(on, (id, by.seller_id())).await?.ok_or(ShowPartError::NotFound)?;
    let threshold = row.shipping.0.free_threshold.filter(|_| row.shipping.0.waived);
    let rows = row.lines.0;
    let breaks: Vec<bool> = rows.iter().map(|line| breaks(row.sale_amount, threshold, &rows, line)).collect();
    let lines = rows
        .into_iter()
        .zip(breaks)
        .map(|(row, breaks_free_shipping)| SellerPartLineView { line: row.line.view(now), breaks_free_shipping });
    Ok(SellerPartView {
        seller_order_id: row.id,
        order_no: row.order_no,
        paid_at: row.paid_at,
        state: row.state,
        sale_amount: row.sale_amount,
        shipping: row.shipping.0,
        return_fee: row.return_fee,
        exchange_fee: row.exchange_fee,
        recipient: row.to.0.masked(vault)?,
        lines: lines.collect(),
        parcels: row.parcels.0,
    })
}

/// R-RECOVER in advance: what was sold, less what the buyer gave up and what is left of this line, against the threshold.
fn breaks(sold: Money, threshold: Option<Money>, lines: &[LineRow], line: &LineRow) -> bool {
    let Some(threshold) = threshold else { return false };
    let given_up: Money = lines.iter().map(|row| row.sale_price.times(i64::from(row.given_up))).sum();
    let others: i32 = lines.iter().map(|row| row.left).sum::<i32>() - line.left;
    let before = sold - given_up;
    let after = before - line.sale_price.times(i64::from(line.left));
    line.left > 0 && others > 0 && before >= threshold && after < threshold
}
