//! Accounts, kinds of events, and the rows that cause them.

use kernel::*;
use uuid::Uuid;

kernel::text_enum! {
    /// One account of the ledger.
    pub enum Account {
        /// What the payment gateway owes us.
        PgReceivable = "pg_receivable",
        /// Our money at the bank.
        Bank = "bank",
        /// What customers paid for orders that are not decided yet, by order.
        CustomerDeposits = "customer_deposits",
        /// What we owe a seller.
        SellerPayable = "seller_payable",
        /// What we owe a customer in points (적립금).
        PointsLiability = "points_liability",
        /// What we owe a customer in rewards (리워드).
        RewardsLiability = "rewards_liability",
        CommissionRevenue = "commission_revenue",
        VatPayable = "vat_payable",
        /// Discounts the platform pays for.
        DiscountExpense = "discount_expense",
        PointsExpense = "points_expense",
        RewardsExpense = "rewards_expense",
        /// Claims and goodwill the platform pays for.
        ClaimExpense = "claim_expense",
        PgFeeExpense = "pg_fee_expense",
    }
}

kernel::text_enum! {
    /// What happened.
    pub enum Kind {
        PaymentCaptured = "payment_captured",
        PaymentReversed = "payment_reversed",
        Refund = "refund",
        LineAccrued = "line_accrued",
        Payout = "payout",
        PointsGranted = "points_granted",
        PointsExpired = "points_expired",
        PointsClawedBack = "points_clawed_back",
        PgSettled = "pg_settled",
    }
}

/// The row an event is posted for; the same kind is posted for it once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Source {
    PaymentTransaction(PaymentTransactionId),
    Claim(ClaimId),
    Refund(RefundId),
    SettlementLine(SettlementLineId),
    Payout(PayoutId),
    PointLot(PointLotId),
    PointTransaction(PointTransactionId),
    Reconciliation(Uuid),
}

impl Source {
    pub(crate) fn table(self) -> &'static str {
        match self {
            Source::PaymentTransaction(_) => "payment_transactions",
            Source::Claim(_) => "claims",
            Source::Refund(_) => "payment_refunds",
            Source::SettlementLine(_) => "settlement_lines",
            Source::Payout(_) => "payouts",
            Source::PointLot(_) => "point_lots",
            Source::PointTransaction(_) => "point_transactions",
            Source::Reconciliation(_) => "pg_reconciliation_items",
        }
    }

    pub(crate) fn id(self) -> Uuid {
        match self {
            Source::PaymentTransaction(id) => id.0,
            Source::Claim(id) => id.0,
            Source::Refund(id) => id.0,
            Source::SettlementLine(id) => id.0,
            Source::Payout(id) => id.0,
            Source::PointLot(id) => id.0,
            Source::PointTransaction(id) => id.0,
            Source::Reconciliation(id) => id,
        }
    }
}
