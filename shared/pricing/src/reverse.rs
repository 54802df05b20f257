//! Taking back what was settled.
//!
//! A settled line is never changed. When a piece of it comes back, that piece gets a line of its own with its part of
//! the amounts, negated: the commission and its VAT are divided over the settled pieces by what they are charged on, so
//! that giving back all pieces takes back exactly the line. Settled shipping that goes back is taken back whole, as the
//! line negated.

use crate::settle::{LineAmounts, fee_base};
use crate::share::Shares;
use crate::{CommissionBase, Contradiction, UnitMoney, allocate};
use kernel::Money;

/// The parts of a settled line that each of its pieces carries, in the order of `units`, adding up to the line in every
/// amount. `units` are the pieces that were settled, not only those that are still there.
pub fn settled_units(
    settled: &LineAmounts,
    base: CommissionBase,
    units: &[UnitMoney],
) -> Result<Vec<LineAmounts>, Contradiction> {
    let bases: Vec<Money> = units.iter().map(|unit| fee_base(base, unit.gross, unit.seller_discount())).collect();
    let gross: Money = units.iter().map(|unit| unit.gross).sum();
    if gross != settled.gross || bases.iter().sum::<Money>() != settled.fee_base {
        return Err(Contradiction::Other("these are not the pieces that were settled"));
    }
    let fees = allocate(settled.fee, &bases)?;
    let vats = allocate(settled.fee_vat, &bases)?;
    let part = |at: usize, unit: &UnitMoney| {
        LineAmounts {
            quantity: 1,
            gross: unit.gross,
            seller_discount: unit.seller_discount(),
            fee_base: bases[at],
            fee: fees[at],
            fee_vat: vats[at],
            payout: Money::ZERO,
        }
        .with_payout()
    };
    Ok(units.iter().enumerate().map(|(at, unit)| part(at, unit)).collect())
}

/// Takes one piece of a settled line back: its part of the line, negated.
pub fn reverse_unit(
    settled: &LineAmounts,
    base: CommissionBase,
    units: &[UnitMoney],
    unit_no: i32,
) -> Result<LineAmounts, Contradiction> {
    let parts = settled_units(settled, base, units)?;
    let at = units.iter().position(|unit| unit.unit_no == unit_no);
    at.map(|at| -parts[at]).ok_or(Contradiction::Other("a piece that was not settled"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::examples::*;
    use crate::{CommissionTerms, FeeVatPayer, SoldLine, price, settle_line};
    use CommissionBase::NetOfSeller;
    use kernel::Rate;

    fn twelve_percent() -> CommissionTerms {
        CommissionTerms {
            commission_rate: Rate::parts(12_000),
            commission_base: NetOfSeller,
            fee_vat_payer: FeeVatPayer::Seller,
        }
    }

    fn sold(line_no: usize) -> SoldLine {
        price(&jeju_checkout()).unwrap().lines[line_no - 1].sold()
    }

    #[test]
    fn a_settled_line_is_taken_back_piece_by_piece() {
        let kept = sold(2).units_numbered(&[2, 3]).unwrap();
        let line = settle_line(&kept, &twelve_percent()).unwrap();
        let parts = settled_units(&line, NetOfSeller, &kept).unwrap();
        let amounts = |part: &LineAmounts| (part.fee.get(), part.fee_vat.get(), part.payout.get());
        assert_eq!(parts.iter().map(amounts).collect::<Vec<_>>(), [(2_108, 211, 15_244), (2_107, 210, 15_246)]);
        let back = reverse_unit(&line, NetOfSeller, &kept, 2).unwrap();
        assert_eq!((back.quantity, back.gross, back.seller_discount), (-1, won(-19_900), won(-2_337)));
        assert_eq!((back.fee, back.fee_vat, back.payout), (won(-2_108), won(-211), won(-15_244)));
        assert!(reverse_unit(&line, NetOfSeller, &kept, 1).is_err());
        assert!(settled_units(&line, NetOfSeller, &kept[..1]).is_err());
    }

    #[test]
    fn odd_won_of_commission_and_discount_come_back_too() {
        let mut checkout = one_line(19_900);
        checkout.lines[0].quantity = 3;
        checkout.lines[0].product_coupon = Some(fixed_coupon(1, 5_000, 100_000, &[1]));
        let units = price(&checkout).unwrap().lines[0].sold().units().unwrap();
        let line = settle_line(&units, &twelve_percent()).unwrap();
        assert_eq!((line.fee, line.fee_vat, line.payout), (won(6_564), won(656), won(47_480)));
        let parts = settled_units(&line, NetOfSeller, &units).unwrap();
        let column = |of: fn(&LineAmounts) -> Money| parts.iter().map(|part| of(part).get()).collect::<Vec<_>>();
        assert_eq!(column(|part| part.seller_discount), [1_668, 1_666, 1_666]);
        assert_eq!(column(|part| part.fee), [2_187, 2_189, 2_188]);
        assert_eq!(column(|part| part.fee_vat), [218, 220, 218]);
        assert_eq!(column(|part| part.payout), [15_827, 15_825, 15_828]);
    }
}
