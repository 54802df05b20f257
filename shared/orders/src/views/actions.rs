//! What a customer may do next, computed where it is decided, so that no app guesses it from a state.

use crate::state::{LineAction, LineState};
use chrono::{DateTime, Utc};
use kernel::Now;

kernel::text_enum! {
    /// What a customer may do with an unpaid order.
    pub enum OrderAction {
        /// Start a payment.
        Pay = "pay",
        /// Give the order up.
        CallOff = "call_off",
    }
}

kernel::text_enum! {
    /// What a customer may do with a line.
    pub enum CustomerLineAction {
        /// Needs nobody's answer.
        Cancel = "cancel",
        /// The seller is asked.
        RequestCancel = "request_cancel",
        ConfirmPurchase = "confirm_purchase",
        Track = "track",
    }
}

/// What decides about a line.
#[derive(Debug, Clone, Copy)]
pub struct LineFacts {
    pub state: LineState,
    /// Pieces in no claim.
    pub left: i32,
    pub claim_open: bool,
    /// The day it had to leave, before any declared delay.
    pub due_at: Option<DateTime<Utc>>,
    /// Has a parcel with a carrier.
    pub tracked: bool,
}

/// For a line of a customer.
pub fn of_customer(line: &LineFacts, now: Now) -> Vec<CustomerLineAction> {
    let mut actions = Vec::new();
    if line.left > 0 && line.state.next(LineAction::Cancel).is_some() {
        let overdue = line.due_at.is_some_and(|due| due < now.0);
        let instant = overdue || line.state == LineState::Paid;
        actions.push(if instant { CustomerLineAction::Cancel } else { CustomerLineAction::RequestCancel });
    }
    if !line.claim_open && line.state.next(LineAction::Decide).is_some() {
        actions.push(CustomerLineAction::ConfirmPurchase);
    }
    if line.tracked {
        actions.push(CustomerLineAction::Track);
    }
    actions
}

/// For an order that waits for its money.
pub fn of_unpaid(pay_due_at: Option<DateTime<Utc>>, attempt_open: bool, now: Now) -> Vec<OrderAction> {
    let in_time = pay_due_at.is_some_and(|due| due > now.0);
    if in_time && !attempt_open { vec![OrderAction::Pay, OrderAction::CallOff] } else { vec![OrderAction::CallOff] }
}

#[cfg(test)]
mod tests {
    use super::*;
    use CustomerLineAction::*;

    fn line(state: LineState) -> LineFacts {
        LineFacts { state, left: 1, claim_open: false, due_at: None, tracked: false }
    }

    #[test]
    fn every_state_offers_what_its_table_allows() {
        let now = Now("2026-03-05T00:00:00Z".parse().unwrap());
        let offered = |state| of_customer(&line(state), now);
        for state in LineState::ALL {
            let expected: &[CustomerLineAction] = match state {
                LineState::Paid => &[Cancel],
                LineState::Preparing => &[RequestCancel],
                LineState::Delivering | LineState::Delivered => &[ConfirmPurchase],
                LineState::PaymentWaiting
                | LineState::Dispatched
                | LineState::PurchaseDecided
                | LineState::Canceled
                | LineState::Returned
                | LineState::Exchanged
                | LineState::CanceledByNopayment => &[],
            };
            assert_eq!(offered(*state), expected, "{state}");
        }
    }

    #[test]
    fn a_missed_day_and_an_open_claim_change_what_is_offered() {
        let now = Now("2026-03-05T00:00:00Z".parse().unwrap());
        let late = LineFacts { due_at: Some("2026-03-04T14:59:59Z".parse().unwrap()), ..line(LineState::Preparing) };
        assert_eq!(of_customer(&late, now), [Cancel]);
        let taken = LineFacts { left: 0, claim_open: true, ..line(LineState::Paid) };
        assert_eq!(of_customer(&taken, now), []);
        let claimed = LineFacts { claim_open: true, tracked: true, ..line(LineState::Delivered) };
        assert_eq!(of_customer(&claimed, now), [Track]);
        assert_eq!(of_unpaid(Some(now.0 + chrono::Duration::minutes(1)), false, now).len(), 2);
        assert_eq!(of_unpaid(Some(now.0), false, now), [OrderAction::CallOff]);
    }
}
