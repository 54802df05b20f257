//! What may happen to a payment attempt and to a refund, and nothing else.

kernel::states! {
    /// One payment attempt.
    pub enum PaymentState {
        Ready = "ready",
        InProgress = "in_progress",
        WaitingForDeposit = "waiting_for_deposit",
        Done = "done",
        PartialCanceled = "partial_canceled",
        Canceled = "canceled",
        Aborted = "aborted",
        Expired = "expired",
        Unknown = "unknown",
    }
    /// What moves a payment attempt.
    actions PaymentAction {
        Ready --BeginConfirm--> InProgress,
        Ready --Fail--> Aborted,
        Ready --Expire--> Expired,
        Ready --CallOff--> Canceled,
        InProgress --Capture--> Done,
        InProgress --AwaitDeposit--> WaitingForDeposit,
        InProgress --Fail--> Aborted,
        InProgress --Expire--> Expired,
        InProgress --Lose--> Unknown,
        Unknown --Capture--> Done,
        Unknown --AwaitDeposit--> WaitingForDeposit,
        Unknown --Fail--> Aborted,
        Unknown --Expire--> Expired,
        WaitingForDeposit --Capture--> Done,
        WaitingForDeposit --CallOff--> Canceled,
        WaitingForDeposit --Expire--> Expired,
        Done --ReverseDeposit--> WaitingForDeposit,
        Expired --Capture--> Done,
        Canceled --Capture--> Done,
        Aborted --Capture--> Done,
        Done --RefundPart--> PartialCanceled,
        Done --RefundRest--> Canceled,
        PartialCanceled --RefundPart--> PartialCanceled,
        PartialCanceled --RefundRest--> Canceled,
    }
    all { BeginConfirm, Capture, AwaitDeposit, Fail, Expire, Lose, CallOff, ReverseDeposit, RefundPart, RefundRest }
}

kernel::states! {
    /// One refund order to the gateway.
    pub enum RefundState {
        Requested = "requested",
        Processing = "processing",
        Done = "done",
        Failed = "failed",
        Unknown = "unknown",
    }
    /// What moves a refund order.
    actions RefundAction {
        Requested --Take--> Processing,
        Unknown --Take--> Processing,
        Processing --Settle--> Done,
        Processing --Fail--> Failed,
        Processing --Lose--> Unknown,
        Unknown --Settle--> Done,
        Unknown --Fail--> Failed,
    }
    all { Take, Settle, Fail, Lose }
}

impl PaymentState {
    /// Whether the customer may still pay through this attempt.
    pub fn is_open(self) -> bool {
        use PaymentState::*;
        matches!(self, Ready | InProgress | WaitingForDeposit | Unknown)
    }

    /// Whether money is held.
    pub fn is_captured(self) -> bool {
        matches!(self, PaymentState::Done | PaymentState::PartialCanceled)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_payment_state_and_action_has_its_answer() {
        kernel::assert_steps!(PaymentState, PaymentAction {
            Ready: BeginConfirm => InProgress, Fail => Aborted, Expire => Expired, CallOff => Canceled;
            InProgress: Capture => Done, AwaitDeposit => WaitingForDeposit, Fail => Aborted, Expire => Expired,
                Lose => Unknown;
            WaitingForDeposit: Capture => Done, CallOff => Canceled, Expire => Expired;
            Done: ReverseDeposit => WaitingForDeposit, RefundPart => PartialCanceled, RefundRest => Canceled;
            PartialCanceled: RefundPart => PartialCanceled, RefundRest => Canceled;
            Canceled: Capture => Done;
            Aborted: Capture => Done;
            Expired: Capture => Done;
            Unknown: Capture => Done, AwaitDeposit => WaitingForDeposit, Fail => Aborted, Expire => Expired;
        });
    }

    #[test]
    fn every_refund_state_and_action_has_its_answer() {
        kernel::assert_steps!(RefundState, RefundAction {
            Requested: Take => Processing;
            Processing: Settle => Done, Fail => Failed, Lose => Unknown;
            Done: ;
            Failed: ;
            Unknown: Take => Processing, Settle => Done, Fail => Failed;
        });
    }

    #[test]
    fn an_unknown_payment_never_becomes_a_refund_or_a_call_off() {
        for action in [PaymentAction::CallOff, PaymentAction::RefundRest, PaymentAction::BeginConfirm] {
            assert_eq!(PaymentState::Unknown.next(action), None);
        }
    }

    #[test]
    fn money_can_arrive_late_wherever_an_attempt_ended_unpaid() {
        for ended in [PaymentState::Expired, PaymentState::Canceled, PaymentState::Aborted] {
            assert_eq!(ended.next(PaymentAction::Capture), Some(PaymentState::Done));
            assert!(!ended.is_open());
        }
    }
}
