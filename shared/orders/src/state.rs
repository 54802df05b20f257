//! What may happen to an order line and to a claim, and nothing else.
//!
//! A claim on part of a line's pieces leaves the line's state and lowers its remaining quantity; `canceled`, `returned`
//! and `exchanged` mean that nothing remains. Orders and seller orders have no steps of their own: their state is what
//! their lines say (see [`crate::lines`]).

kernel::states! {
    /// An order line (상품주문).
    pub enum LineState {
        PaymentWaiting = "payment_waiting",
        Paid = "paid",
        Preparing = "preparing",
        Dispatched = "dispatched",
        Delivering = "delivering",
        Delivered = "delivered",
        PurchaseDecided = "purchase_decided",
        Canceled = "canceled",
        Returned = "returned",
        Exchanged = "exchanged",
        CanceledByNopayment = "canceled_by_nopayment",
    }
    /// What moves an order line.
    actions LineAction {
        PaymentWaiting --Pay--> Paid,
        PaymentWaiting --CallOff--> CanceledByNopayment,
        Paid --ReverseDeposit--> PaymentWaiting,
        Preparing --ReverseDeposit--> PaymentWaiting,
        Paid --Accept--> Preparing,
        Paid --Cancel--> Canceled,
        Preparing --Cancel--> Canceled,
        Preparing --Dispatch--> Dispatched,
        Dispatched --WithdrawDispatch--> Preparing,
        Dispatched --PickUp--> Delivering,
        Dispatched --Deliver--> Delivered,
        Delivering --Deliver--> Delivered,
        Delivering --Decide--> PurchaseDecided,
        Delivered --Decide--> PurchaseDecided,
        Dispatched --Return--> Returned,
        Delivering --Return--> Returned,
        Delivered --Return--> Returned,
        PurchaseDecided --Return--> Returned,
        Dispatched --Exchange--> Exchanged,
        Delivering --Exchange--> Exchanged,
        Delivered --Exchange--> Exchanged,
    }
    all { Pay, CallOff, ReverseDeposit, Accept, Cancel, Dispatch, WithdrawDispatch, PickUp, Deliver, Decide, Return, Exchange }
}

kernel::states! {
    /// A cancel claim (취소). Returns and exchanges add their own tables when they come.
    pub enum CancelState {
        Requested = "requested",
        Approved = "approved",
        Refunding = "refunding",
        Done = "done",
        Rejected = "rejected",
        Withdrawn = "withdrawn",
    }
    /// What moves a cancel claim.
    actions CancelAction {
        Requested --Approve--> Approved,
        Requested --Reject--> Rejected,
        Requested --Withdraw--> Withdrawn,
        Approved --Refund--> Refunding,
        Refunding --Finish--> Done,
    }
    all { Approve, Reject, Withdraw, Refund, Finish }
}

kernel::text_enum! {
    /// A purchase order (주문): derived from its lines.
    pub enum OrderState {
        PaymentWaiting = "payment_waiting",
        CanceledByNopayment = "canceled_by_nopayment",
        InProgress = "in_progress",
        Completed = "completed",
        Canceled = "canceled",
    }
}

kernel::text_enum! {
    /// One seller's part of an order: derived from its lines.
    pub enum SellerOrderState {
        PaymentWaiting = "payment_waiting",
        CanceledByNopayment = "canceled_by_nopayment",
        New = "new",
        Preparing = "preparing",
        PartiallyShipped = "partially_shipped",
        Shipping = "shipping",
        Delivered = "delivered",
        Completed = "completed",
        Canceled = "canceled",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// As partners are promised: a change here is a change of the platform's rules.
    #[test]
    fn every_line_state_and_action_has_its_answer() {
        kernel::assert_steps!(LineState, LineAction {
            PaymentWaiting: Pay => Paid, CallOff => CanceledByNopayment;
            Paid: ReverseDeposit => PaymentWaiting, Accept => Preparing, Cancel => Canceled;
            Preparing: ReverseDeposit => PaymentWaiting, Dispatch => Dispatched, Cancel => Canceled;
            Dispatched: WithdrawDispatch => Preparing, PickUp => Delivering, Deliver => Delivered, Return => Returned,
                Exchange => Exchanged;
            Delivering: Deliver => Delivered, Decide => PurchaseDecided, Return => Returned, Exchange => Exchanged;
            Delivered: Decide => PurchaseDecided, Return => Returned, Exchange => Exchanged;
            PurchaseDecided: Return => Returned;
            Canceled: ;
            Returned: ;
            Exchanged: ;
            CanceledByNopayment: ;
        });
    }

    #[test]
    fn every_cancel_state_and_action_has_its_answer() {
        kernel::assert_steps!(CancelState, CancelAction {
            Requested: Approve => Approved, Reject => Rejected, Withdraw => Withdrawn;
            Approved: Refund => Refunding;
            Refunding: Finish => Done;
            Done: ;
            Rejected: ;
            Withdrawn: ;
        });
    }
}
