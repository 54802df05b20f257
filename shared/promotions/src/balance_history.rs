//! How points and rewards came and went, and when what is left expires.

use crate::{LotSource, PointKind};
use authz::CustomerScope;
use chrono::{DateTime, Datelike, Duration, NaiveDate, Utc};
use db::On;
use kernel::clock::kst_date;
use kernel::{
    ClaimId, Cursor, Fault, Limit, Money, Now, Page, PointLotId, PointTransactionId, PurchaseOrderId, UserId,
};
use pricing::Balance;
use uuid::Uuid;

db::row! {
    /// One change of a balance, signed, in won.
    pub struct MovementRow {
        pub id: PointTransactionId,
        pub kind: PointKind,
        pub amount: Money,
        pub occurred_at: DateTime<Utc>,
        /// What the lot was granted for, and the row of it.
        pub source: LotSource,
        pub ref_type: String,
        pub ref_id: Uuid,
        pub lot_expires_at: DateTime<Utc>,
        pub purchase_order_id: Option<PurchaseOrderId>,
        pub order_no: Option<String>,
        pub claim_id: Option<ClaimId>,
        /// Granted in place of a lot that had expired.
        pub regranted: bool,
    }
}

db::row! {
    /// A lot with something left.
    pub struct LotRow {
        pub id: PointLotId,
        pub source: LotSource,
        pub campaign_id: Option<Uuid>,
        pub campaign_name: Option<String>,
        pub amount: Money,
        pub remaining: Money,
        pub granted_at: DateTime<Utc>,
        pub expires_at: DateTime<Utc>,
    }
}

/// What expires in one month, in Korea.
#[derive(Debug, Clone)]
pub struct Month {
    /// Its first day.
    pub month: NaiveDate,
    pub amount: Money,
    pub lots: Vec<LotRow>,
}

/// What is left of one campaign (or, where none stands behind them, of one kind of grant).
#[derive(Debug, Clone)]
pub struct Campaign {
    pub campaign_id: Option<Uuid>,
    pub campaign_name: Option<String>,
    pub source: LotSource,
    pub amount: Money,
    pub lots: Vec<LotRow>,
}

db::statements! {
    static MOVEMENTS: (UserId, Balance, Option<DateTime<Utc>>, Option<PointTransactionId>, i64) => MovementRow =
        "select t.id, t.kind, t.amount, t.occurred_at, l.source, l.ref_type, l.ref_id, l.expires_at as lot_expires_at, t.purchase_order_id, p.order_no,
                t.claim_id, t.regrant_of_lot_id is not null as regranted
         from point_transactions t
         join point_lots l on l.id = t.point_lot_id
         left join purchase_orders p on p.id = t.purchase_order_id
         where t.user_id = $1 and t.balance = $2 and ($3::timestamptz is null or (t.occurred_at, t.id) < ($3, $4))
         order by t.occurred_at desc, t.id desc limit $5";
    static LOTS: (UserId, Balance, Now) => LotRow =
        "select l.id, l.source, m.id as campaign_id, m.name as campaign_name, l.amount, l.remaining, l.granted_at, l.expires_at
         from point_lots l
         left join promotions m on m.id = l.ref_id and l.source in ('event', 'promotion')
         where l.user_id = $1 and l.balance = $2 and l.remaining > 0 and l.expires_at > $3 order by l.expires_at, l.id";
}

/// The changes of a balance, newest first.
pub async fn movements(
    on: &impl On,
    by: CustomerScope,
    balance: Balance,
    cursor: Option<Cursor>,
    limit: Limit,
) -> Result<Page<MovementRow>, Fault> {
    let after: Option<(DateTime<Utc>, PointTransactionId)> = cursor.and_then(|cursor| cursor.decode());
    let (at, id) = (after.map(|(at, _)| at), after.map(|(_, id)| id));
    let rows = MOVEMENTS.all(on, (by.user_id(), balance, at, id, limit.fetch())).await?;
    Ok(Page::of(rows, limit, |row| (row.occurred_at, row.id)))
}

/// What is left, by the month it expires in, soonest first: the order in which it is spent.
pub async fn by_month(on: &impl On, by: CustomerScope, balance: Balance, now: Now) -> Result<Vec<Month>, Fault> {
    Ok(months(LOTS.all(on, (by.user_id(), balance, now)).await?))
}

/// What is left, by campaign; the one whose credit is spent next comes first.
pub async fn by_campaign(on: &impl On, by: CustomerScope, balance: Balance, now: Now) -> Result<Vec<Campaign>, Fault> {
    let mut campaigns: Vec<Campaign> = Vec::new();
    for lot in LOTS.all(on, (by.user_id(), balance, now)).await? {
        match campaigns.iter_mut().find(|c| c.campaign_id == lot.campaign_id && c.source == lot.source) {
            Some(campaign) => {
                campaign.amount += lot.remaining;
                campaign.lots.push(lot);
            }
            None => campaigns.push(Campaign {
                campaign_id: lot.campaign_id,
                campaign_name: lot.campaign_name.clone(),
                source: lot.source,
                amount: lot.remaining,
                lots: vec![lot],
            }),
        }
    }
    Ok(campaigns)
}

/// Lots end at 00:00: the last day they are good is the day before, and that day's month is theirs.
fn months(lots: Vec<LotRow>) -> Vec<Month> {
    let mut months: Vec<Month> = Vec::new();
    for lot in lots {
        let last_day = kst_date(lot.expires_at - Duration::microseconds(1));
        let month = last_day.with_day(1).unwrap_or(last_day);
        match months.last_mut().filter(|last| last.month == month) {
            Some(last) => {
                last.amount += lot.remaining;
                last.lots.push(lot);
            }
            None => months.push(Month { month, amount: lot.remaining, lots: vec![lot] }),
        }
    }
    months
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lot(remaining: i64, expires_at: &str) -> LotRow {
        let at = expires_at.parse().unwrap();
        LotRow {
            id: PointLotId::new(),
            source: LotSource::Purchase,
            campaign_id: None,
            campaign_name: None,
            amount: Money::won(remaining),
            remaining: Money::won(remaining),
            granted_at: at,
            expires_at: at,
        }
    }

    #[test]
    fn what_ends_at_midnight_belongs_to_the_day_before() {
        let lots =
            vec![lot(100, "2026-03-31T15:00:00Z"), lot(50, "2026-03-31T15:00:00Z"), lot(70, "2026-04-01T15:00:00Z")];
        let months: Vec<(String, i64)> =
            months(lots).into_iter().map(|month| (month.month.to_string(), month.amount.get())).collect();
        assert_eq!(months, [("2026-03-01".to_owned(), 150), ("2026-04-01".to_owned(), 70)]);
    }
}
