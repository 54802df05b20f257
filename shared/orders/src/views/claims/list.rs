//! Claims, newest first.

use crate::views::{ClaimState, ClaimedLine};
use authz::CustomerScope;
use chrono::{DateTime, Utc};
use db::{Json, On};
use kernel::*;
use pricing::ClaimType;
use schemars::JsonSchema;
use serde::Serialize;

db::row! {
    struct ListRow {
        id: ClaimId, claim_no: String, claim_type: ClaimType, state: ClaimState, purchase_order_id: PurchaseOrderId, order_no: String, seller_order_id: SellerOrderId,
        seller_name: String, requested_at: DateTime<Utc>, refund_cash: Money, refund_points: Money, refund_rewards: Money, lines: Json<Vec<ClaimedLine>>,
    }
}

db::statements! {
    static LIST: (UserId, Option<ClaimType>, Option<DateTime<Utc>>, Option<ClaimId>, i64) => ListRow = concat!(
        "select c.id, c.claim_no, c.type as claim_type, c.state, c.purchase_order_id, p.order_no, c.seller_order_id, coalesce(x.display_name, x.company_name) as seller_name,
                c.requested_at, c.refund_cash, c.refund_points, c.refund_rewards, ", claimed_lines!(), " as lines
         from claims c join purchase_orders p on p.id = c.purchase_order_id join seller_orders s on s.id = c.seller_order_id join sellers x on x.id = s.seller_id
         where p.user_id = $1 and ($2::text is null or c.type = $2) and ($3::timestamptz is null or (c.requested_at, c.id) < ($3, $4))
         order by c.requested_at desc, c.id desc limit $5");
}

/// A claim in a list. Refunds in won; 0 until it is approved.
#[derive(Debug, Serialize, JsonSchema)]
pub struct ClaimSummaryView {
    pub claim_id: ClaimId,
    pub claim_no: String,
    pub r#type: ClaimType,
    pub state: ClaimState,
    pub purchase_order_id: PurchaseOrderId,
    pub order_no: String,
    pub seller_order_id: SellerOrderId,
    pub seller_name: String,
    pub requested_at: DateTime<Utc>,
    pub refund_cash: Money,
    pub refund_points: Money,
    pub refund_rewards: Money,
    pub lines: Vec<ClaimedLine>,
}

/// A customer's claims.
pub async fn list(
    on: &impl On,
    by: CustomerScope,
    claim_type: Option<ClaimType>,
    cursor: Option<Cursor>,
    limit: Limit,
) -> Result<Page<ClaimSummaryView>, Fault> {
    let (at, id) = cursor.and_then(|cursor| cursor.decode::<(DateTime<Utc>, ClaimId)>()).unzip();
    let rows = LIST.all(on, (by.user_id(), claim_type, at, id, limit.fetch())).await?;
    Ok(Page::of(rows, limit, |row| (row.requested_at, row.id)).map(|row| ClaimSummaryView {
        claim_id: row.id,
        claim_no: row.claim_no,
        r#type: row.claim_type,
        state: row.state,
        purchase_order_id: row.purchase_order_id,
        order_no: row.order_no,
        seller_order_id: row.seller_order_id,
        seller_name: row.seller_name,
        requested_at: row.requested_at,
        refund_cash: row.refund_cash,
        refund_points: row.refund_points,
        refund_rewards: row.refund_rewards,
        lines: row.lines.0,
    }))
}
