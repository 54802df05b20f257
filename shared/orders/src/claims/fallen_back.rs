//! Cancels of an order whose deposit the bank took back: what was only asked for is taken back with it, because there is
//! nothing left to pay back. What was granted has already moved stock and ordered a refund.

use super::approve::tell;
use super::write;
use crate::ActorRef;
use crate::state::{CancelAction, CancelState};
use db::Tx;
use jobs::outbox::Outbox;
use kernel::*;

db::statements! {
    static ASKED: (PurchaseOrderId,) => (ClaimId,) =
        "select id from claims where purchase_order_id = $1 and type = 'cancel' and state = 'requested' order by id";
    static GRANTED: (PurchaseOrderId,) => (bool,) =
        "select exists (select 1 from claims where purchase_order_id = $1 and state not in ('requested', 'rejected', 'withdrawn'))";
}

/// Whether a claim of the order was granted, whatever became of its refund.
pub(crate) async fn any_granted(tx: &Tx, order: PurchaseOrderId) -> Result<bool, Fault> {
    Ok(GRANTED.one(tx, (order,)).await?.0)
}

/// Takes back every cancel of a locked order that nobody has answered.
pub(crate) async fn withdraw_asked(
    tx: &Tx,
    order: PurchaseOrderId,
    now: Now,
    outbox: &mut Outbox,
) -> Result<(), Fault> {
    for (id,) in ASKED.all(tx, (order,)).await? {
        let claim = write::find(tx, id).await?.ok_or_else(|| Fault::internal("a claim that was just seen"))?;
        write::step(tx, &claim, CancelAction::Withdraw, None, now).await?;
        tell(&claim, CancelState::Withdrawn, ActorRef::SYSTEM, now, outbox)?;
    }
    Ok(())
}
