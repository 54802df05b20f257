//! A seller accepts new lines (발주확인).
//!
//! From here the goods are being prepared: the buyer can no longer cancel without the seller's answer, nor change the
//! address. A line that was accepted before answers success; a cancel that came first wins.

use crate::items::{ItemResult, in_order};
use crate::lines::{self, Cause, LineRow, Move};
use crate::state::{LineAction, LineState};
use crate::{ActorRef, open_claims};
use authz::SellerScope;
use db::Tx;
use jobs::outbox::Outbox;
use kernel::{Fault, Now, ProductOrderId};

/// Accepts lines, one result per line.
pub async fn accept(
    tx: &Tx,
    by: SellerScope,
    actor: ActorRef,
    now: Now,
    ids: Vec<ProductOrderId>,
) -> Result<Vec<ItemResult>, Fault> {
    let rows = lines::lock_lines(tx, &ids, Some(by.seller_id())).await?;
    let claimed = open_claims::of_lines(tx, &ids).await?;
    let mut results = Vec::with_capacity(ids.len());
    let mut moves = Vec::new();
    for id in &ids {
        let row = rows.iter().find(|row| row.id == *id);
        match verdict(row, claimed.contains(id)) {
            Ok(Some(m)) => {
                moves.push(m);
                results.push(ItemResult::done(*id));
            }
            Ok(None) => results.push(ItemResult::done(*id)),
            Err(code) => results.push(ItemResult::refused(*id, code)),
        }
    }
    let mut outbox = Outbox::new();
    let cause = Cause { what: "accept", reference: None, actor, reason: None };
    lines::step(tx, moves, cause, now, &mut outbox).await?;
    outbox.write(tx).await?;
    Ok(in_order(&ids, results))
}

/// The step of one line, none when it was taken before, or why it cannot be.
fn verdict(row: Option<&LineRow>, claimed: bool) -> Result<Option<Move>, &'static str> {
    let Some(row) = row else { return Err("product_order_not_found") };
    match row.state {
        LineState::Paid if claimed => Err("claim_open"),
        LineState::Paid => Ok(Some(Move::new(row.id, row.state, LineAction::Accept))),
        LineState::Preparing
        | LineState::Dispatched
        | LineState::Delivering
        | LineState::Delivered
        | LineState::PurchaseDecided => Ok(None),
        // A deposit taken back by the bank looks like an unpaid order: to a seller it never existed or was withdrawn.
        LineState::PaymentWaiting => Err("payment_reversed"),
        LineState::Canceled | LineState::Returned | LineState::Exchanged | LineState::CanceledByNopayment => {
            Err("invalid_state")
        }
    }
}
