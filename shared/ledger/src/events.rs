//! What is posted when: one constructor per kind of event.

use crate::{Account, Entry, Kind, Posting, RefundOf, Source, Tender};
use kernel::*;
use pricing::{Balance, Funding, LineAmounts};
use uuid::Uuid;

fn liability(balance: Balance) -> Account {
    match balance {
        Balance::Points => Account::PointsLiability,
        Balance::Rewards => Account::RewardsLiability,
    }
}

fn expense(balance: Balance) -> Account {
    match balance {
        Balance::Points => Account::PointsExpense,
        Balance::Rewards => Account::RewardsExpense,
    }
}

/// Money and balances of a customer move into the deposit of an order.
fn into_deposit(order: PurchaseOrderId, user: UserId, paid: Tender) -> [Entry; 4] {
    [
        Entry::of(Account::PgReceivable, paid.cash).order(order),
        Entry::of(Account::PointsLiability, paid.points).order(order).user(user),
        Entry::of(Account::RewardsLiability, paid.rewards).order(order).user(user),
        Entry::of(Account::CustomerDeposits, -paid.total()).order(order),
    ]
}

impl Posting {
    /// A payment came in: cash at the gateway, points and rewards out of the customer's balances, all held for the order.
    pub fn payment_captured(
        by: PaymentTransactionId,
        order: PurchaseOrderId,
        user: UserId,
        paid: Tender,
        at: Now,
    ) -> Posting {
        let source = Source::PaymentTransaction(by);
        Posting::new(Kind::PaymentCaptured, source, at, into_deposit(order, user, paid))
    }

    /// The bank took a deposit back: as if it had never come.
    pub fn payment_reversed(
        by: PaymentTransactionId,
        order: PurchaseOrderId,
        user: UserId,
        paid: Tender,
        at: Now,
    ) -> Posting {
        let source = Source::PaymentTransaction(by);
        Posting::new(Kind::PaymentReversed, source, at, into_deposit(order, user, paid)).turned()
    }

    /// A refund: out of the deposit of the order, back to where it was paid from. Points and rewards that come back as
    /// a new lot are covered by this; a regrant posts nothing of its own.
    pub fn refund(of: RefundOf, order: PurchaseOrderId, user: UserId, back: Tender, at: Now) -> Posting {
        Posting::new(Kind::Refund, of.into(), at, into_deposit(order, user, back)).turned()
    }

    /// A refund as goodwill, which nothing in the order pays for.
    pub fn goodwill(refund: RefundId, order: PurchaseOrderId, cash: Money, at: Now) -> Posting {
        let entries =
            [Entry::of(Account::ClaimExpense, cash).order(order), Entry::of(Account::PgReceivable, -cash).order(order)];
        Posting::new(Kind::Refund, Source::Refund(refund), at, entries)
    }

    /// A product or shipping line became the seller's: what was held for it, and what the platform adds for its own
    /// discounts, turn into the seller's payout, our commission and its VAT. For a reversal line hand in its negative
    /// amounts with the (positive) funding of the pieces that come back.
    pub fn line_accrued(
        line: SettlementLineId,
        order: PurchaseOrderId,
        seller: SellerId,
        funding: Funding,
        amounts: LineAmounts,
        at: Now,
    ) -> Posting {
        let held = Tender { cash: funding.cash, points: funding.points, rewards: funding.rewards }.total();
        let sign = if amounts.gross.is_negative() { -1 } else { 1 };
        let entries = [
            Entry::of(Account::CustomerDeposits, held.times(sign)).order(order),
            Entry::of(Account::DiscountExpense, funding.platform_discount.times(sign)).order(order),
            Entry::of(Account::SellerPayable, -amounts.payout).order(order).seller(seller),
            Entry::of(Account::CommissionRevenue, -amounts.fee).order(order).seller(seller),
            Entry::of(Account::VatPayable, -amounts.fee_vat).order(order).seller(seller),
        ];
        Posting::new(Kind::LineAccrued, Source::SettlementLine(line), at, entries)
    }

    /// The fee of a claim became the seller's: out of what the buyer was not refunded, or, where the platform is at
    /// fault, out of its own pocket. Negative where an outbound fee is given back.
    pub fn claim_fee_accrued(
        line: SettlementLineId,
        order: PurchaseOrderId,
        seller: SellerId,
        fee: Money,
        platform_pays: bool,
        at: Now,
    ) -> Posting {
        let payer = if platform_pays { Account::ClaimExpense } else { Account::CustomerDeposits };
        let entries =
            [Entry::of(payer, fee).order(order), Entry::of(Account::SellerPayable, -fee).order(order).seller(seller)];
        Posting::new(Kind::LineAccrued, Source::SettlementLine(line), at, entries)
    }

    /// A correction of what a seller is owed, positive in its favour, at the platform's expense.
    pub fn adjustment(line: SettlementLineId, seller: SellerId, payout: Money, at: Now) -> Posting {
        let entries = [
            Entry::of(Account::ClaimExpense, payout).seller(seller),
            Entry::of(Account::SellerPayable, -payout).seller(seller),
        ];
        Posting::new(Kind::LineAccrued, Source::SettlementLine(line), at, entries)
    }

    /// A seller was paid.
    pub fn payout(payout: PayoutId, seller: SellerId, amount: Money, at: Now) -> Posting {
        let entries = [
            Entry::of(Account::SellerPayable, amount).seller(seller),
            Entry::of(Account::Bank, -amount).seller(seller),
        ];
        Posting::new(Kind::Payout, Source::Payout(payout), at, entries)
    }

    /// A customer was granted points or rewards.
    pub fn points_granted(lot: PointLotId, user: UserId, balance: Balance, amount: Money, at: Now) -> Posting {
        Posting::new(Kind::PointsGranted, Source::PointLot(lot), at, granted(user, balance, amount))
    }

    /// What was left of a lot expired.
    pub fn points_expired(by: PointTransactionId, user: UserId, balance: Balance, amount: Money, at: Now) -> Posting {
        Posting::new(Kind::PointsExpired, Source::PointTransaction(by), at, granted(user, balance, amount)).turned()
    }

    /// Points were taken back.
    pub fn points_clawed_back(
        by: PointTransactionId,
        user: UserId,
        balance: Balance,
        amount: Money,
        at: Now,
    ) -> Posting {
        Posting::new(Kind::PointsClawedBack, Source::PointTransaction(by), at, granted(user, balance, amount)).turned()
    }

    /// The gateway paid us out: `paid` arrived at the bank, `fee` (its VAT included) stayed with the gateway.
    pub fn pg_settled(item: Uuid, paid: Money, fee: Money, at: Now) -> Posting {
        let entries = [
            Entry::of(Account::Bank, paid),
            Entry::of(Account::PgFeeExpense, fee),
            Entry::of(Account::PgReceivable, -(paid + fee)),
        ];
        Posting::new(Kind::PgSettled, Source::Reconciliation(item), at, entries)
    }
}

fn granted(user: UserId, balance: Balance, amount: Money) -> [Entry; 2] {
    [Entry::of(expense(balance), amount).user(user), Entry::of(liability(balance), -amount).user(user)]
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const AT: Now = Now(chrono::DateTime::UNIX_EPOCH);

    fn won(amount: i64) -> Money {
        Money::won(amount)
    }

    fn amounts(posting: &Posting) -> Vec<(Account, i64)> {
        posting.entries.iter().map(|entry| (entry.account, entry.amount.get())).collect()
    }

    #[test]
    fn a_capture_holds_cash_points_and_rewards_for_the_order() {
        let paid = Tender { cash: won(91_940), points: won(9_000), rewards: won(2_000) };
        let posting =
            Posting::payment_captured(PaymentTransactionId::new(), PurchaseOrderId::new(), UserId::new(), paid, AT);
        assert_eq!(
            amounts(&posting),
            [
                (Account::PgReceivable, 91_940),
                (Account::PointsLiability, 9_000),
                (Account::RewardsLiability, 2_000),
                (Account::CustomerDeposits, -102_940),
            ]
        );
    }

    #[test]
    fn an_order_of_nothing_posts_nothing() {
        let posting = Posting::payment_captured(
            PaymentTransactionId::new(),
            PurchaseOrderId::new(),
            UserId::new(),
            Tender::default(),
            AT,
        );
        assert!(posting.entries.is_empty());
    }

    /// The line of 30,000 won of money.md with a coupon the platform pays for, 10 % commission.
    fn line() -> (Funding, LineAmounts) {
        let funding = Funding {
            cash: won(20_618),
            points: won(2_184),
            rewards: won(485),
            platform_discount: won(30_000 - 606 - 20_618 - 2_184 - 485),
        };
        let fee = won(2_939);
        let amounts = LineAmounts {
            quantity: 1,
            gross: won(30_000),
            seller_discount: won(606),
            fee_base: won(29_394),
            fee,
            fee_vat: won(293),
            payout: won(30_000 - 606 - 2_939 - 293),
        };
        (funding, amounts)
    }

    #[test]
    fn a_sold_line_balances_and_its_reversal_undoes_it() {
        let (funding, sold) = line();
        let (order, seller) = (PurchaseOrderId::new(), SellerId::new());
        let accrued = Posting::line_accrued(SettlementLineId::new(), order, seller, funding, sold, AT);
        let reversed = Posting::line_accrued(SettlementLineId::new(), order, seller, funding, -sold, AT);
        assert_eq!(accrued.balance(), won(0));
        assert_eq!(reversed.entries, accrued.clone().turned().entries);
        assert!(amounts(&accrued).contains(&(Account::SellerPayable, -26_162)));
    }

    #[test]
    fn contradicting_amounts_do_not_balance() {
        let (funding, mut sold) = line();
        sold.payout += won(1);
        let posting =
            Posting::line_accrued(SettlementLineId::new(), PurchaseOrderId::new(), SellerId::new(), funding, sold, AT);
        assert_eq!(posting.balance(), won(-1));
    }

    proptest! {
        #[test]
        fn every_event_balances(cash in 0i64..1_000_000_000, points in 0i64..1_000_000, rewards in 0i64..1_000_000) {
            let back = Tender { cash: won(cash), points: won(points), rewards: won(rewards) };
            let (order, user, seller) = (PurchaseOrderId::new(), UserId::new(), SellerId::new());
            let tx = PointTransactionId::new();
            let postings = [
                Posting::payment_captured(PaymentTransactionId::new(), order, user, back, AT),
                Posting::payment_reversed(PaymentTransactionId::new(), order, user, back, AT),
                Posting::refund(RefundOf::Claim(ClaimId::new()), order, user, back, AT),
                Posting::goodwill(RefundId::new(), order, back.cash, AT),
                Posting::claim_fee_accrued(SettlementLineId::new(), order, seller, back.cash, true, AT),
                Posting::claim_fee_accrued(SettlementLineId::new(), order, seller, -back.cash, false, AT),
                Posting::adjustment(SettlementLineId::new(), seller, -back.cash, AT),
                Posting::payout(PayoutId::new(), seller, back.cash, AT),
                Posting::points_granted(PointLotId::new(), user, Balance::Rewards, back.points, AT),
                Posting::points_expired(tx, user, Balance::Points, back.points, AT),
                Posting::points_clawed_back(tx, user, Balance::Points, back.points, AT),
                Posting::pg_settled(Uuid::nil(), back.cash, back.points, AT),
            ];
            for posting in postings {
                prop_assert_eq!(posting.balance(), Money::ZERO, "{:?}", posting.kind);
                prop_assert!(posting.entries.len() != 1);
            }
        }
    }
}
