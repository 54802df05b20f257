//! A purchase is confirmed (구매확정): by the customer once the goods are on their way or there, or by itself seven days
//! after delivery. It is final: points are granted and the seller is settled from here. A claim that has not ended
//! pauses it; confirming twice changes nothing.

use crate::lines::{self, Cause, LineRow, Move};
use crate::state::{LineAction, LineState};
use crate::{ActorRef, open_claims};
use authz::CustomerScope;
use chrono::{DateTime, Utc};
use db::{Db, Tx};
use events::queues::{AUTO_CONFIRM_PURCHASE, Queue};
use events::{AutoConfirmDue, Envelope, PurchaseDecided};
use jobs::outbox::Outbox;
use jobs::{Schedule, ScheduleFuture, Task, TaskError, TaskFuture};
use kernel::{Failure, Fault, Money, Now, ProductOrderId};
use uuid::Uuid;

kernel::refusals! {
    /// Why a purchase is not confirmed.
    pub enum DecideError {
        NotFound = 404 "product_order_not_found" at "/product_order_ids", "There is no such order line.", "주문 상품을 찾을 수 없습니다.";
        NotShipped(Vec<ProductOrderId>) = 409 "not_confirmable" at "/product_order_ids", "These lines cannot be confirmed now.", "구매확정할 수 없는 상품이 있습니다.";
        ClaimOpen(Vec<ProductOrderId>) = 409 "claim_open" at "/product_order_ids", "A claim on these lines has not ended.", "진행 중인 클레임이 있습니다.";
    }
}

db::statements! {
    static PAID_OF: (Vec<ProductOrderId>,) => (ProductOrderId, Money) = "select id, remaining_paid from product_orders where id = any($1)";
    /// A page of them, the longest overdue first, after the one named.
    static DUE: (Now, DateTime<Utc>, ProductOrderId, i64) => (ProductOrderId, DateTime<Utc>) =
        "select o.id, o.auto_confirm_at from product_orders o
         where o.state = 'delivered' and o.auto_confirm_at <= $1 and (o.auto_confirm_at, o.id) > ($2, $3)
           and not exists (select 1 from claim_items i join claims c on c.id = i.claim_id
                           where i.product_order_id = o.id and c.state not in ('done', 'rejected', 'withdrawn'))
         order by o.auto_confirm_at, o.id limit $4";
}

/// Confirms a customer's lines: all of them or none.
pub async fn by_customer(
    tx: &Tx,
    by: CustomerScope,
    actor: ActorRef,
    now: Now,
    ids: Vec<ProductOrderId>,
) -> Result<(), Failure<DecideError>> {
    let rows = lines::lock_lines(tx, &ids, None).await?;
    let own: Vec<&LineRow> = rows.iter().filter(|row| row.user_id == by.user_id()).collect();
    if ids.iter().any(|id| !own.iter().any(|row| row.id == *id)) {
        return Err(DecideError::NotFound.into());
    }
    let open: Vec<&LineRow> = own.into_iter().filter(|row| row.state != LineState::PurchaseDecided).collect();
    let early: Vec<ProductOrderId> =
        open.iter().filter(|row| row.state.next(LineAction::Decide).is_none()).map(|row| row.id).collect();
    if !early.is_empty() {
        return Err(DecideError::NotShipped(early).into());
    }
    let claimed = open_claims::of_lines(tx, &ids).await?;
    if !claimed.is_empty() {
        return Err(DecideError::ClaimOpen(claimed.into_iter().collect()).into());
    }
    Ok(decide(tx, &open, "customer", actor, now).await?)
}

/// Confirms a delivered line whose time is over; does nothing when it is not, or a claim is open.
pub async fn by_clock(tx: &Tx, id: ProductOrderId, now: Now) -> Result<(), Fault> {
    let rows = lines::lock_lines(tx, &[id], None).await?;
    let due = |row: &&LineRow| row.state == LineState::Delivered && row.auto_confirm_at.is_some_and(|at| at <= now.0);
    let Some(row) = rows.iter().find(due) else { return Ok(()) };
    if open_claims::of_lines(tx, &[id]).await?.is_empty() {
        decide(tx, &[row], "auto", ActorRef::SYSTEM, now).await?;
    }
    Ok(())
}

async fn decide(tx: &Tx, rows: &[&LineRow], decided_by: &'static str, actor: ActorRef, now: Now) -> Result<(), Fault> {
    if rows.is_empty() {
        return Ok(());
    }
    let mut outbox = Outbox::new();
    let moves = rows
        .iter()
        .map(|row| Move { decided_by: Some(decided_by), ..Move::new(row.id, row.state, LineAction::Decide) })
        .collect();
    let cause = Cause { what: "confirmation", reference: None, actor, reason: None };
    lines::step(tx, moves, cause, now, &mut outbox).await?;
    let paid = PAID_OF.all(tx, (rows.iter().map(|row| row.id).collect(),)).await?;
    for row in rows {
        let remaining_paid = paid.iter().find(|(id, _)| *id == row.id).map_or(Money::ZERO, |(_, paid)| *paid);
        let event = PurchaseDecided {
            product_order_id: row.id,
            purchase_order_id: row.purchase_order_id,
            seller_id: row.seller_id,
            user_id: row.user_id,
            decided_by: decided_by.to_owned(),
            remaining_quantity: row.remaining_quantity,
            remaining_paid,
        };
        outbox.add(&event, now)?;
    }
    outbox.write(tx).await
}

/// Task `auto_confirm_purchase`.
pub struct AutoConfirmPurchase {
    pub db: Db,
}

impl Task for AutoConfirmPurchase {
    fn queue(&self) -> &'static Queue {
        &AUTO_CONFIRM_PURCHASE
    }

    fn run<'a>(&'a self, event: &'a Envelope, now: Now) -> TaskFuture<'a> {
        Box::pin(async move {
            let Some(due) = event.read::<AutoConfirmDue>() else { return Ok(()) };
            let due = due.map_err(|e| TaskError::Poison(e.to_string()))?;
            let tx = self.db.begin().await?;
            by_clock(&tx, due.product_order_id, now).await?;
            Ok(tx.commit().await?)
        })
    }
}

/// Schedule `auto_confirm_sweep`: queues every delivered line whose waiting time is over, also those a claim held back.
pub struct AutoConfirmSweep {
    pub db: Db,
}

impl Schedule for AutoConfirmSweep {
    fn name(&self) -> &'static str {
        "auto_confirm_sweep"
    }
    fn cron(&self) -> &'static str {
        "0 3 * * ? *"
    }
    fn run(&self, now: Now) -> ScheduleFuture<'_> {
        Box::pin(async move { Ok(serde_json::json!({ "queued": queue_due(&self.db, now, PAGE).await? })) })
    }
}

/// Lines queued in one transaction.
const PAGE: i64 = 1_000;

/// Queues all lines whose waiting time is over, page by page; answers how many.
pub async fn queue_due(db: &Db, now: Now, page: i64) -> Result<usize, Fault> {
    let mut queued = 0;
    let (mut at, mut after) = (DateTime::UNIX_EPOCH, ProductOrderId(Uuid::nil()));
    loop {
        let tx = db.begin().await?;
        let due = DUE.all(&tx, (now, at, after, page)).await?;
        let Some((last, last_at)) = due.last() else { return Ok(queued) };
        (at, after) = (*last_at, *last);
        let mut outbox = Outbox::new();
        for (product_order_id, auto_confirm_at) in &due {
            // A rule that fires twice queues a line once a day.
            let once = format!("drrip:auto_confirm_due:{product_order_id}:{}", now.date());
            let once = Uuid::new_v5(&Uuid::NAMESPACE_URL, once.as_bytes());
            let due = AutoConfirmDue { product_order_id: *product_order_id, auto_confirm_at: *auto_confirm_at };
            outbox.add_once(once, &due, now)?;
        }
        outbox.write(&tx).await?;
        tx.commit().await?;
        queued += due.len();
    }
}
