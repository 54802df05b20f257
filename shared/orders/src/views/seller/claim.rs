//! One claim for its seller: why, what the buyer gets back as one figure, what it does to the settlement, what to answer.

use super::claims::SellerClaim;
use super::{MaskedRecipient, SealedRecipient};
use crate::views::claims::{ClaimTimesView, ShowClaimError};
use crate::views::{ClaimState, ParcelShown};
use authz::SellerScope;
use boot::Vault;
use db::{Json, On};
use kernel::*;
use payments::RefundState;
use pricing::ClaimType;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

db::row! {
    struct DetailRow {
        claim: Json<SellerClaim>, to: Json<SealedRecipient>, times: Json<ClaimTimesView>, money: Json<SellerClaimMoney>, requested_by: String,
        reject_reason: Option<String>, holdback_reason: Option<String>, parcels: Json<Vec<ParcelShown>>, settled: Json<Vec<SellerClaimSettled>>,
    }
}

db::statements! {
    static DETAIL: (ClaimId, SellerId) => DetailRow = concat!(
        "select jsonb_build_object('claim_id', c.id, 'claim_no', c.claim_no, 'type', c.type, 'state', c.state, 'seller_order_id', c.seller_order_id, 'order_no', p.order_no,
                    'reason_code', c.reason_code, 'reason_name', n.name, 'reason_detail', c.reason_detail, 'fault', c.fault, 'requested_at', c.requested_at,
                    'refund_due_at', c.refund_due_at, 'held', c.holdback_state = 'holdback', 'lines', ", seller_claimed_lines!(), ") as claim, ",
                sealed_recipient!(), " as to,
                jsonb_build_object('requested_at', c.requested_at, 'approved_at', c.approved_at, 'collected_at', c.collected_at, 'refund_due_at', c.refund_due_at,
                    'done_at', c.done_at) as times,
                jsonb_build_object('goods', c.goods_cash + c.goods_points + c.goods_rewards, 'shipping_refund', c.shipping_refund, 'fee_return', c.fee_return,
                    'fee_recovered_outbound', c.fee_recovered_outbound, 'fee_remote', c.fee_remote, 'fee_extra', c.fee_extra, 'fee_total', c.fee_total,
                    'refund', c.refund_cash + c.refund_points + c.refund_rewards, 'delay_interest', c.delay_interest,
                    'refund_state', (select f.state from payment_refunds f where f.claim_id = c.id order by f.created_at desc, f.id desc limit 1)) as money,
                c.requested_by, c.reject_reason, c.holdback_reason,
                (select coalesce(jsonb_agg(", parcel!(), " order by h.created_at, h.id), '[]') from shipments h left join carriers r on r.code = h.carrier_code
                 where h.claim_id = c.id) as parcels,
                (select coalesce(jsonb_agg(jsonb_build_object('line_type', l.line_type, 'payout', l.payout, 'basis_date', l.basis_date) order by l.created_at, l.id), '[]')
                 from settlement_lines l where l.claim_id = c.id and l.seller_id = s.seller_id) as settled
         from claims c join seller_orders s on s.id = c.seller_order_id join purchase_orders p on p.id = c.purchase_order_id
         left join claim_reasons n on n.code = c.reason_code
         where c.id = $1 and s.seller_id = $2");
}

/// What a claim costs and gives back, in won; all 0 until it is approved.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct SellerClaimMoney {
    /// What the buyer gave for the pieces: cash, points and rewards as one figure.
    pub goods: Money,
    pub shipping_refund: Money,
    pub fee_return: Money,
    /// Shipping that had been free and is not any more; negative when given back.
    pub fee_recovered_outbound: Money,
    pub fee_remote: Money,
    pub fee_extra: Money,
    /// Comes to the store, unless the fault is its own.
    pub fee_total: Money,
    /// What the buyer gets back, as one figure.
    pub refund: Money,
    pub delay_interest: Money,
    /// Of the cash at the payment gateway.
    pub refund_state: Option<RefundState>,
}

/// What the settlement already holds of a claim.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct SellerClaimSettled {
    /// `claim_fee`, `product_reversal`, `shipping_reversal` …
    pub line_type: String,
    /// Won; negative is taken back.
    pub payout: Money,
    pub basis_date: chrono::NaiveDate,
}

kernel::text_enum! {
    /// What a seller may do about a claim.
    pub enum SellerClaimAction { Approve = "approve" }
}

/// A claim with its whole story.
#[derive(Debug, Serialize, JsonSchema)]
pub struct SellerClaimDetailView {
    #[serde(flatten)]
    pub claim: SellerClaim,
    pub recipient: MaskedRecipient,
    /// `customer`, `seller`, `admin` or `system`.
    pub requested_by: String,
    pub reject_reason: Option<String>,
    pub holdback_reason: Option<String>,
    pub times: ClaimTimesView,
    pub money: SellerClaimMoney,
    pub parcels: Vec<ParcelShown>,
    pub settled: Vec<SellerClaimSettled>,
    pub actions: Vec<SellerClaimAction>,
}

/// A seller's claim.
pub async fn detail(
    on: &impl On,
    vault: &Vault,
    by: SellerScope,
    id: ClaimId,
) -> Result<SellerClaimDetailView, Failure<ShowClaimError>> {
    let row = DETAIL.opt(on, (id, by.seller_id())).await?.ok_or(ShowClaimError::NotFound)?;
    let waits = row.claim.0.state == ClaimState::Requested && row.claim.0.r#type == ClaimType::Cancel;
    Ok(SellerClaimDetailView {
        recipient: row.to.0.masked(vault)?,
        claim: row.claim.0,
        requested_by: row.requested_by,
        reject_reason: row.reject_reason,
        holdback_reason: row.holdback_reason,
        times: row.times.0,
        money: row.money.0,
        parcels: row.parcels.0,
        settled: row.settled.0,
        actions: if waits { vec![SellerClaimAction::Approve] } else { Vec::new() },
    })
}
