//! Holds, for operators.

use crate::state::HoldReason;
use chrono::{DateTime, Utc};
use db::On;
use kernel::*;
use schemars::JsonSchema;
use serde::Serialize;

db::row! {
    /// One hold.
    #[derive(Serialize, JsonSchema)]
    pub struct HoldView {
        pub hold_id: SettlementHoldId, pub seller_id: SellerId, pub company_name: String,
        /// One statement; absent: everything.
        pub settlement_id: Option<SettlementId>,
        pub reason: HoldReason, pub detail: Option<String>,
        /// Absent: the platform itself.
        pub placed_by: Option<OperatorId>,
        pub placed_at: DateTime<Utc>, pub released_by: Option<OperatorId>, pub released_at: Option<DateTime<Utc>>,
        /// Payouts of statements that wait under it, in won.
        pub held_amount: Money,
        /// Days it stands, or stood.
        pub days: i32,
    }
}

macro_rules! hold {
    () => {
        "select h.id as hold_id, h.seller_id, v.company_name, h.settlement_id, h.reason, h.detail, h.placed_by, h.placed_at, h.released_by, h.released_at,
                coalesce((select sum(s.payout_amount) from settlements s
                          where s.seller_id = h.seller_id and s.state = 'held' and h.released_at is null and (h.settlement_id is null or h.settlement_id = s.id)), 0)::bigint as held_amount,
                extract(day from coalesce(h.released_at, $1) - h.placed_at)::int as days
         from settlement_holds h join sellers v on v.id = h.seller_id "
    };
}

db::statements! {
    static LIST: (Now, Option<SellerId>, Option<HoldReason>, Option<bool>, Option<DateTime<Utc>>, Option<SettlementHoldId>, i64) => HoldView = concat!(
        hold!(),
        "where ($2::uuid is null or h.seller_id = $2) and ($3::text is null or h.reason = $3) and ($4::bool is null or (h.released_at is null) = $4)
           and ($5::timestamptz is null or (h.placed_at, h.id) < ($5, $6))
         order by h.placed_at desc, h.id desc limit $7");
    static ONE: (Now, SettlementHoldId) => HoldView = concat!(hold!(), "where h.id = $2");
}

/// Which holds; `open` true: those that stand.
#[derive(Debug, Clone, Copy, Default)]
pub struct HoldFilter {
    pub seller_id: Option<SellerId>,
    pub reason: Option<HoldReason>,
    pub open: Option<bool>,
}

/// Holds, newest first.
pub async fn list(
    on: &impl On,
    filter: HoldFilter,
    cursor: Option<Cursor>,
    limit: Limit,
    now: Now,
) -> Result<Page<HoldView>, Fault> {
    let (at, id) = cursor.and_then(|cursor| cursor.decode::<(DateTime<Utc>, SettlementHoldId)>()).unzip();
    let HoldFilter { seller_id, reason, open } = filter;
    let rows = LIST.all(on, (now, seller_id, reason, open, at, id, limit.fetch())).await?;
    Ok(Page::of(rows, limit, |row| (row.placed_at, row.hold_id)))
}

/// One hold.
pub async fn one(on: &impl On, id: SettlementHoldId, now: Now) -> Result<HoldView, Fault> {
    ONE.one(on, (now, id)).await
}
