//! What a seller is owed for what was sold.
//!
//! When a purchase is decided, the pieces that remain are settled: the price, less what the seller gave away, less
//! commission and, where the seller pays it, the VAT on the commission. Coupons the platform pays for, the grade
//! discount, points and rewards never lower what a seller gets. Shipping is settled once per seller order without
//! commission, and so are the fees of claims.

use crate::share::Shares;
use crate::{CommissionBase, FeeVatPayer, UnitMoney};
use kernel::{Money, Rate};
use serde::{Deserialize, Serialize};
use std::ops::Neg;

/// The commission terms of the day of the order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct CommissionTerms {
    pub commission_rate: Rate,
    pub commission_base: CommissionBase,
    pub fee_vat_payer: FeeVatPayer,
}

/// The amounts of one settlement line, in won: `payout = gross − seller_discount − fee − fee_vat`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct LineAmounts {
    /// Pieces; negative in a reversal, 0 where the line is not about pieces.
    pub quantity: i32,
    pub gross: Money,
    pub seller_discount: Money,
    pub fee_base: Money,
    pub fee: Money,
    pub fee_vat: Money,
    pub payout: Money,
}

/// How the customer and the platform paid for the pieces of a line, for the ledger: together `gross − seller_discount`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Funding {
    pub cash: Money,
    pub points: Money,
    pub rewards: Money,
    pub platform_discount: Money,
}

/// VAT on a commission: 10 %, floored.
fn vat_on(fee: Money) -> Money {
    fee.floor_share(Money::won(1), Money::won(10))
}

impl LineAmounts {
    /// A line that is nothing but its payout: a claim fee, an adjustment, a minus carried forward.
    pub fn bare(amount: Money) -> LineAmounts {
        LineAmounts { gross: amount, payout: amount, ..LineAmounts::default() }
    }

    pub(crate) fn with_payout(self) -> LineAmounts {
        LineAmounts { payout: self.gross - self.seller_discount - self.fee - self.fee_vat, ..self }
    }
}

impl Neg for LineAmounts {
    type Output = LineAmounts;
    fn neg(self) -> LineAmounts {
        LineAmounts {
            quantity: -self.quantity,
            gross: -self.gross,
            seller_discount: -self.seller_discount,
            fee_base: -self.fee_base,
            fee: -self.fee,
            fee_vat: -self.fee_vat,
            payout: -self.payout,
        }
    }
}

impl Funding {
    /// How these pieces were paid for.
    pub fn of(units: &[UnitMoney]) -> Funding {
        let sum = |of: fn(&UnitMoney) -> Money| units.iter().map(of).sum();
        Funding {
            cash: sum(UnitMoney::cash),
            points: sum(UnitMoney::points),
            rewards: sum(UnitMoney::rewards),
            platform_discount: sum(UnitMoney::platform_discount),
        }
    }
}

pub(crate) fn fee_base(base: CommissionBase, gross: Money, seller_discount: Money) -> Money {
    match base {
        CommissionBase::NetOfSeller => gross - seller_discount,
        CommissionBase::Gross => gross,
    }
}

/// Settles a decided line: `units` are the pieces that remain. None when none does.
///
/// `fee = floor(fee_base × rate)`, `fee_vat = floor(fee × 10 %)` or 0.
pub fn settle_line(units: &[UnitMoney], terms: &CommissionTerms) -> Option<LineAmounts> {
    let gross = units.iter().map(|unit| unit.gross).sum();
    let seller_discount = units.iter().map(Shares::seller_discount).sum();
    settle_remaining(i32::try_from(units.len()).ok()?, gross, seller_discount, terms)
}

/// The same from what is kept of the line as a whole: the pieces that remain, their price, and the seller's part of their
/// discounts.
pub fn settle_remaining(
    quantity: i32,
    gross: Money,
    seller_discount: Money,
    terms: &CommissionTerms,
) -> Option<LineAmounts> {
    let fee_base = fee_base(terms.commission_base, gross, seller_discount);
    let fee = terms.commission_rate.floor_of(fee_base);
    let fee_vat = match terms.fee_vat_payer {
        FeeVatPayer::Seller => vat_on(fee),
        FeeVatPayer::Platform => Money::ZERO,
    };
    let line = LineAmounts { quantity, gross, seller_discount, fee_base, fee, fee_vat, payout: Money::ZERO };
    (quantity > 0).then(|| line.with_payout())
}

/// Settles the shipping of a seller order. `shipping_fee` and `remote_surcharge` as charged before the coupon,
/// `seller_discount` the seller's part of it. None when there is nothing to settle: no shipping was charged, or all of it
/// went back before.
pub fn settle_shipping(
    shipping_fee: Money,
    remote_surcharge: Money,
    seller_discount: Money,
    gone_back: bool,
) -> Option<LineAmounts> {
    let gross = shipping_fee + remote_surcharge;
    let line = LineAmounts { gross, seller_discount, ..LineAmounts::default() }.with_payout();
    (gross.is_positive() && !gone_back).then_some(line)
}

/// Settles the fee of a finished claim; None for a claim without one. Negative where an outbound fee is given back.
pub fn settle_claim_fee(fee_total: Money) -> Option<LineAmounts> {
    (!fee_total.is_zero()).then(|| LineAmounts::bare(fee_total))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::examples::*;
    use crate::{Checkout, SoldLine, price};

    fn terms(rate: i64, commission_base: CommissionBase) -> CommissionTerms {
        CommissionTerms { commission_rate: Rate::parts(rate), commission_base, fee_vat_payer: FeeVatPayer::Seller }
    }
    use CommissionBase::{Gross, NetOfSeller};

    fn settled(checkout: &Checkout, terms: CommissionTerms) -> (i64, i64, i64) {
        let units = price(checkout).unwrap().lines[0].sold().units().unwrap();
        let line = settle_line(&units, &terms).unwrap();
        (line.fee.get(), line.fee_vat.get(), line.payout.get())
    }

    fn sold(line_no: usize) -> SoldLine {
        price(&jeju_checkout()).unwrap().lines[line_no - 1].sold()
    }

    #[test]
    fn what_the_platform_gives_away_never_lowers_a_payout() {
        let plain = one_line(10_000);
        let mut coupon = plain.clone();
        coupon.lines[0].product_coupon = Some(fixed_coupon(1, 3_000, 0, &[1]));
        let points = Checkout { points: won(3_000), ..plain.clone() };
        let graded = Checkout { grade_rate: Rate::parts(5_000), ..plain.clone() };
        for checkout in [plain, coupon, points, graded] {
            assert_eq!(settled(&checkout, terms(10_000, NetOfSeller)), (1_000, 100, 8_900));
        }
    }

    #[test]
    fn the_contract_says_what_the_commission_is_a_share_of() {
        let mut shared = one_line(30_000);
        shared.lines[0].product_coupon = Some(fixed_coupon(1, 5_000, 50_000, &[1]));
        assert_eq!(settled(&shared, terms(12_500, NetOfSeller)), (3_437, 343, 23_720));
        assert_eq!(settled(&shared, terms(12_500, Gross)), (3_750, 375, 23_375));
        let vat_free = CommissionTerms { fee_vat_payer: FeeVatPayer::Platform, ..terms(12_500, Gross) };
        assert_eq!(settled(&shared, vat_free), (3_750, 0, 23_750));
    }

    #[test]
    fn commission_and_its_vat_are_floored() {
        assert_eq!(settled(&one_line(19_900), terms(10_700, NetOfSeller)), (2_129, 212, 17_559));
    }

    #[test]
    fn an_order_of_two_sellers_is_settled_line_by_line() {
        let net = terms(12_000, NetOfSeller);
        let a = settle_line(&sold(1).units().unwrap(), &net).unwrap();
        assert_eq!((a.seller_discount, a.fee, a.fee_vat, a.payout), (won(606), won(3_527), won(352), won(25_515)));
        let kept = sold(2).units_numbered(&[2, 3]).unwrap();
        let b = settle_line(&kept, &net).unwrap();
        assert_eq!((b.quantity, b.gross, b.seller_discount), (2, won(39_800), won(4_674)));
        assert_eq!((b.fee, b.fee_vat, b.payout), (won(4_215), won(421), won(30_490)));
        let c = settle_line(&sold(3).units().unwrap(), &terms(10_000, Gross)).unwrap();
        assert_eq!((c.seller_discount, c.fee, c.fee_vat, c.payout), (won(582), won(2_400), won(240), won(20_778)));
        assert_eq!(settle_line(&[], &net), None);
    }

    #[test]
    fn shipping_is_settled_without_commission_and_only_if_it_was_kept() {
        let quote = price(&jeju_checkout()).unwrap();
        let shipping = |at: usize, gone_back| {
            let order = &quote.seller_orders[at];
            let sellers = order.shipping_share.map_or(won(0), |share| share.borne.seller);
            settle_shipping(order.shipping_fee, order.remote_surcharge, sellers, gone_back).map(|line| line.payout)
        };
        assert_eq!((shipping(0, false), shipping(1, false)), (Some(won(3_000)), Some(won(6_000))));
        assert_eq!(shipping(1, true), None);
        assert_eq!(settle_shipping(won(0), won(0), won(0), false), None);
        let own_coupon = settle_shipping(won(3_000), won(3_000), won(2_000), false).unwrap();
        assert_eq!((own_coupon.payout, (-own_coupon).payout), (won(4_000), won(-4_000)));
    }

    #[test]
    fn what_was_paid_for_the_pieces_covers_the_price_less_what_the_seller_gave() {
        for line_no in 1..=3 {
            let line = sold(line_no);
            let Funding { cash, points, rewards, platform_discount } = Funding::of(&line.units().unwrap());
            assert_eq!(cash + points + rewards + platform_discount, line.gross() - line.seller_discount());
        }
    }

    #[test]
    fn a_claim_fee_is_its_own_payout() {
        assert_eq!(settle_claim_fee(won(6_000)).map(|line| line.payout), Some(won(6_000)));
        assert_eq!(settle_claim_fee(won(-3_000)).map(|line| line.payout), Some(won(-3_000)));
        assert_eq!(settle_claim_fee(won(0)), None);
    }
}
