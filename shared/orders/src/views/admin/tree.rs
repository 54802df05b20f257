//! One order as a tree: seller orders, their lines, parcels and claims, and the payments above them.

use super::{AdminLineRow, AdminLineView};
use crate::state::{OrderState, SellerOrderState};
use crate::views::ParcelShown;
use crate::views::orders::{OrderClaimView, OrderShippingView, PaidByView, ShowOrderError};
use crate::views::seller::{MaskedRecipient, SealedRecipient};
use boot::Vault;
use chrono::{DateTime, Utc};
use db::{Json, On};
use kernel::*;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

db::row! {
    struct TreeRow {
        id: PurchaseOrderId, order_no: String, state: OrderState, ordered_at: DateTime<Utc>, paid_at: Option<DateTime<Utc>>, pay_due_at: Option<DateTime<Utc>>,
        user_id: UserId, email: Option<String>, goods_amount: Money, discount_amount: Money, points_used: Money, rewards_used: Money, shipping_amount: Money,
        total_payable: Money, to: Json<SealedRecipient>, postcode: Option<String>, payments: Json<Vec<PaidByView>>, parts: Json<Vec<PartRow>>,
    }
}

#[derive(Debug, Clone, Deserialize)]
struct PartRow {
    seller_order_id: SellerOrderId,
    seller_id: SellerId,
    seller_name: String,
    state: SellerOrderState,
    shipping: OrderShippingView,
    lines: Vec<AdminLineRow>,
    parcels: Vec<ParcelShown>,
    claims: Vec<OrderClaimView>,
}

db::statements! {
    static TREE: (PurchaseOrderId,) => TreeRow = concat!(
        "select p.id, p.order_no, p.state, p.ordered_at, p.paid_at, p.pay_due_at, p.user_id, u.login_email as email, p.goods_amount, p.discount_amount, p.points_used,
                p.rewards_used, p.shipping_amount, p.total_payable, ", sealed_recipient!(), " as to, p.postcode, ", payments_of_order!(), " as payments,
                (select coalesce(jsonb_agg(jsonb_build_object('seller_order_id', s.id, 'seller_id', s.seller_id, 'seller_name', coalesce(x.display_name, x.company_name), 'state', s.state,
                    'shipping', jsonb_build_object('fee', s.shipping_fee, 'remote_surcharge', s.remote_surcharge, 'discount', s.shipping_discount, 'initial_paid', s.initial_shipping_paid,
                        'remaining_paid', s.remaining_shipping_paid, 'free_threshold', s.free_threshold, 'waived', s.shipping_waived),
                    'lines', (select coalesce(jsonb_agg(", admin_line!(), " order by o.line_no), '[]') from product_orders o", taken!(), "where o.seller_order_id = s.id),
                    'parcels', (select coalesce(jsonb_agg(", parcel!(), " order by h.created_at, h.id), '[]') from shipments h left join carriers r on r.code = h.carrier_code
                                where h.seller_order_id = s.id),
                    'claims', (select coalesce(jsonb_agg(jsonb_build_object('claim_id', c.id, 'claim_no', c.claim_no, 'type', c.type, 'state', c.state, 'requested_at', c.requested_at,
                                   'refund_cash', c.refund_cash, 'refund_points', c.refund_points, 'refund_rewards', c.refund_rewards) order by c.requested_at, c.id), '[]')
                               from claims c where c.seller_order_id = s.id)) order by s.id), '[]')
                 from seller_orders s join sellers x on x.id = s.seller_id where s.purchase_order_id = p.id) as parts
         from purchase_orders p join users u on u.id = p.user_id where p.id = $1");
}

/// An order. Amounts in won: `total_payable = goods − discount − points − rewards + shipping`.
#[derive(Debug, Serialize, JsonSchema)]
pub struct OrderTreeView {
    pub purchase_order_id: PurchaseOrderId,
    pub order_no: String,
    pub state: OrderState,
    pub ordered_at: DateTime<Utc>,
    pub paid_at: Option<DateTime<Utc>>,
    pub pay_due_at: Option<DateTime<Utc>>,
    pub user_id: UserId,
    /// Masked.
    pub buyer_email: Option<String>,
    pub goods_amount: Money,
    pub discount_amount: Money,
    pub points_used: Money,
    pub rewards_used: Money,
    pub shipping_amount: Money,
    pub total_payable: Money,
    pub recipient: MaskedRecipient,
    pub postcode: Option<String>,
    pub payments: Vec<PaidByView>,
    pub seller_orders: Vec<OrderBranchView>,
}

/// One seller's part.
#[derive(Debug, Serialize, JsonSchema)]
pub struct OrderBranchView {
    pub seller_order_id: SellerOrderId,
    pub seller_id: SellerId,
    pub seller_name: String,
    pub state: SellerOrderState,
    pub shipping: OrderShippingView,
    pub lines: Vec<AdminLineView>,
    pub parcels: Vec<ParcelShown>,
    pub claims: Vec<OrderClaimView>,
}

/// Any order.
pub async fn detail(
    on: &impl On,
    vault: &Vault,
    id: PurchaseOrderId,
    now: Now,
) -> Result<OrderTreeView, Failure<ShowOrderError>> {
    let row = TREE.opt(on, (id,)).await?.ok_or(ShowOrderError::NotFound)?;
    let branch = |part: PartRow| OrderBranchView {
        seller_order_id: part.seller_order_id,
        seller_id: part.seller_id,
        seller_name: part.seller_name,
        state: part.state,
        shipping: part.shipping,
        lines: part.lines.into_iter().map(|line| line.view(now)).collect(),
        parcels: part.parcels,
        claims: part.claims,
    };
    Ok(OrderTreeView {
        purchase_order_id: row.id,
        order_no: row.order_no,
        state: row.state,
        ordered_at: row.ordered_at,
        paid_at: row.paid_at,
        pay_due_at: row.pay_due_at,
        user_id: row.user_id,
        buyer_email: super::masked_email(row.email),
        goods_amount: row.goods_amount,
        discount_amount: row.discount_amount,
        points_used: row.points_used,
        rewards_used: row.rewards_used,
        shipping_amount: row.shipping_amount,
        total_payable: row.total_payable,
        recipient: row.to.0.masked(vault)?,
        postcode: row.postcode,
        payments: row.payments.0,
        seller_orders: row.parts.0.into_iter().map(branch).collect(),
    })
}
