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

    /// Closing is final.
    #[test]
    fn every_period_state_and_action_has_its_answer() {
        kernel::assert_steps!(PeriodState, PeriodAction {
            Open: Start => Building;
            Building: Start => Building, Finish => Built;
            Built: Start => Building, Close => Closed;
            Closed: ;
        });
    }

    /// Nothing is paid through a hold, and what is paid or carried stays so.
    #[test]
    fn every_statement_state_and_action_has_its_answer() {
        kernel::assert_steps!(SettlementState, SettlementAction {
            Calculated: Carry => Carried, Issue => Issued;
            Issued: Revert => Calculated, Confirm => Confirmed, Hold => Held;
            Confirmed: Hold => Held, Pay => Paid;
            Held: Release => Confirmed;
            Carried: ;
            Paid: ;
        });
    }

    #[test]
    fn every_payout_state_and_action_has_its_answer() {
        kernel::assert_steps!(PayoutState, PayoutAction {
            Prepared: Request => Requested, Cancel => Canceled;
            Requested: Accept => InProgress, Cancel => Canceled, Fail => Failed;
            InProgress: Complete => Completed, Fail => Failed, Cancel => Canceled;
            Completed: ;
            Failed: ;
            Canceled: ;
        });
    }

    /// A second person approves before anything is sent.
    #[test]
    fn every_batch_state_and_action_has_its_answer() {
        kernel::assert_steps!(BatchState, BatchAction {
            Built: Approve => Approved, Cancel => Canceled;
            Approved: Submit => Submitted, Cancel => Canceled;
            Submitted: Complete => Completed;
            Completed: ;
            Canceled: ;
        });
    }
}
