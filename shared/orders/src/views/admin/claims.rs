//! Claims over all sellers: open ones by the urgency of their refund, then what ended, newest first.

use crate::views::{ClaimState, ClaimedLine};
use chrono::{DateTime, Utc};
use db::{Json, On};
use kernel::*;
use payments::RefundState;
use pricing::{AtFault, ClaimType};
use schemars::JsonSchema;
use serde::Serialize;

db::row! {
    struct ListRow {
        id: ClaimId, ended: bool, rank: i64, claim_no: String, claim_type: ClaimType, state: ClaimState, purchase_order_id: PurchaseOrderId, order_no: String,
        seller_id: SellerId, seller_name: String, reason_code: String, fault: AtFault, requested_by: String, requested_at: DateTime<Utc>,
        refund_due_at: Option<DateTime<Utc>>, held: bool, refund_cash: Money, refund_state: Option<RefundState>, lines: Json<Vec<ClaimedLine>>,
    }
}

db::statements! {
    /// One key sorts both: open claims by their deadline (microseconds), ended ones by its opposite.
    static LIST: (Option<ClaimType>, Option<ClaimState>, Option<String>, Option<SellerId>, Option<DateTime<Utc>>, Option<bool>, Option<bool>, Option<i64>, Option<ClaimId>, i64) => ListRow = concat!(
        "with shown as (
             select c.id, k.ended, k.rank
             from claims c
             cross join lateral (select c.state in ('done', 'rejected', 'withdrawn') as ended) e
             cross join lateral (select e.ended, (extract(epoch from coalesce(c.refund_due_at, c.requested_at)) * 1000000)::bigint * case when e.ended then -1 else 1 end as rank) k
             where ($1::text is null or c.type = $1) and ($2::text is null or c.state = $2) and ($3::text is null or c.reason_code = $3)
               and ($4::uuid is null or c.seller_order_id in (select id from seller_orders where seller_id = $4))
               and ($5::timestamptz is null or (c.refund_due_at <= $5 and not e.ended))
               and ($6::bool is null or (c.holdback_state = 'holdback') = $6)
               and ($7::bool is null or (k.ended, k.rank, c.id) > ($7, $8, $9))
             order by k.ended, k.rank, c.id limit $10)
         select c.id, k.ended, k.rank, c.claim_no, c.type as claim_type, c.state, c.purchase_order_id, p.order_no, s.seller_id, coalesce(x.display_name, x.company_name) as seller_name,
                c.reason_code, c.fault, c.requested_by, c.requested_at, c.refund_due_at, c.holdback_state = 'holdback' as held, c.refund_cash,
                (select r.state from payment_refunds r where r.claim_id = c.id order by r.created_at desc, r.id desc limit 1) as refund_state, ", claimed_lines!(), " as lines
         from shown k join claims c on c.id = k.id join seller_orders s on s.id = c.seller_order_id join purchase_orders p on p.id = c.purchase_order_id
         join sellers x on x.id = s.seller_id
         order by k.ended, k.rank, c.id");
}

/// Which claims.
#[derive(Debug, Clone, Default)]
pub struct AdminClaimFilter {
    pub claim_type: Option<ClaimType>,
    pub state: Option<ClaimState>,
    pub reason_code: Option<String>,
    pub seller_id: Option<SellerId>,
    /// Not ended and with a refund due by then.
    pub due_by: Option<DateTime<Utc>>,
    pub held: Option<bool>,
}

/// A claim in a list. Refund in won; 0 until it is approved.
#[derive(Debug, Serialize, JsonSchema)]
pub struct AdminClaimSummaryView {
    pub claim_id: ClaimId,
    pub claim_no: String,
    pub r#type: ClaimType,
    pub state: ClaimState,
    pub purchase_order_id: PurchaseOrderId,
    pub order_no: String,
    pub seller_id: SellerId,
    pub seller_name: String,
    pub reason_code: String,
    pub fault: AtFault,
    pub requested_by: String,
    pub requested_at: DateTime<Utc>,
    pub refund_due_at: Option<DateTime<Utc>>,
    pub held: bool,
    pub refund_cash: Money,
    /// Of the cash at the payment gateway.
    pub refund_state: Option<RefundState>,
    pub lines: Vec<ClaimedLine>,
}

/// Claims.
pub async fn list(
    on: &impl On,
    filter: AdminClaimFilter,
    cursor: Option<Cursor>,
    limit: Limit,
) -> Result<Page<AdminClaimSummaryView>, Fault> {
    let after = cursor.and_then(|cursor| cursor.decode::<(bool, i64, ClaimId)>());
    let (ended, rank, id) = (after.map(|a| a.0), after.map(|a| a.1), after.map(|a| a.2));
    let params = (
        filter.claim_type,
        filter.state,
        filter.reason_code,
        filter.seller_id,
        filter.due_by,
        filter.held,
        ended,
        rank,
        id,
        limit.fetch(),
    );
    let rows = LIST.all(on, params).await?;
    Ok(Page::of(rows, limit, |row| (row.ended, row.rank, row.id)).map(|row| AdminClaimSummaryView {
        claim_id: row.id,
        claim_no: row.claim_no,
        r#type: row.claim_type,
        state: row.state,
        purchase_order_id: row.purchase_order_id,
        order_no: row.order_no,
        seller_id: row.seller_id,
        seller_name: row.seller_name,
        reason_code: row.reason_code,
        fault: row.fault,
        requested_by: row.requested_by,
        requested_at: row.requested_at,
        refund_due_at: row.refund_due_at,
        held: row.held,
        refund_cash: row.refund_cash,
        refund_state: row.refund_state,
        lines: row.lines.0,
    }))
}
