//! The minute's round over unpaid orders: ask the gateway about every attempt whose time is over, then end the orders
//! nobody pays any more. The gateway tells nobody when a virtual account runs out, so this is how we learn it. While it
//! cannot be reached nothing is released.

use super::ask::ask;
use super::locked::Locked;
use super::observe::observe;
use super::unpaid::{self, Why};
use boot::Boot;
use jobs::outbox::Outbox;
use jobs::{Schedule, ScheduleFuture};
use kernel::*;
use payments::attempt::OrderKey;
use payments::{Gateway, attempt};
use std::sync::Arc;

db::statements! {
    static OVERDUE: (Now,) => (PurchaseOrderId,) =
        "select o.id from purchase_orders o
         where o.state = 'payment_waiting' and o.pay_due_at <= $1
           and not exists (select 1 from payments p where p.purchase_order_id = o.id and p.purpose = 'order' and p.state in ('ready', 'in_progress', 'waiting_for_deposit', 'unknown'))
         order by o.pay_due_at, o.id limit 500";
}

/// Schedule `cancel_expired_payments`.
pub struct CancelExpiredPayments {
    pub boot: Boot,
    pub gateway: Arc<dyn Gateway>,
}

impl Schedule for CancelExpiredPayments {
    fn name(&self) -> &'static str {
        "cancel_expired_payments"
    }
    fn cron(&self) -> &'static str {
        "* * * * ? *"
    }
    fn run(&self, now: Now) -> ScheduleFuture<'_> {
        Box::pin(async move {
            let asked = self.ask(now).await?;
            let ended = self.end(now).await?;
            Ok(serde_json::json!({ "payments_asked": asked, "orders_ended": ended }))
        })
    }
}

const BATCH: i64 = 200;

impl CancelExpiredPayments {
    async fn ask(&self, now: Now) -> Result<usize, Fault> {
        let due = attempt::due(&self.boot.db.writer().await?, now, BATCH).await?;
        for id in &due {
            let Some(row) = attempt::find(&self.boot.db.writer().await?, *id).await? else { continue };
            let seen = ask(&self.boot, self.gateway.as_ref(), &row, now).await?;
            let tx = self.boot.db.begin().await?;
            match observe(&tx, &self.boot.vault, &row, seen, now).await {
                Ok(_) => tx.commit().await?,
                // Everybody waits for the database alike.
                Err(away @ Fault::Unavailable { .. }) => return Err(away),
                // One payment's trouble must not keep the others waiting; the log tells people.
                Err(error) => tracing::error!(%error, payment_id = %id, "payment not settled"),
            }
        }
        Ok(due.len())
    }

    async fn end(&self, now: Now) -> Result<usize, Fault> {
        let overdue = OVERDUE.all(&self.boot.db.writer().await?, (now,)).await?;
        for (order,) in &overdue {
            let tx = self.boot.db.begin().await?;
            let Some(locked) = Locked::find(&tx, OrderKey::Order(*order)).await? else { continue };
            // A start or a payment may have come first.
            let over = locked.order.pay_due_at.is_some_and(|at| at <= now.0);
            if !over || !locked.waits() || locked.open().next().is_some() {
                continue;
            }
            let mut outbox = Outbox::new();
            unpaid::end(&tx, &locked, Why::Expired, now, &mut outbox).await?;
            outbox.write(&tx).await?;
            tx.commit().await?;
        }
        Ok(overdue.len())
    }
}
