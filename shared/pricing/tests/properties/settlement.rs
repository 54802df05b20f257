//! Settled lines, their reversals, and the statements they add up to.

use crate::generate::*;
use kernel::Money;
use pricing::*;
use proptest::collection::vec;
use proptest::prelude::*;

fn total(lines: &[LineAmounts]) -> LineAmounts {
    let sum = |of: fn(&LineAmounts) -> Money| lines.iter().map(of).sum();
    LineAmounts {
        quantity: lines.iter().map(|line| line.quantity).sum(),
        gross: sum(|line| line.gross),
        seller_discount: sum(|line| line.seller_discount),
        fee_base: sum(|line| line.fee_base),
        fee: sum(|line| line.fee),
        fee_vat: sum(|line| line.fee_vat),
        payout: sum(|line| line.payout),
    }
}

fn amounts(line: &LineAmounts) -> [Money; 5] {
    [line.gross, line.seller_discount, line.fee_base, line.fee, line.fee_vat]
}

/// A settled line with the pieces it was settled for.
fn settled() -> impl Strategy<Value = (LineAmounts, CommissionTerms, Vec<UnitMoney>)> {
    (sold_line(), commission(), vec(prop::bool::weighted(0.7), 6)).prop_filter_map(
        "nothing left",
        |(line, terms, kept)| {
            let mut units = line.units().unwrap();
            units.retain(|unit| kept[(unit.unit_no - 1) as usize]);
            Some((settle_line(&units, &terms)?, terms, units))
        },
    )
}

proptest! {
    #[test]
    fn a_settled_line_obeys_its_contract((line, terms, units) in settled()) {
        let base = match terms.commission_base {
            CommissionBase::Gross => line.gross,
            CommissionBase::NetOfSeller => line.gross - line.seller_discount,
        };
        prop_assert_eq!(line.fee_base, base);
        prop_assert_eq!(line.fee, terms.commission_rate.floor_of(base));
        let vat = if terms.fee_vat_payer == FeeVatPayer::Seller { line.fee.get() / 10 } else { 0 };
        prop_assert_eq!(line.fee_vat, won(vat));
        prop_assert_eq!(line.payout, line.gross - line.seller_discount - line.fee - line.fee_vat);
        let Funding { cash, points, rewards, platform_discount } = Funding::of(&units);
        prop_assert_eq!(cash + points + rewards + platform_discount, line.payout + line.fee + line.fee_vat);
    }

    #[test]
    fn reversing_every_piece_reverses_the_line((line, terms, units) in settled()) {
        let reversals: Vec<LineAmounts> = units
            .iter()
            .map(|unit| reverse_unit(&line, terms.commission_base, &units, unit.unit_no).unwrap())
            .collect();
        prop_assert_eq!(total(&reversals), -line);
        for reversal in &reversals {
            prop_assert_eq!(reversal.quantity, -1);
            prop_assert!(amounts(reversal).iter().all(|won| !won.is_positive()));
        }
        for taken in 0..reversals.len() {
            let rest = total(&[&[line], &reversals[..taken]].concat());
            prop_assert!(amounts(&rest).iter().all(|won| !won.is_negative()));
        }
    }

    #[test]
    fn statements_pay_every_line_once(months in vec(vec((settled(), any::<bool>()), 0..4), 1..5)) {
        let mut carried: Option<LineAmounts> = None;
        let (mut paid, mut owed) = (Money::ZERO, Money::ZERO);
        for month in months {
            let mut lines: Vec<(LineType, LineAmounts)> = month
                .into_iter()
                .map(|((line, ..), back)| if back { (LineType::ProductReversal, -line) } else { (LineType::Product, line) })
                .collect();
            owed += lines.iter().map(|(_, line)| line.payout).sum();
            lines.extend(carried.map(|minus| (LineType::CarryForward, minus)));
            let statement = Statement::of(lines.iter().map(|(kind, line)| (*kind, line))).unwrap();
            prop_assert_eq!(
                statement.net_amount,
                statement.gross_amount - statement.seller_discount_amount - statement.fee_amount
                    - statement.fee_vat_amount + statement.carry_in_amount
            );
            prop_assert_eq!(statement.payout_amount + statement.carry_out_amount, statement.net_amount);
            prop_assert!(statement.payout_amount.is_zero() || statement.carry_out_amount.is_zero());
            paid += statement.payout_amount;
            carried = statement.carried_forward();
        }
        prop_assert_eq!(paid + carried.map_or(Money::ZERO, |minus| minus.payout), owed);
    }

    #[test]
    fn interest_grows_by_the_day(cash in 0_i64..10_000_000, days in 0_i64..1_000) {
        let interest = delay_interest(won(cash), days);
        prop_assert_eq!(interest.get(), cash * 15 * days / 36_500);
        prop_assert!(delay_interest(won(cash), days + 1) >= interest);
    }
}
