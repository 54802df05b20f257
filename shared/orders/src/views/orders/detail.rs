//! One order at its three tiers: what was paid at once, each seller's part, each line.

use super::ShowOrderError;
use crate::state::{OrderState, SellerOrderState};
use crate::views::actions::{OrderAction, of_unpaid};
use crate::views::lines::{CustomerLineRow, CustomerLineView};
use crate::views::{ClaimState, ParcelShown};
use authz::CustomerScope;
use boot::Vault;
use chrono::{DateTime, Utc};
use db::{Json, On};
use kernel::*;
use pricing::ClaimType;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

db::row! {
    struct DetailRow {
        id: PurchaseOrderId, order_no: String, state: OrderState, ordered_at: DateTime<Utc>, paid_at: Option<DateTime<Utc>>, pay_due_at: Option<DateTime<Utc>>,
        goods_amount: Money, discount_amount: Money, points_used: Money, rewards_used: Money, shipping_amount: Money, total_payable: Money,
        recipient_enc: Option<Vec<u8>>, phone_enc: Option<Vec<u8>>, address_enc: Option<Vec<u8>>, postcode: Option<String>, delivery_note: Option<String>,
        attempt_open: bool, parts: Json<Vec<PartRow>>,
    }
}

db::statements! {
    static DETAIL: (PurchaseOrderId, UserId) => DetailRow = concat!(
        "select p.id, p.order_no, p.state, p.ordered_at, p.paid_at, p.pay_due_at, p.goods_amount, p.discount_amount, p.points_used, p.rewards_used, p.shipping_amount,
                p.total_payable, p.recipient_enc, p.phone_enc, p.address_enc, p.postcode, p.delivery_note,
                exists (select 1 from payments a where a.purchase_order_id = p.id and a.purpose = 'order' and not a.is_surplus and a.state in ('in_progress', 'waiting_for_deposit', 'unknown')) as attempt_open,
                (select coalesce(jsonb_agg(jsonb_build_object('seller_order_id', s.id, 'seller_id', s.seller_id, 'seller_name', coalesce(x.display_name, x.company_name), 'state', s.state,
                    'shipping', jsonb_build_object('fee', s.shipping_fee, 'remote_surcharge', s.remote_surcharge, 'discount', s.shipping_discount, 'initial_paid', s.initial_shipping_paid,
                        'remaining_paid', s.remaining_shipping_paid, 'free_threshold', s.free_threshold, 'waived', s.shipping_waived),
                    'parcels', (select coalesce(jsonb_agg(", parcel!(), " order by h.created_at, h.id), '[]') from shipments h left join carriers r on r.code = h.carrier_code
                                where h.seller_order_id = s.id and h.state <> 'canceled'),
                    'claims', (select coalesce(jsonb_agg(jsonb_build_object('claim_id', c.id, 'claim_no', c.claim_no, 'type', c.type, 'state', c.state, 'requested_at', c.requested_at,
                                   'refund_cash', c.refund_cash, 'refund_points', c.refund_points, 'refund_rewards', c.refund_rewards) order by c.requested_at, c.id), '[]')
                               from claims c where c.seller_order_id = s.id),
                    'lines', (select coalesce(jsonb_agg(", customer_line!(), " order by o.line_no), '[]') from product_orders o", taken!(), "where o.seller_order_id = s.id))
                    order by s.id), '[]')
                 from seller_orders s join sellers x on x.id = s.seller_id where s.purchase_order_id = p.id) as parts
         from purchase_orders p where p.id = $1 and p.user_id = $2");
}

#[derive(Debug, Clone, Deserialize)]
struct PartRow {
    seller_order_id: SellerOrderId,
    seller_id: SellerId,
    seller_name: String,
    state: SellerOrderState,
    shipping: OrderShippingView,
    parcels: Vec<ParcelShown>,
    claims: Vec<OrderClaimView>,
    lines: Vec<CustomerLineRow>,
}

/// An order. Amounts in won: `total_payable = goods − discount − points − rewards + shipping`.
#[derive(Debug, Serialize, JsonSchema)]
pub struct OrderDetailView {
    pub purchase_order_id: PurchaseOrderId,
    pub order_no: String,
    pub state: OrderState,
    pub ordered_at: DateTime<Utc>,
    pub paid_at: Option<DateTime<Utc>>,
    /// Until when an unpaid order is kept.
    pub pay_due_at: Option<DateTime<Utc>>,
    pub goods_amount: Money,
    pub discount_amount: Money,
    pub points_used: Money,
    pub rewards_used: Money,
    pub shipping_amount: Money,
    pub total_payable: Money,
    pub delivery: DeliveryView,
    pub actions: Vec<OrderAction>,
    pub seller_orders: Vec<OrderPartView>,
}

/// Where it goes.
#[derive(Debug, Serialize, JsonSchema)]
pub struct DeliveryView {
    pub recipient: Option<String>,
    pub phone: Option<String>,
    pub postcode: Option<String>,
    pub address: Option<String>,
    pub delivery_note: Option<String>,
}

/// One seller's part of an order.
#[derive(Debug, Serialize, JsonSchema)]
pub struct OrderPartView {
    pub seller_order_id: SellerOrderId,
    pub seller_id: SellerId,
    pub seller_name: String,
    pub state: SellerOrderState,
    pub shipping: OrderShippingView,
    pub parcels: Vec<ParcelShown>,
    pub claims: Vec<OrderClaimView>,
    pub lines: Vec<CustomerLineView>,
}

/// What one seller's shipping costs, in won.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct OrderShippingView {
    pub fee: Money,
    pub remote_surcharge: Money,
    pub discount: Money,
    pub initial_paid: Money,
    /// 0 once it was refunded.
    pub remaining_paid: Money,
    /// From this amount on the fee is waived.
    pub free_threshold: Option<Money>,
    pub waived: bool,
}

/// A claim of an order.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct OrderClaimView {
    pub claim_id: ClaimId,
    pub claim_no: String,
    pub r#type: ClaimType,
    pub state: ClaimState,
    pub requested_at: DateTime<Utc>,
    pub refund_cash: Money,
    pub refund_points: Money,
    pub refund_rewards: Money,
}

/// A customer's order.
pub async fn detail(
    on: &impl On,
    vault: &Vault,
    by: CustomerScope,
    id: PurchaseOrderId,
    now: Now,
) -> Result<OrderDetailView, Failure<ShowOrderError>> {
    let row = DETAIL.opt(on, (id, by.user_id())).await?.ok_or(ShowOrderError::NotFound)?;
    let open = |sealed: Option<Vec<u8>>| sealed.map(|sealed| vault.open(&sealed)).transpose();
    let waits = row.state == OrderState::PaymentWaiting;
    let part = |part: PartRow| OrderPartView {
        seller_order_id: part.seller_order_id,
        seller_id: part.seller_id,
        seller_name: part.seller_name,
        state: part.state,
        shipping: part.shipping,
        parcels: part.parcels,
        claims: part.claims,
        lines: part.lines.into_iter().map(|line| line.view(now)).collect(),
    };
    Ok(OrderDetailView {
        purchase_order_id: row.id,
        order_no: row.order_no,
        state: row.state,
        ordered_at: row.ordered_at,
        paid_at: row.paid_at,
        pay_due_at: row.pay_due_at,
        goods_amount: row.goods_amount,
        discount_amount: row.discount_amount,
        points_used: row.points_used,
        rewards_used: row.rewards_used,
        shipping_amount: row.shipping_amount,
        total_payable: row.total_payable,
        delivery: DeliveryView {
            recipient: open(row.recipient_enc)?,
            phone: open(row.phone_enc)?,
            postcode: row.postcode,
            address: open(row.address_enc)?,
            delivery_note: row.delivery_note,
        },
        actions: if waits { of_unpaid(row.pay_due_at, row.attempt_open, now) } else { Vec::new() },
        seller_orders: row.parts.0.into_iter().map(part).collect(),
    })
}
