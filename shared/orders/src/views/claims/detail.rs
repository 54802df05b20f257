//! One claim: why, where it stands, what comes back, and what its customer may do about it.

use super::ShowClaimError;
use crate::views::{ClaimState, ClaimedLine, ParcelShown};
use authz::CustomerScope;
use chrono::{DateTime, Utc};
use db::{Json, On};
use kernel::*;
use payments::RefundState;
use pricing::{AtFault, ClaimType};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

db::row! {
    struct DetailRow {
        id: ClaimId, claim_no: String, claim_type: ClaimType, state: ClaimState, purchase_order_id: PurchaseOrderId, order_no: String, seller_order_id: SellerOrderId,
        seller_name: String, reason_code: String, reason_name: Option<String>, reason_detail: Option<String>, reject_reason: Option<String>, fault: AtFault,
        holdback_reason: Option<String>, times: Json<ClaimTimesView>, fees: Json<ClaimFeesView>, refund: Json<ClaimRefundView>, lines: Json<Vec<ClaimedLine>>,
        parcels: Json<Vec<ParcelShown>>,
    }
}

db::statements! {
    static DETAIL: (ClaimId, UserId) => DetailRow = concat!(
        "select c.id, c.claim_no, c.type as claim_type, c.state, c.purchase_order_id, p.order_no, c.seller_order_id, coalesce(x.display_name, x.company_name) as seller_name,
                c.reason_code, n.name as reason_name, c.reason_detail, c.reject_reason, c.fault,
                case when c.holdback_state = 'holdback' then c.holdback_reason end as holdback_reason,
                jsonb_build_object('requested_at', c.requested_at, 'approved_at', c.approved_at, 'collected_at', c.collected_at, 'refund_due_at', c.refund_due_at, 'done_at', c.done_at) as times,
                jsonb_build_object('fee_return', c.fee_return, 'fee_recovered_outbound', c.fee_recovered_outbound, 'fee_remote', c.fee_remote, 'fee_extra', c.fee_extra,
                    'fee_total', c.fee_total, 'fee_from_cash', c.fee_from_cash, 'fee_from_points', c.fee_from_points, 'fee_from_rewards', c.fee_from_rewards,
                    'fee_from_prepaid', c.fee_from_prepaid) as fees,
                jsonb_build_object('goods_cash', c.goods_cash, 'goods_points', c.goods_points, 'goods_rewards', c.goods_rewards, 'shipping_refund', c.shipping_refund,
                    'cash', c.refund_cash, 'points', c.refund_points, 'rewards', c.refund_rewards, 'clawback_points', c.clawback_points, 'delay_interest', c.delay_interest,
                    'state', (select r.state from payment_refunds r where r.claim_id = c.id order by r.created_at desc, r.id desc limit 1)) as refund, ",
                claimed_lines!(), " as lines,
                (select coalesce(jsonb_agg(", parcel!(), " order by h.created_at, h.id), '[]') from shipments h left join carriers r on r.code = h.carrier_code
                 where h.claim_id = c.id) as parcels
         from claims c join purchase_orders p on p.id = c.purchase_order_id join seller_orders s on s.id = c.seller_order_id join sellers x on x.id = s.seller_id
         left join claim_reasons n on n.code = c.reason_code
         where c.id = $1 and p.user_id = $2");
}

kernel::text_enum! {
    /// What a customer may do about a claim.
    pub enum ClaimAction {
        Withdraw = "withdraw",
        /// The refund could not be paid out: give another account.
        GiveRefundAccount = "give_refund_account",
    }
}

/// A claim.
#[derive(Debug, Serialize, JsonSchema)]
pub struct ClaimDetailView {
    pub claim_id: ClaimId,
    pub claim_no: String,
    pub r#type: ClaimType,
    pub state: ClaimState,
    pub purchase_order_id: PurchaseOrderId,
    pub order_no: String,
    pub seller_order_id: SellerOrderId,
    pub seller_name: String,
    pub reason_code: String,
    pub reason_name: Option<String>,
    pub reason_detail: Option<String>,
    pub reject_reason: Option<String>,
    /// Who bears the cost.
    pub fault: AtFault,
    /// Why the seller holds it, while it does.
    pub holdback_reason: Option<String>,
    pub times: ClaimTimesView,
    pub fees: ClaimFeesView,
    pub refund: ClaimRefundView,
    pub lines: Vec<ClaimedLine>,
    pub parcels: Vec<ParcelShown>,
    pub actions: Vec<ClaimAction>,
}

/// When a claim took each step.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct ClaimTimesView {
    pub requested_at: DateTime<Utc>,
    pub approved_at: Option<DateTime<Utc>>,
    pub collected_at: Option<DateTime<Utc>>,
    /// By when the law wants the money back.
    pub refund_due_at: Option<DateTime<Utc>>,
    pub done_at: Option<DateTime<Utc>>,
}

/// What a claim costs its customer, in won; all 0 until it is approved. A negative fee is given back.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct ClaimFeesView {
    pub fee_return: Money,
    /// Shipping that had been free and is not any more.
    pub fee_recovered_outbound: Money,
    pub fee_remote: Money,
    pub fee_extra: Money,
    pub fee_total: Money,
    pub fee_from_cash: Money,
    pub fee_from_points: Money,
    pub fee_from_rewards: Money,
    pub fee_from_prepaid: Money,
}

/// What comes back, in won; all 0 until the claim is approved.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct ClaimRefundView {
    pub goods_cash: Money,
    pub goods_points: Money,
    pub goods_rewards: Money,
    pub shipping_refund: Money,
    pub cash: Money,
    pub points: Money,
    pub rewards: Money,
    /// Points granted for what came back, taken back.
    pub clawback_points: Money,
    pub delay_interest: Money,
    /// Of the cash at the payment gateway; none where no cash goes back.
    pub state: Option<RefundState>,
}

/// A customer's claim.
pub async fn detail(on: &impl On, by: CustomerScope, id: ClaimId) -> Result<ClaimDetailView, Failure<ShowClaimError>> {
    let row = DETAIL.opt(on, (id, by.user_id())).await?.ok_or(ShowClaimError::NotFound)?;
    let mut actions = Vec::new();
    if row.state == ClaimState::Requested {
        actions.push(ClaimAction::Withdraw);
    }
    if row.refund.0.state == Some(RefundState::Failed) {
        actions.push(ClaimAction::GiveRefundAccount);
    }
    Ok(ClaimDetailView {
        claim_id: row.id,
        claim_no: row.claim_no,
        r#type: row.claim_type,
        state: row.state,
        purchase_order_id: row.purchase_order_id,
        order_no: row.order_no,
        seller_order_id: row.seller_order_id,
        seller_name: row.seller_name,
        reason_code: row.reason_code,
        reason_name: row.reason_name,
        reason_detail: row.reason_detail,
        reject_reason: row.reject_reason,
        fault: row.fault,
        holdback_reason: row.holdback_reason,
        times: row.times.0,
        fees: row.fees.0,
        refund: row.refund.0,
        lines: row.lines.0,
        parcels: row.parcels.0,
        actions,
    })
}
