//! The closed sets of words payments are written down with.

kernel::text_enum! {
    /// Who takes the money; `none` for an order that costs nothing.
    pub enum Provider { Toss = "toss", Portone = "portone", None = "none" }
}

kernel::text_enum! {
    /// How it was paid.
    pub enum Method {
        Card = "card",
        EasyPay = "easy_pay",
        VirtualAccount = "virtual_account",
        Transfer = "transfer",
        Mobile = "mobile",
        GiftCertificate = "gift_certificate",
        None = "none",
    }
}

kernel::text_enum! {
    /// What is paid for.
    pub enum Purpose { Order = "order", ClaimFee = "claim_fee" }
}

kernel::text_enum! {
    /// What a row of evidence is about.
    pub enum TransactionKind {
        Confirm = "confirm",
        Deposit = "deposit",
        DepositReversal = "deposit_reversal",
        Cancel = "cancel",
        Query = "query",
    }
}

kernel::text_enum! {
    /// How the gateway answered.
    pub enum TransactionResult { Success = "success", Failed = "failed", Unknown = "unknown" }
}

kernel::text_enum! {
    /// Why money goes back.
    pub enum RefundKind { Claim = "claim", LateDeposit = "late_deposit", Duplicate = "duplicate", Operator = "operator" }
}
