//! A seller's claims: open ones by the urgency of their refund, then what ended, newest first.

use super::{MaskedRecipient, SealedRecipient, SellerClaimedLine};
use crate::views::ClaimState;
use authz::SellerScope;
use boot::Vault;
use chrono::{DateTime, Utc};
use db::{Json, On};
use kernel::*;
use pricing::{AtFault, ClaimType};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

db::row! { struct ListRow { items: Json<Vec<ItemRow>>, counts: Json<BTreeMap<String, i64>> } }

#[derive(Debug, Clone, Deserialize)]
struct ItemRow {
    ended: bool,
    rank: i64,
    #[serde(flatten)]
    claim: SellerClaim,
    to: SealedRecipient,
}

db::statements! {
    /// Open claims come by their deadline (microseconds), ended ones by its opposite: one key sorts both.
    static LIST: (SellerId, Option<ClaimType>, Option<ClaimState>, Option<AtFault>, Option<DateTime<Utc>>, Option<bool>, Option<i64>, Option<ClaimId>, i64) => ListRow = concat!(
        "with mine as (
             select c.id, c.state in ('done', 'rejected', 'withdrawn') as ended,
                    (extract(epoch from coalesce(c.refund_due_at, c.requested_at)) * 1000000)::bigint
                        * case when c.state in ('done', 'rejected', 'withdrawn') then -1 else 1 end as rank
             from claims c join seller_orders s on s.id = c.seller_order_id
             where s.seller_id = $1 and ($2::text is null or c.type = $2) and ($3::text is null or c.state = $3) and ($4::text is null or c.fault = $4)
               and ($5::timestamptz is null or c.refund_due_at <= $5)),
         shown as (
             select id, ended, rank from mine where $6::bool is null or (ended, rank, id) > ($6, $7, $8) order by ended, rank, id limit $9)
         select (select coalesce(jsonb_agg(jsonb_build_object('ended', m.ended, 'rank', m.rank, 'claim_id', c.id, 'claim_no', c.claim_no, 'type', c.type, 'state', c.state,
                            'seller_order_id', c.seller_order_id, 'order_no', p.order_no, 'reason_code', c.reason_code, 'reason_name', n.name, 'reason_detail', c.reason_detail,
                            'fault', c.fault, 'requested_at', c.requested_at, 'refund_due_at', c.refund_due_at, 'held', c.holdback_state = 'holdback',
                            'lines', ", seller_claimed_lines!(), ", 'to', ", sealed_recipient!(), ") order by m.ended, m.rank, m.id), '[]')
                 from shown m join claims c on c.id = m.id join purchase_orders p on p.id = c.purchase_order_id left join claim_reasons n on n.code = c.reason_code) as items,
                (select coalesce(jsonb_object_agg(g.state, g.n), '{}') from (
                    select c.state, count(*) as n from claims c join seller_orders s on s.id = c.seller_order_id
                    where s.seller_id = $1 and c.state not in ('done', 'rejected', 'withdrawn') group by c.state) g) as counts");
}

/// Which claims.
#[derive(Debug, Clone, Default)]
pub struct SellerClaimFilter {
    pub claim_type: Option<ClaimType>,
    pub state: Option<ClaimState>,
    pub fault: Option<AtFault>,
    /// With a refund due by then.
    pub due_by: Option<DateTime<Utc>>,
}

/// A claim.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct SellerClaim {
    pub claim_id: ClaimId,
    pub claim_no: String,
    pub r#type: ClaimType,
    pub state: ClaimState,
    pub seller_order_id: SellerOrderId,
    pub order_no: String,
    pub reason_code: String,
    pub reason_name: Option<String>,
    pub reason_detail: Option<String>,
    /// Who bears the cost.
    pub fault: AtFault,
    pub requested_at: DateTime<Utc>,
    /// By when the law wants the money back.
    pub refund_due_at: Option<DateTime<Utc>>,
    pub held: bool,
    pub lines: Vec<SellerClaimedLine>,
}

/// A claim in a list.
#[derive(Debug, Serialize, JsonSchema)]
pub struct SellerClaimSummaryView {
    #[serde(flatten)]
    pub claim: SellerClaim,
    pub recipient: MaskedRecipient,
}

/// A page of claims with the counts of open states.
#[derive(Debug, Serialize, JsonSchema)]
pub struct SellerClaimPage {
    pub items: Vec<SellerClaimSummaryView>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next_cursor: Option<String>,
    /// Open claims by state.
    pub counts: BTreeMap<String, i64>,
}

/// A seller's claims.
pub async fn list(
    on: &impl On,
    vault: &Vault,
    by: SellerScope,
    filter: SellerClaimFilter,
    cursor: Option<Cursor>,
    limit: Limit,
) -> Result<SellerClaimPage, Fault> {
    let after = cursor.and_then(|cursor| cursor.decode::<(bool, i64, ClaimId)>());
    let (ended, rank, id) = (after.map(|a| a.0), after.map(|a| a.1), after.map(|a| a.2));
    let params =
        (by.seller_id(), filter.claim_type, filter.state, filter.fault, filter.due_by, ended, rank, id, limit.fetch());
    let row = LIST.one(on, params).await?;
    let page = Page::of(row.items.0, limit, |item| (item.ended, item.rank, item.claim.claim_id));
    let mut items = Vec::with_capacity(page.items.len());
    for item in page.items {
        items.push(SellerClaimSummaryView { recipient: item.to.masked(vault)?, claim: item.claim });
    }
    Ok(SellerClaimPage { items, next_cursor: page.next_cursor, counts: row.counts.0 })
}
