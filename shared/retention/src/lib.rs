//! What is deleted when: the tables whose rows are kept for a while only, in one place.
//!
//! Context: keys, events, messages and quotes are written with every call and read for days at most; left alone they outgrow the
//! orders they were written for. What the law wants kept (orders, payments, consents, accesses) is not in here.
//! Decision: one schedule in the night deletes page by page, each page a transaction of its own, whatever crate writes the table.
//! Rejected: partitions by month that are dropped (they pay once a month's rows are more than a night can delete, and unique keys
//! would have to hold the month); a purge in every domain (nobody could say any more what is kept).
//! Consequences: a schema that changes one of these tables changes its line here. A page skips rows that somebody holds; the next
//! night takes them.

use chrono::{DateTime, Duration, Utc};
use db::{Db, Stmt};
use jobs::{Schedule, ScheduleFuture};
use kernel::{Fault, Now};
use serde_json::{Map, Value};

/// Pages of one table in one night; what is left then is left to the next.
const PAGES: u32 = 2000;

/// Rows of a page, the `limit` of each statement.
const PAGE: i64 = 1000;

/// A table whose rows go.
struct Kept {
    table: &'static str,
    /// How long after the time its statement looks at.
    days: i64,
    /// Deletes one page of what is older than `$1` and says how many rows that were.
    delete: &'static Stmt<(DateTime<Utc>,), (i64,)>,
}

static KEPT: [Kept; 6] = [
    Kept { table: "idempotency_keys", days: 0, delete: &IDEMPOTENCY_KEYS },
    Kept { table: "checkout_quotes", days: 1, delete: &CHECKOUT_QUOTES },
    // Twice as long as a queue keeps a message: an event that must be written once is still known when its cause comes again.
    Kept { table: "outbox_events", days: 30, delete: &OUTBOX_EVENTS },
    Kept { table: "webhook_deliveries", days: 30, delete: &WEBHOOK_DELIVERIES },
    Kept { table: "task_runs", days: 90, delete: &TASK_RUNS },
    Kept { table: "notifications", days: 90, delete: &NOTIFICATIONS },
];

db::statements! {
    /// Keys that have expired; the call may be made anew.
    static IDEMPOTENCY_KEYS: (DateTime<Utc>,) => (i64,) =
        "with due as (
             select host, principal_id, key from idempotency_keys where expires_at <= $1 order by expires_at limit 1000 for update skip locked),
         gone as (
             delete from idempotency_keys k using due d where k.host = d.host and k.principal_id = d.principal_id and k.key = d.key returning 1)
         select count(*) from gone";
    /// Quotes nobody ordered by; the others belong to their orders.
    static CHECKOUT_QUOTES: (DateTime<Utc>,) => (i64,) =
        "with due as (
             select id from checkout_quotes where state = 'open' and expires_at <= $1 order by expires_at limit 1000 for update skip locked),
         gone as (delete from checkout_quotes q using due d where q.id = d.id returning 1)
         select count(*) from gone";
    /// Events that were told.
    static OUTBOX_EVENTS: (DateTime<Utc>,) => (i64,) =
        "with due as (
             select id from outbox_events where published_at is not null and published_at <= $1 order by published_at limit 1000 for update skip locked),
         gone as (delete from outbox_events e using due d where e.id = d.id returning 1)
         select count(*) from gone";
    /// Whatever became of them: partners can ask for thirty days again.
    static WEBHOOK_DELIVERIES: (DateTime<Utc>,) => (i64,) =
        "with due as (
             select id from webhook_deliveries where created_at <= $1 order by created_at limit 1000 for update skip locked),
         gone as (delete from webhook_deliveries w using due d where w.id = d.id returning 1)
         select count(*) from gone";
    /// Runs that ended well or were given up; a dead letter stays until somebody decided on it.
    static TASK_RUNS: (DateTime<Utc>,) => (i64,) =
        "with due as (
             select id from task_runs where state in ('succeeded', 'discarded') and finished_at <= $1 order by finished_at limit 1000 for update skip locked),
         gone as (delete from task_runs r using due d where r.id = d.id returning 1)
         select count(*) from gone";
    /// Messages of the inbox, with their deliveries.
    static NOTIFICATIONS: (DateTime<Utc>,) => (i64,) =
        "with due as (
             select id from notifications where created_at <= $1 order by created_at limit 1000 for update skip locked),
         gone as (delete from notifications n using due d where n.id = d.id returning 1)
         select count(*) from gone";
}

/// Schedule `retention_purge`: in the small hours. Reports the rows that went, by table.
pub struct RetentionPurge {
    pub db: Db,
}

impl Schedule for RetentionPurge {
    fn name(&self) -> &'static str {
        "retention_purge"
    }
    fn cron(&self) -> &'static str {
        "30 3 * * ? *"
    }
    fn run(&self, now: Now) -> ScheduleFuture<'_> {
        Box::pin(async move {
            let mut report = Map::new();
            for kept in &KEPT {
                report.insert(kept.table.to_owned(), kept.purge(&self.db, now).await?.into());
            }
            Ok(Value::Object(report))
        })
    }
}

impl Kept {
    async fn purge(&self, db: &Db, now: Now) -> Result<i64, Fault> {
        let older_than = now.plus(-Duration::days(self.days));
        let on = db.writer().await?;
        let mut gone = 0;
        for _ in 0..PAGES {
            let (page,) = self.delete.one(&on, (older_than,)).await?;
            gone += page;
            if page < PAGE {
                break;
            }
        }
        Ok(gone)
    }
}
