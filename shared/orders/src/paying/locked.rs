//! An order with its lines and its attempts, locked in one round trip and always in that order: whoever pays, calls off,
//! expires or hears news of an order waits at its first row, and decides on what is true then.

use crate::lines::{self, LineRow, OrderRow};
use crate::state::LineState;
use db::Tx;
use futures::try_join;
use kernel::{Fault, PaymentId};
use payments::attempt::{self, OrderKey};
use payments::{PaymentRow, PaymentState};

/// An order as its payment is decided on.
#[derive(Debug)]
pub struct Locked {
    pub order: OrderRow,
    pub lines: Vec<LineRow>,
    /// Attempts to pay the order, oldest first; fees of claims are not among them.
    pub attempts: Vec<PaymentRow>,
}

impl Locked {
    /// Locks it; None when there is no such order.
    pub async fn find(tx: &Tx, key: OrderKey) -> Result<Option<Locked>, Fault> {
        let (found, attempts) = try_join!(lines::lock(tx, &key), attempt::lock_of_order(tx, &key))?;
        Ok(found.map(|(order, lines)| Locked { order, lines, attempts }))
    }

    /// Whether some of it was sold and not taken back whole.
    pub fn lives(&self) -> bool {
        use LineState::*;
        self.lines.iter().any(|line| {
            matches!(line.state, Paid | Preparing | Dispatched | Delivering | Delivered | PurchaseDecided | Exchanged)
        })
    }

    pub fn attempt(&self, id: PaymentId) -> Option<&PaymentRow> {
        self.attempts.iter().find(|attempt| attempt.id == id)
    }

    /// Whether every line still waits to be paid.
    pub fn waits(&self) -> bool {
        self.lines.iter().all(|line| line.state == LineState::PaymentWaiting)
    }

    /// Attempts that may still bring money.
    pub fn open(&self) -> impl Iterator<Item = &PaymentRow> {
        self.attempts.iter().filter(|attempt| attempt.state.is_open())
    }

    /// Whether another attempt has paid the order.
    pub fn paid_by_another(&self, id: PaymentId) -> bool {
        self.attempts.iter().any(|other| other.id != id && other.state.is_captured() && !other.is_surplus)
    }

    /// Attempts whose window was never used.
    pub fn unused(&self) -> impl Iterator<Item = &PaymentRow> {
        self.attempts.iter().filter(|attempt| attempt.state == PaymentState::Ready)
    }
}
