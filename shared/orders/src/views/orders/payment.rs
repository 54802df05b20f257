//! The money of an order: what was paid and what was given back, as it was at first and as it is now, side by side.

use super::ShowOrderError;
use crate::views::Share;
use authz::CustomerScope;
use chrono::{DateTime, Utc};
use db::{Json, On};
use kernel::*;
use payments::{Method, PaymentState, RefundState};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

db::row! {
    struct MoneyRow {
        id: PurchaseOrderId, goods: Money, discount: Money, points: Money, rewards: Money, shipping: Money, total: Money,
        goods_left: Money, discount_left: Money, points_left: Money, rewards_left: Money, paid_left: Money, shipping_left: Money,
        fees_kept: Money, goodwill: Money, captured: Money, refunded: Money,
        shares: Json<Vec<Share>>, payments: Json<Vec<PaidByView>>, refunds: Json<Vec<RefundShownView>>,
    }
}

db::statements! {
    static MONEY: (PurchaseOrderId, Option<UserId>) => MoneyRow = concat!(
        "select p.id, p.goods_amount as goods, p.discount_amount as discount, p.points_used as points, p.rewards_used as rewards, p.shipping_amount as shipping,
                p.total_payable as total, l.goods as goods_left, l.discount as discount_left, l.points as points_left, l.rewards as rewards_left, l.paid as paid_left,
                (select coalesce(sum(s.remaining_shipping_paid), 0)::bigint from seller_orders s where s.purchase_order_id = p.id) as shipping_left,
                (select coalesce(sum(c.fee_from_cash), 0)::bigint from claims c where c.purchase_order_id = p.id and c.state = 'done') as fees_kept,
                (select coalesce(sum(r.amount), 0)::bigint from payment_refunds r join payments a on a.id = r.payment_id
                 where a.purchase_order_id = p.id and r.kind = 'operator' and r.state = 'done') as goodwill,
                m.captured, m.refunded,
                (select coalesce(jsonb_agg(jsonb_build_object('source', d.source, 'initial', d.initial, 'remaining', d.remaining) order by d.source), '[]')
                 from (select source, coalesce(sum(amount) filter (where claim_id is null), 0)::bigint as initial, sum(amount)::bigint as remaining
                       from discount_allocations where purchase_order_id = p.id group by source) d) as shares,
                ", payments_of_order!(), " as payments,
                (select coalesce(jsonb_agg(jsonb_build_object('refund_id', f.refund_id, 'claim_id', f.claim_id, 'cash', f.cash, 'points', f.points, 'rewards', f.rewards,
                            'state', f.state, 'due_at', f.due_at, 'done_at', f.done_at) order by f.at, f.refund_id), '[]')
                 from (select r.id as refund_id, c.id as claim_id, c.refund_cash as cash, c.refund_points as points, c.refund_rewards as rewards,
                              coalesce(r.state, case c.state when 'done' then 'done' else 'requested' end) as state, c.refund_due_at as due_at, c.done_at, c.approved_at as at
                       from claims c left join lateral (
                           select id, state from payment_refunds where claim_id = c.id order by created_at desc, id desc limit 1) r on true
                       where c.purchase_order_id = p.id and c.approved_at is not null and c.state in ('approved', 'refunding', 'done')
                       union all
                       select r.id, null, r.amount, 0, 0, r.state, r.due_at, r.done_at, r.created_at
                       from payment_refunds r join payments a on a.id = r.payment_id where a.purchase_order_id = p.id and r.claim_id is null) f) as refunds
         from purchase_orders p
         cross join lateral (
             select coalesce(sum(remaining_gross), 0)::bigint as goods, coalesce(sum(remaining_discount), 0)::bigint as discount,
                    coalesce(sum(remaining_points), 0)::bigint as points, coalesce(sum(remaining_rewards), 0)::bigint as rewards,
                    coalesce(sum(remaining_paid), 0)::bigint as paid
             from product_orders where purchase_order_id = p.id) l
         cross join lateral (
             select coalesce(sum(captured_amount), 0)::bigint as captured, coalesce(sum(refunded_amount), 0)::bigint as refunded
             from payments where purchase_order_id = p.id and purpose = 'order' and not is_surplus) m
         where p.id = $1 and ($2::uuid is null or p.user_id = $2)");
}

/// The money of an order, in won.
#[derive(Debug, Serialize, JsonSchema)]
pub struct OrderPaymentView {
    pub purchase_order_id: PurchaseOrderId,
    pub initial: OrderAmountsView,
    /// What was not taken back.
    pub remaining: OrderAmountsView,
    /// Each kind of discount and balance.
    pub shares: Vec<Share>,
    pub payments: Vec<PaidByView>,
    pub refunds: Vec<RefundShownView>,
    /// Return fees and shipping kept out of refunds; negative when given back.
    pub fees_kept: Money,
    /// Refunded beyond claims, as goodwill.
    pub goodwill: Money,
    /// What the payment gateway holds of this order: captured less refunded. Of a paid order it equals what remains plus
    /// the fees kept less goodwill.
    pub balance: Money,
}

/// What an order is made of, in won: `total = goods − discount − points − rewards + shipping`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
pub struct OrderAmountsView {
    pub goods: Money,
    pub discount: Money,
    pub points: Money,
    pub rewards: Money,
    pub shipping: Money,
    pub total: Money,
}

/// One attempt to pay. Amounts in won.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct PaidByView {
    pub payment_id: PaymentId,
    /// `order`, or `claim_fee` for the shipping of a return or exchange.
    pub purpose: payments::Purpose,
    pub method: Option<Method>,
    pub easy_pay_provider: Option<String>,
    pub state: PaymentState,
    pub amount: Money,
    pub captured_amount: Money,
    pub refunded_amount: Money,
    /// Came too late or twice: refunded whole.
    pub is_surplus: bool,
    pub requested_at: DateTime<Utc>,
    pub approved_at: Option<DateTime<Utc>>,
    /// The gateway's receipt.
    pub receipt_url: Option<String>,
    /// Masked.
    pub card_no: Option<String>,
}

/// Money that went or is going back. Amounts in won.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct RefundShownView {
    /// None where no cash goes back.
    pub refund_id: Option<RefundId>,
    pub claim_id: Option<ClaimId>,
    pub cash: Money,
    pub points: Money,
    pub rewards: Money,
    pub state: RefundState,
    pub due_at: Option<DateTime<Utc>>,
    pub done_at: Option<DateTime<Utc>>,
}

/// The money of a customer's order.
pub async fn payment(
    on: &impl On,
    by: CustomerScope,
    id: PurchaseOrderId,
) -> Result<OrderPaymentView, Failure<ShowOrderError>> {
    of_order(on, Some(by), id).await
}

/// The money of an order, of anybody's where no customer asks.
pub(crate) async fn of_order(
    on: &impl On,
    by: Option<CustomerScope>,
    id: PurchaseOrderId,
) -> Result<OrderPaymentView, Failure<ShowOrderError>> {
    let row = MONEY.opt(on, (id, by.map(CustomerScope::user_id))).await?.ok_or(ShowOrderError::NotFound)?;
    Ok(OrderPaymentView {
        purchase_order_id: row.id,
        initial: OrderAmountsView {
            goods: row.goods,
            discount: row.discount,
            points: row.points,
            rewards: row.rewards,
            shipping: row.shipping,
            total: row.total,
        },
        remaining: OrderAmountsView {
            goods: row.goods_left,
            discount: row.discount_left,
            points: row.points_left,
            rewards: row.rewards_left,
            shipping: row.shipping_left,
            total: row.paid_left + row.shipping_left,
        },
        shares: row.shares.0,
        payments: row.payments.0,
        refunds: row.refunds.0,
        fees_kept: row.fees_kept,
        goodwill: row.goodwill,
        balance: row.captured - row.refunded,
    })
}
