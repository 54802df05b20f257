//! A line that did not leave in time is marked late, once: its seller and its buyer are told, partners see it in their feed
//! and by webhook. From then on the buyer may cancel without an answer.
//!
//! Decision: the sweep of a business day's morning and afternoon finds and marks; nothing is scheduled when an order is paid.
//! Rejected: a task per line (a date that moves would leave it behind, and the mark alone decides who is told).

use crate::lines::{self, ChangeRow};
use crate::settings;
use chrono::{DateTime, Days, Utc};
use db::Db;
use events::DispatchOverdue;
use jobs::outbox::Outbox;
use jobs::{Schedule, ScheduleFuture};
use kernel::clock::business_day_after;
use kernel::*;

db::row! {
    struct LateRow { id: ProductOrderId, purchase_order_id: PurchaseOrderId, seller_id: SellerId, user_id: UserId, dispatch_due_at: DateTime<Utc> }
}

db::statements! {
    /// Whoever works on a line right now is not waited for: the next round looks at it again.
    static MARK: (Now, i64) => LateRow =
        "with late as (
             select id from product_orders where state in ('paid', 'preparing') and dispatch_due_at < $1 and overdue_at is null
             order by dispatch_due_at, id limit $2 for update skip locked),
         marked as (
             update product_orders o set overdue_at = $1, version = o.version + 1 from late where o.id = late.id
             returning o.id, o.purchase_order_id, o.seller_id, o.user_id, coalesce(o.dispatch_due_at, $1) as dispatch_due_at)
         select id, purchase_order_id, seller_id, user_id, dispatch_due_at from marked order by dispatch_due_at, id";
}

/// Lines marked in one transaction.
const PAGE: i64 = 500;

/// Schedule `check_delivery_delay`.
pub struct CheckDeliveryDelay {
    pub db: Db,
}

impl Schedule for CheckDeliveryDelay {
    fn name(&self) -> &'static str {
        "check_delivery_delay"
    }
    fn cron(&self) -> &'static str {
        "0 9,15 * * ? *"
    }
    fn run(&self, now: Now) -> ScheduleFuture<'_> {
        Box::pin(async move {
            let today = now.date();
            let holidays = settings::holidays(&self.db.writer().await?, today).await?;
            let works = business_day_after(today - Days::new(1), 1, &holidays) == today;
            let late = if works { mark_all(&self.db, now, PAGE).await? } else { 0 };
            Ok(serde_json::json!({ "late": late }))
        })
    }
}

/// Marks every line that is late and not marked, page by page; answers how many.
pub async fn mark_all(db: &Db, now: Now, page: i64) -> Result<usize, Fault> {
    let mut marked = 0;
    loop {
        let tx = db.begin().await?;
        let late = MARK.all(&tx, (now, page)).await?;
        if late.is_empty() {
            return Ok(marked);
        }
        marked += late.len();
        let mut outbox = Outbox::new();
        for line in &late {
            let event = DispatchOverdue {
                product_order_id: line.id,
                purchase_order_id: line.purchase_order_id,
                seller_id: line.seller_id,
                user_id: line.user_id,
                dispatch_due_at: line.dispatch_due_at,
            };
            outbox.add(&event, now)?;
        }
        let change = |line: LateRow| ChangeRow {
            seller_id: line.seller_id,
            product_order_id: line.id,
            change_type: "dispatch_overdue",
            claim_id: None,
            occurred_at: now.0,
        };
        lines::note_changes(&tx, late.into_iter().map(change).collect()).await?;
        outbox.write(&tx).await?;
        tx.commit().await?;
    }
}
