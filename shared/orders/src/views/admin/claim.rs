//! One claim to the unit: pieces with their shares and inspection, fees with who bears them, every try to refund.

use super::money::ClaimMoneyView;
use crate::views::claims::{ClaimFeesView, ClaimTimesView, ShowClaimError};
use crate::views::shipments::TrackingView;
use crate::views::{ClaimState, SoldItem};
use chrono::{DateTime, Utc};
use db::{Json, On};
use kernel::*;
use payments::RefundState;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

db::row! {
    struct DetailRow {
        purchase_order_id: PurchaseOrderId, order_no: String, seller_order_id: SellerOrderId, seller_id: SellerId, seller_name: String, user_id: UserId,
        money: Json<ClaimMoneyView>, fees: Json<ClaimFeesView>, times: Json<ClaimTimesView>, reason_code: String, reason_name: Option<String>, reason_detail: Option<String>,
        requested_by: String, reject_reason: Option<String>, holdback_state: String, holdback_reason: Option<String>, delay_interest: Money,
        units: Json<Vec<ClaimedUnitView>>, parcels: Json<Vec<TrackingView>>, refunds: Json<Vec<RefundAttemptView>>, evidence: Vec<UploadId>,
    }
}

db::statements! {
    static DETAIL: (ClaimId,) => DetailRow = concat!(
        "select c.purchase_order_id, p.order_no, c.seller_order_id, s.seller_id, coalesce(x.display_name, x.company_name) as seller_name, p.user_id,
                jsonb_build_object('claim_id', c.id, 'claim_no', c.claim_no, 'type', c.type, 'state', c.state, 'fault', c.fault, 'fee_total', c.fee_total,
                    'fee_from_cash', c.fee_from_cash, 'fee_from_points', c.fee_from_points, 'fee_from_rewards', c.fee_from_rewards, 'fee_from_prepaid', c.fee_from_prepaid,
                    'goods_cash', c.goods_cash, 'goods_points', c.goods_points, 'goods_rewards', c.goods_rewards, 'shipping_refund', c.shipping_refund,
                    'refund_cash', c.refund_cash, 'refund_points', c.refund_points, 'refund_rewards', c.refund_rewards, 'clawback_points', c.clawback_points) as money,
                jsonb_build_object('fee_return', c.fee_return, 'fee_recovered_outbound', c.fee_recovered_outbound, 'fee_remote', c.fee_remote, 'fee_extra', c.fee_extra,
                    'fee_total', c.fee_total, 'fee_from_cash', c.fee_from_cash, 'fee_from_points', c.fee_from_points, 'fee_from_rewards', c.fee_from_rewards,
                    'fee_from_prepaid', c.fee_from_prepaid) as fees,
                jsonb_build_object('requested_at', c.requested_at, 'approved_at', c.approved_at, 'collected_at', c.collected_at, 'refund_due_at', c.refund_due_at,
                    'done_at', c.done_at) as times,
                c.reason_code, n.name as reason_name, c.reason_detail, c.requested_by, c.reject_reason, c.holdback_state, c.holdback_reason, c.delay_interest,
                (select coalesce(jsonb_agg(jsonb_build_object('product_order_id', o.id, 'product_order_no', o.product_order_no, 'item', o.item_snapshot, 'unit_no', i.unit_no,
                            'outcome', i.outcome, 'gross', i.gross, 'discount', i.discount, 'points', i.points, 'rewards', i.rewards, 'cash', i.cash, 'restocked', i.restocked,
                            'inspected_at', i.inspected_at, 'inspection_note', i.inspection_note) order by o.line_no, i.unit_no), '[]')
                 from claim_items i join product_orders o on o.id = i.product_order_id where i.claim_id = c.id) as units,
                (select coalesce(jsonb_agg(jsonb_build_object('parcel', ", parcel!(), ", 'scans', ", scans!(), ", 'product_order_ids', '[]'::jsonb) order by h.created_at, h.id), '[]')
                 from shipments h left join carriers r on r.code = h.carrier_code where h.claim_id = c.id) as parcels,
                (select coalesce(jsonb_agg(jsonb_build_object('refund_id', f.id, 'payment_id', f.payment_id, 'amount', f.amount, 'state', f.state, 'attempts', f.attempts,
                            'last_code', f.last_code, 'due_at', f.due_at, 'created_at', f.created_at, 'done_at', f.done_at) order by f.created_at, f.id), '[]')
                 from payment_refunds f where f.claim_id = c.id) as refunds,
                array(select u.id from uploads u where u.claim_id = c.id order by u.id) as evidence
         from claims c join seller_orders s on s.id = c.seller_order_id join purchase_orders p on p.id = c.purchase_order_id join sellers x on x.id = s.seller_id
         left join claim_reasons n on n.code = c.reason_code
         where c.id = $1");
}

/// A piece in a claim, with the shares it gives back, in won.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct ClaimedUnitView {
    pub product_order_id: ProductOrderId,
    pub product_order_no: String,
    pub item: SoldItem,
    pub unit_no: i32,
    /// `open`, `accepted`, `rejected` or `withdrawn`.
    pub outcome: String,
    pub gross: Money,
    pub discount: Money,
    pub points: Money,
    pub rewards: Money,
    pub cash: Money,
    /// Whether it went back on the shelf; none before that was decided.
    pub restocked: Option<bool>,
    pub inspected_at: Option<DateTime<Utc>>,
    pub inspection_note: Option<String>,
}

/// One refund order to the payment gateway.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct RefundAttemptView {
    pub refund_id: RefundId,
    pub payment_id: PaymentId,
    /// Won.
    pub amount: Money,
    pub state: RefundState,
    pub attempts: i32,
    /// The gateway's last refusal.
    pub last_code: Option<String>,
    pub due_at: Option<DateTime<Utc>>,
    pub created_at: DateTime<Utc>,
    pub done_at: Option<DateTime<Utc>>,
}

kernel::text_enum! {
    /// What an operator may do about a claim.
    pub enum AdminClaimAction { Approve = "approve", Reject = "reject" }
}

/// A claim. Amounts in won.
#[derive(Debug, Serialize, JsonSchema)]
pub struct AdminClaimView {
    pub purchase_order_id: PurchaseOrderId,
    pub order_no: String,
    pub seller_order_id: SellerOrderId,
    pub seller_id: SellerId,
    pub seller_name: String,
    pub user_id: UserId,
    #[serde(flatten)]
    pub money: ClaimMoneyView,
    pub fees: ClaimFeesView,
    pub times: ClaimTimesView,
    pub reason_code: String,
    pub reason_name: Option<String>,
    pub reason_detail: Option<String>,
    pub requested_by: String,
    pub reject_reason: Option<String>,
    /// `none`, `holdback` or `released`.
    pub holdback_state: String,
    pub holdback_reason: Option<String>,
    pub delay_interest: Money,
    pub units: Vec<ClaimedUnitView>,
    pub parcels: Vec<TrackingView>,
    pub refunds: Vec<RefundAttemptView>,
    /// Files of the buyer and the seller.
    pub evidence: Vec<UploadId>,
    pub actions: Vec<AdminClaimAction>,
}

/// Any claim.
pub async fn detail(on: &impl On, id: ClaimId) -> Result<AdminClaimView, Failure<ShowClaimError>> {
    let row = DETAIL.opt(on, (id,)).await?.ok_or(ShowClaimError::NotFound)?;
    let waits = row.money.0.state == ClaimState::Requested && row.money.0.r#type == pricing::ClaimType::Cancel;
    Ok(AdminClaimView {
        purchase_order_id: row.purchase_order_id,
        order_no: row.order_no,
        seller_order_id: row.seller_order_id,
        seller_id: row.seller_id,
        seller_name: row.seller_name,
        user_id: row.user_id,
        money: row.money.0,
        fees: row.fees.0,
        times: row.times.0,
        reason_code: row.reason_code,
        reason_name: row.reason_name,
        reason_detail: row.reason_detail,
        requested_by: row.requested_by,
        reject_reason: row.reject_reason,
        holdback_state: row.holdback_state,
        holdback_reason: row.holdback_reason,
        delay_interest: row.delay_interest,
        units: row.units.0,
        parcels: row.parcels.0,
        refunds: row.refunds.0,
        evidence: row.evidence,
        actions: if waits { vec![AdminClaimAction::Approve, AdminClaimAction::Reject] } else { Vec::new() },
    })
}
