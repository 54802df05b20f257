//! What may happen to a period, a statement, a batch of payouts and a payout, and nothing else.

kernel::states! {
    /// A settlement period of one cycle. Closing is final: what comes late falls into the next period.
    pub enum PeriodState { Open = "open", Building = "building", Built = "built", Closed = "closed" }
    /// What moves a period.
    actions PeriodAction {
        Open --Start--> Building,
        Building --Start--> Building,
        Built --Start--> Building,
        Building --Finish--> Built,
        Built --Close--> Closed,
    }
    all { Start, Finish, Close }
}

kernel::states! {
    /// A seller's statement. Its seller sees it from `issued` on.
    pub enum SettlementState {
        Calculated = "calculated",
        Issued = "issued",
        Confirmed = "confirmed",
        Held = "held",
        Carried = "carried",
        Paid = "paid",
    }
    /// What moves a statement.
    actions SettlementAction {
        Calculated --Carry--> Carried,
        Calculated --Issue--> Issued,
        Issued --Revert--> Calculated,
        Issued --Confirm--> Confirmed,
        Issued --Hold--> Held,
        Confirmed --Hold--> Held,
        Held --Release--> Confirmed,
        Confirmed --Pay--> Paid,
    }
    all { Carry, Issue, Revert, Confirm, Hold, Release, Pay }
}

kernel::states! {
    /// One transfer to a seller.
    pub enum PayoutState {
        Prepared = "prepared",
        Requested = "requested",
        InProgress = "in_progress",
        Completed = "completed",
        Failed = "failed",
        Canceled = "canceled",
    }
    /// What moves a transfer. What failed stays failed: paying again is another transfer.
    actions PayoutAction {
        Prepared --Request--> Requested,
        Prepared --Cancel--> Canceled,
        Requested --Accept--> InProgress,
        Requested --Cancel--> Canceled,
        Requested --Fail--> Failed,
        InProgress --Complete--> Completed,
        InProgress --Fail--> Failed,
        InProgress --Cancel--> Canceled,
    }
    all { Request, Accept, Complete, Fail, Cancel }
}

kernel::states! {
    /// One day's transfers: built by one, approved by another.
    pub enum BatchState {
        Built = "built",
        Approved = "approved",
        Submitted = "submitted",
        Completed = "completed",
        Canceled = "canceled",
    }
    /// What moves a batch.
    actions BatchAction {
        Built --Approve--> Approved,
        Approved --Submit--> Submitted,
        Submitted --Complete--> Completed,
        Built --Cancel--> Canceled,
        Approved --Cancel--> Canceled,
    }
    all { Approve, Submit, Complete, Cancel }
}

kernel::text_enum! {
    /// Why a seller or one statement is not paid.
    pub enum HoldReason {
        /// The provider asks for more about the seller.
        Kyc = "kyc",
        AccountMismatch = "account_mismatch",
        AccountChanged = "account_changed",
        Dispute = "dispute",
        /// A court's order.
        Seizure = "seizure",
        Fraud = "fraud",
        Operator = "operator",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_state_and_action_has_its_answer() {
        let steps = |from: SettlementState| SettlementAction::ALL.iter().filter(|a| from.next(**a).is_some()).count();
        assert_eq!(SettlementState::ALL.iter().map(|from| steps(*from)).sum::<usize>(), SettlementState::TABLE.len());
        assert_eq!(steps(SettlementState::Paid) + steps(SettlementState::Carried), 0, "both are ends");
        assert_eq!(SettlementState::Held.next(SettlementAction::Pay), None, "nothing is paid through a hold");
        for end in [PayoutState::Completed, PayoutState::Failed, PayoutState::Canceled] {
            assert!(PayoutAction::ALL.iter().all(|action| end.next(*action).is_none()), "{end} is an end");
        }
        assert_eq!(BatchState::Built.next(BatchAction::Submit), None, "a second person approves first");
        assert!(PeriodAction::ALL.iter().all(|action| PeriodState::Closed.next(*action).is_none()));
    }
}
