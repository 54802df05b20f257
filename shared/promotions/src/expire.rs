//! Schedule: what is over at midnight. Lots, coupons and wishes to be told of a restock past their time; a rerun finds nothing
//! left.

use crate::PointKind;
use crate::journal::{self, Change};
use crate::settings;
use chrono::{DateTime, Utc};
use db::{Db, Tx};
use jobs::{Schedule, ScheduleFuture};
use kernel::{Fault, Money, Now, PointLotId, RestockSubscriptionId, UserCouponId, UserId};
use ledger::Posting;
use pricing::Balance;
use serde::Serialize;

const BATCH: i64 = 500;

db::row! { struct OverRow { id: PointLotId, user_id: UserId, balance: Balance, remaining: Money } }

db::statements! {
    static OVER: (Now, i64) => OverRow =
        "select id, user_id, balance, remaining from point_lots where remaining > 0 and expires_at <= $1 order by expires_at, id limit $2 for update";
    static COUPONS: (Now, i64) => (UserCouponId,) =
        "update user_coupons set state = 'expired'
         where id in (select id from user_coupons where state = 'issued' and expires_at <= $1 order by expires_at, id limit $2 for update skip locked)
         returning id";
    static WISHES: (DateTime<Utc>, i64) => (RestockSubscriptionId,) =
        "update restock_subscriptions set state = 'expired'
         where id in (select id from restock_subscriptions where state = 'waiting' and requested_at <= $1 order by requested_at, id limit $2 for update skip locked)
         returning id";
}

/// Expires points, rewards, coupons and wishes.
#[derive(Clone)]
pub struct ExpirePoints {
    pub db: Db,
}

/// What one run did.
#[derive(Debug, Default, Clone, Copy, Serialize)]
pub struct Expired {
    pub lots: usize,
    pub amount: Money,
    pub coupons: usize,
    pub wishes: usize,
}

impl ExpirePoints {
    /// Expires everything that is over.
    pub async fn all(&self, now: Now) -> Result<Expired, Fault> {
        let mut report = Expired::default();
        loop {
            let tx = self.db.begin().await?;
            let over = OVER.all(&tx, (now, BATCH)).await?;
            if over.is_empty() {
                break;
            }
            report.lots += over.len();
            report.amount += over.iter().map(|lot| lot.remaining).sum();
            expire(&tx, &over, now).await?;
            tx.commit().await?;
        }
        loop {
            let over = COUPONS.all(&self.db.writer().await?, (now, BATCH)).await?;
            report.coupons += over.len();
            if over.is_empty() {
                break;
            }
        }
        let until = settings::wishes_until(&self.db.writer().await?, now).await?;
        loop {
            let over = WISHES.all(&self.db.writer().await?, (until, BATCH)).await?;
            report.wishes += over.len();
            if over.is_empty() {
                return Ok(report);
            }
        }
    }
}

async fn expire(tx: &Tx, over: &[OverRow], now: Now) -> Result<(), Fault> {
    let key = format!("expire:{}", now.date());
    let change = |lot: &OverRow| {
        Change::new(lot.user_id, lot.balance, lot.id, PointKind::Expire, -lot.remaining, key.clone(), now)
    };
    let changes: Vec<Change> = over.iter().map(change).collect();
    let postings =
        changes.iter().map(|c| Posting::points_expired(c.id, c.user_id, c.balance, -c.amount, now)).collect();
    let expected = changes.len();
    let written = journal::write(tx, changes).await?;
    if written.len() != expected {
        return Err(Fault::internal("a lot that expired today has something left"));
    }
    ledger::post_all(tx, postings).await?;
    Ok(())
}

impl Schedule for ExpirePoints {
    fn name(&self) -> &'static str {
        "expire_points"
    }
    fn cron(&self) -> &'static str {
        "10 0 * * ? *"
    }
    fn run(&self, now: Now) -> ScheduleFuture<'_> {
        Box::pin(async move { serde_json::to_value(self.all(now).await?).map_err(Fault::internal) })
    }
}
