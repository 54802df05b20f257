//! The fees of a claim, what comes back, and what lateness costs.
//!
//! A return costs the return freight one way, an exchange both ways, with the surcharge of the islands for each way;
//! once per claim, for it is one parcel. The customer pays when it was their choice. Where the seller is at fault nobody
//! is charged; where the platform is, the platform pays the seller.
//!
//! The customer's fees are taken from the cash that comes back, then from its points, then from its rewards. What is
//! still missing has to be paid before the refund. A fee that is given back (a negative one) goes where it was taken from:
//! cash is never paid back for what points or rewards had paid.

use crate::claimed::{ClaimedOrder, Claiming};
use crate::{AtFault, ClaimType, Contradiction};
use chrono::NaiveDate;
use kernel::Money;
use serde::{Deserialize, Serialize};

/// The fee columns of a claim, in won.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct ClaimFees {
    pub fee_return: Money,
    /// Outbound fee that had been waived; negative when an earlier claim's is given back.
    pub fee_recovered_outbound: Money,
    pub fee_remote: Money,
    pub fee_extra: Money,
    /// The sum of the four: what the seller is paid for the claim.
    pub fee_total: Money,
}

/// The refund columns of a claim, in won; nothing refunded is negative.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Refund {
    pub fee_from_cash: Money,
    pub fee_from_points: Money,
    pub fee_from_rewards: Money,
    /// To be paid before the claim goes on.
    pub fee_from_prepaid: Money,
    pub goods_cash: Money,
    pub goods_points: Money,
    pub goods_rewards: Money,
    pub shipping_refund: Money,
    pub refund_cash: Money,
    pub refund_points: Money,
    pub refund_rewards: Money,
}

impl ClaimFees {
    pub(crate) fn of(
        order: &ClaimedOrder,
        claiming: &Claiming,
        recovered_outbound: Money,
    ) -> Result<ClaimFees, Contradiction> {
        let fee_extra = claiming.fee_extra;
        if fee_extra.is_negative() || (claiming.at_fault == AtFault::Seller && fee_extra.is_positive()) {
            return Err(Contradiction::Other("an extra fee nobody owes"));
        }
        let (freight, ways) = match claiming.claim_type {
            ClaimType::Cancel => (Money::ZERO, 0),
            ClaimType::Return => (order.return_fee, 1),
            ClaimType::Exchange => (order.exchange_fee, 2),
        };
        let (fee_return, fee_remote) = match claiming.at_fault {
            AtFault::Seller => (Money::ZERO, Money::ZERO),
            AtFault::Buyer | AtFault::Platform => (freight, order.remote_surcharge.times(ways)),
        };
        let fee_total = fee_return + recovered_outbound + fee_remote + fee_extra;
        Ok(ClaimFees { fee_return, fee_recovered_outbound: recovered_outbound, fee_remote, fee_extra, fee_total })
    }

    /// What of `fee_total` the customer pays, or (negative) gets back.
    pub fn charged_to_customer(&self, at_fault: AtFault) -> Money {
        match at_fault {
            AtFault::Buyer => self.fee_total,
            AtFault::Seller | AtFault::Platform => self.fee_total.min(Money::ZERO),
        }
    }

    /// What of `fee_total` the platform pays the seller as its own expense.
    pub fn charged_to_platform(&self, at_fault: AtFault) -> Money {
        match at_fault {
            AtFault::Platform => self.fee_total.max(Money::ZERO),
            AtFault::Buyer | AtFault::Seller => Money::ZERO,
        }
    }
}

/// Composes a refund of `goods` (cash, points, rewards) and shipping, less a fee.
///
/// Refunds and fees taken add up to what the goods and the shipping were paid with, the prepaid part apart.
pub fn compose(fee: Money, goods: (Money, Money, Money), shipping_refund: Money) -> Refund {
    let (goods_cash, goods_points, goods_rewards) = goods;
    let fee_from_cash = fee.min(goods_cash + shipping_refund);
    let fee_from_points = (fee - fee_from_cash).min(goods_points);
    let fee_from_rewards = (fee - fee_from_cash - fee_from_points).min(goods_rewards);
    Refund {
        fee_from_cash,
        fee_from_points,
        fee_from_rewards,
        fee_from_prepaid: fee - fee_from_cash - fee_from_points - fee_from_rewards,
        goods_cash,
        goods_points,
        goods_rewards,
        shipping_refund,
        refund_cash: goods_cash + shipping_refund - fee_from_cash,
        refund_points: goods_points - fee_from_points,
        refund_rewards: goods_rewards - fee_from_rewards,
    }
}

/// Composes a refund of `goods` and shipping with a fee an earlier claim had taken, of which `from` (points, rewards) came
/// from there and the rest from cash.
pub(crate) fn given_back(
    fee: Money,
    from: (Money, Money),
    goods: (Money, Money, Money),
    shipping_refund: Money,
) -> Refund {
    let (points, rewards) = from;
    let to_rewards = fee.min(rewards);
    let to_points = (fee - to_rewards).min(points);
    let to_cash = fee - to_rewards - to_points;
    let refund = compose(Money::ZERO, goods, shipping_refund);
    Refund {
        fee_from_cash: -to_cash,
        fee_from_points: -to_points,
        fee_from_rewards: -to_rewards,
        refund_cash: refund.refund_cash + to_cash,
        refund_points: refund.refund_points + to_points,
        refund_rewards: refund.refund_rewards + to_rewards,
        ..refund
    }
}

/// Interest on cash paid back late: 15 % a year for every day, `floor(refund_cash × 15 % × days / 365)`. Paid outside
/// the refund, by whoever was late.
pub fn delay_interest(refund_cash: Money, days_late: i64) -> Money {
    refund_cash.floor_share(Money::won(15 * days_late.max(0)), Money::won(100 * 365))
}

/// Days by which a refund missed its last day; 0 when it did not.
pub fn days_late(due: NaiveDate, paid: NaiveDate) -> i64 {
    (paid - due).num_days().max(0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::examples::*;
    use crate::{Checkout, ClaimMoney};
    use AtFault::{Buyer, Platform, Seller};
    use ClaimType::{Cancel, Exchange, Return};

    fn back(money: &ClaimMoney) -> (i64, i64, i64) {
        let refund = &money.refund;
        (refund.refund_cash.get(), refund.refund_points.get(), refund.refund_rewards.get())
    }

    #[test]
    fn one_piece_returned_from_jeju_pays_the_freight_and_the_surcharge_in_cash() {
        let mut order = ordered(&jeju_checkout());
        dispatch(&mut order);
        let money = claim_units(&mut order, Return, Buyer, &[(2, 1)]);
        let ClaimFees { fee_return, fee_recovered_outbound, fee_remote, fee_total, .. } = money.fees;
        assert_eq!((fee_return, fee_recovered_outbound, fee_remote), (won(3_000), won(0), won(3_000)));
        assert_eq!(fee_total, won(6_000));
        assert_eq!(back(&money), (8_842, 1_573, 351));
    }

    #[test]
    fn pieces_of_a_line_come_back_one_by_one_without_a_won_lost() {
        let mut order = ordered(&jeju_checkout());
        dispatch(&mut order);
        let one = |order: &mut ClaimedOrder, no| back(&claim_units(order, Return, Seller, &[(2, no)]));
        let all = [one(&mut order, 1), one(&mut order, 2), one(&mut order, 3)];
        assert_eq!(all, [(14_842, 1_573, 351), (14_844, 1_573, 349), (14_844, 1_573, 349)]);
    }

    #[test]
    fn a_fee_beyond_the_cash_is_taken_from_the_points() {
        let mut order = ordered(&Checkout { points: won(50_000), ..one_line(52_000) });
        dispatch(&mut order);
        let money = claim_lines(&mut order, Return, Buyer, &[1]);
        assert_eq!((money.fees.fee_return, money.fees.fee_recovered_outbound), (won(3_000), won(3_000)));
        assert_eq!((money.refund.fee_from_cash, money.refund.fee_from_points), (won(2_000), won(4_000)));
        assert_eq!(back(&money), (0, 46_000, 0));
    }

    #[test]
    fn an_exchange_by_choice_is_paid_for_before_the_goods_go_out_again() {
        let mut order = ordered(&one_line(40_000));
        dispatch(&mut order);
        let money = claim_lines(&mut order, Exchange, Buyer, &[1]);
        assert_eq!((money.fees.fee_total, money.refund.fee_from_prepaid), (won(6_000), won(6_000)));
        assert_eq!(back(&money), (0, 0, 0));
        assert_eq!(money.units.len(), 1);
    }

    #[test]
    fn a_whole_return_is_refunded_with_shipping_only_if_the_customer_is_not_to_blame() {
        let whole = |at_fault| {
            let mut order = ordered(&one_line(40_000));
            dispatch(&mut order);
            claim_lines(&mut order, Return, at_fault, &[1])
        };
        assert_eq!(back(&whole(Seller)), (43_000, 0, 0));
        assert_eq!(back(&whole(Buyer)), (37_000, 0, 0));
        let platform = whole(Platform);
        assert_eq!(back(&platform), (43_000, 0, 0));
        assert_eq!(platform.fees.charged_to_platform(Platform), won(3_000));
        assert_eq!(platform.fees.charged_to_customer(Platform), won(0));
    }

    #[test]
    fn a_late_refund_earns_fifteen_per_cent_a_year() {
        let day = |text: &str| text.parse::<NaiveDate>().unwrap();
        let late = days_late(day("2026-03-10"), day("2026-03-20"));
        assert_eq!(delay_interest(won(43_000), late), won(176));
        assert_eq!(days_late(day("2026-03-10"), day("2026-03-09")), 0);
        assert_eq!(delay_interest(won(43_000), 0), won(0));
    }

    #[test]
    fn an_extra_fee_needs_somebody_who_owes_it() {
        let order = ordered(&one_line(40_000));
        let mut claiming = claiming_lines(&order, Cancel, Buyer, &[1]);
        claiming.fee_extra = won(1_000);
        let money = crate::claim_money(&order, &claiming).unwrap();
        assert_eq!((money.fees.fee_total, money.refund.refund_cash), (won(1_000), won(42_000)));
        claiming.at_fault = Seller;
        assert!(crate::claim_money(&order, &claiming).is_err());
    }

    #[test]
    fn a_fee_that_points_had_paid_is_given_back_in_points() {
        let refund = given_back(won(3_000), (won(2_000), won(500)), (won(1_000), won(7_000), won(0)), won(0));
        assert_eq!(
            (refund.refund_cash, refund.refund_points, refund.refund_rewards),
            (won(1_500), won(9_000), won(500))
        );
        let nothing_in_cash = given_back(won(3_000), (won(3_000), won(0)), (won(0), won(7_000), won(0)), won(0));
        assert_eq!((nothing_in_cash.refund_cash, nothing_in_cash.refund_points), (won(0), won(10_000)));
    }
}
