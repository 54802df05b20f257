//! A bank takes a virtual-account deposit back.
//!
//! Money that was surplus (it came too late, or beside another payment) leaves the books again; its order stands as it stood.
//! Before anything left the seller the order falls back to waiting for its money, with its stock held again; cancels nobody
//! has answered are taken back with it.
//!
//! # After goods have moved
//! Context: a line was dispatched, or a cancel was granted and has put pieces back on the shelf. The gateway's account waits
//! for the sum of an order that no longer exists whole, and goods are gone that no state can call back.
//!
//! Decision: the lines stay, and so do their stock and the ledger, which still owes them to seller and customer. The payment
//! waits with nothing captured, so exactly two laws name this order: I02 (a paid order has captured its payable) and I03 (what
//! is captured and not refunded is what is still owned). A dispute is opened for people to decide. Meanwhile no cancel of the
//! rest is granted, and a refund under way is refused. Money that comes into the account after all closes gap and dispute.
//!
//! Rejected: moving the other lines back, as the order would be half paid, and pieces of a cancel would be held a second time
//! although somebody else may have bought them; posting a loss, as nobody has decided whose it is.
//!
//! Consequences: the nightly laws name the order until people have found the money.

use super::fault::step_fault;
use super::locked::Locked;
use crate::ActorRef;
use crate::claims::fallen_back;
use crate::lines::{self, Cause, LineRow, Move};
use crate::state::{LineAction, LineState};
use db::Tx;
use events::DepositReversed;
use jobs::outbox::Outbox;
use kernel::*;
use ledger::{Posting, Tender};
use payments::{PaymentRow, PgPayment, step};

db::statements! {
    static UNPAY: (PurchaseOrderId, Option<chrono::DateTime<chrono::Utc>>) => () =
        "update purchase_orders set paid_at = null, pay_due_at = $2 where id = $1";
    /// One at a time for an order.
    static DISPUTE: (InquiryId, String, PurchaseOrderId, Now, &'static str, &'static str) => () =
        "insert into inquiries (id, inquiry_no, kind, user_id, purchase_order_id, assigned_to, state, title, body, created_at)
         select $1, $2, 'dispute', p.user_id, p.id, 'platform', 'open', $5, $6, $4 from purchase_orders p
         where p.id = $3 and not exists (
             select from inquiries i where i.purchase_order_id = p.id and i.kind = 'dispute' and i.state <> 'closed')";
    static SETTLED: (PurchaseOrderId,) => () =
        "update inquiries set state = 'closed', version = version + 1 where purchase_order_id = $1 and kind = 'dispute' and state <> 'closed'";
}

/// Writes a reversed deposit.
pub async fn deposit(
    tx: &Tx,
    row: &PaymentRow,
    pg: &PgPayment,
    locked: &Locked,
    now: Now,
    outbox: &mut Outbox,
) -> Result<(), Fault> {
    let transaction_id = step::reverse_deposit(tx, row, pg, now).await.map_err(step_fault)?;
    let Locked { order: paid, lines, .. } = locked;
    let order = paid.id;
    if row.is_surplus {
        // The order never had it: it was on its way back, and now there is nothing to give.
        let tender = Tender::cash(row.amount);
        ledger::post(tx, Posting::payment_reversed(transaction_id, order, paid.user_id, tender, now)).await?;
        return Ok(());
    }
    let before_dispatch = |line: &LineRow| matches!(line.state, LineState::Paid | LineState::Preparing);
    let any_dispatched = lines.iter().any(|line| !before_dispatch(line) && line.state != LineState::Canceled);
    if any_dispatched || fallen_back::any_granted(tx, order).await? {
        dispute(tx, order, ("입금 취소", "주문 처리 후 가상계좌 입금이 취소되었습니다."), now).await?;
    } else {
        fallen_back::withdraw_asked(tx, order, now, outbox).await?;
        let moves = lines.iter().map(|line| Move::new(line.id, line.state, LineAction::ReverseDeposit)).collect();
        let cause =
            Cause { what: "deposit_reversed", reference: Some(row.id.into()), actor: ActorRef::SYSTEM, reason: None };
        lines::step(tx, moves, cause, now, outbox).await?;
        let due = pg.virtual_account.as_ref().map(|account| account.due_at);
        UNPAY.run(tx, (order, due)).await?;
        promotions::wallet::hold_again(tx, order).await?;
        let tender = Tender { cash: paid.total_payable, points: paid.points_used, rewards: paid.rewards_used };
        ledger::post(tx, Posting::payment_reversed(transaction_id, order, paid.user_id, tender, now)).await?;
    }
    let mut seller_ids: Vec<SellerId> = lines.iter().map(|line| line.seller_id).collect();
    seller_ids.sort_unstable();
    seller_ids.dedup();
    let event = DepositReversed {
        purchase_order_id: order,
        payment_id: row.id,
        payment_transaction_id: transaction_id,
        seller_ids,
        any_dispatched,
    };
    outbox.add(&event, now)
}

/// Money came into an account whose order was refunded whole after the bank had taken its first deposit back, unheard by us.
/// The gateway holds it for nobody: people find out whose it is.
pub async fn unclaimed(tx: &Tx, order: PurchaseOrderId, now: Now) -> Result<(), Fault> {
    dispute(tx, order, ("환불 후 입금", "환불이 끝난 주문의 가상계좌에 다시 입금되었습니다."), now).await
}

async fn dispute(tx: &Tx, order: PurchaseOrderId, said: (&'static str, &'static str), now: Now) -> Result<(), Fault> {
    let id = InquiryId::new();
    DISPUTE.run(tx, (id, format!("D{}", id.0.simple()), order, now, said.0, said.1)).await
}

/// The money a disputed order was missing is there again: nothing more to decide.
pub async fn settled(tx: &Tx, order: PurchaseOrderId) -> Result<(), Fault> {
    SETTLED.run(tx, (order,)).await
}
