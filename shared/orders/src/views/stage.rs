//! The stages people sort order lines by.

use crate::state::LineState;

kernel::text_enum! {
    /// Where a line is, in a customer's words.
    pub enum LineStage {
        PaymentWaiting = "payment_waiting",
        Preparing = "preparing",
        Delivering = "delivering",
        Delivered = "delivered",
        Confirmed = "confirmed",
        /// With a claim that has not ended, wherever it is.
        InClaim = "in_claim",
        /// Nothing remains: cancelled, returned, exchanged or never paid.
        Closed = "closed",
    }
}

kernel::text_enum! {
    /// Where a claim of any type is.
    pub enum ClaimState {
        Requested = "requested",
        Approved = "approved",
        Collecting = "collecting",
        Collected = "collected",
        Refunding = "refunding",
        Redelivering = "redelivering",
        Done = "done",
        Rejected = "rejected",
        Withdrawn = "withdrawn",
    }
}

impl LineStage {
    /// The states it covers; None: whichever, the claim decides.
    pub fn states(self) -> Option<Vec<LineState>> {
        Some(match self {
            LineStage::PaymentWaiting => vec![LineState::PaymentWaiting],
            LineStage::Preparing => vec![LineState::Paid, LineState::Preparing],
            LineStage::Delivering => vec![LineState::Dispatched, LineState::Delivering],
            LineStage::Delivered => vec![LineState::Delivered],
            LineStage::Confirmed => vec![LineState::PurchaseDecided],
            LineStage::InClaim => return None,
            LineStage::Closed => {
                vec![LineState::Canceled, LineState::Returned, LineState::Exchanged, LineState::CanceledByNopayment]
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_state_has_one_stage() {
        for state in LineState::ALL {
            let stages =
                LineStage::ALL.iter().filter(|stage| stage.states().is_some_and(|s| s.contains(state))).count();
            assert_eq!(stages, 1, "{state}");
        }
    }
}
