//! A seller's statement: the sum of its lines, and what is paid out.
//!
//! A plus is paid. A minus pays nothing and becomes the first line of the next statement, whole. The commission invoice
//! of a month is the sum of the commissions and of the VAT as they stand in the lines, never ten per cent of the sum.

use crate::{Contradiction, LineAmounts, LineType};
use kernel::Money;
use serde::{Deserialize, Serialize};

/// The amounts of a statement, in won.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Statement {
    /// Of all lines but the one carried in; so are the next three.
    pub gross_amount: Money,
    pub seller_discount_amount: Money,
    pub fee_amount: Money,
    pub fee_vat_amount: Money,
    /// A minus of the statement before, 0 or less.
    pub carry_in_amount: Money,
    /// `gross − seller_discount − fee − fee_vat + carry_in`.
    pub net_amount: Money,
    /// The net amount if it is positive, else 0.
    pub payout_amount: Money,
    /// The net amount if it is negative, else 0.
    pub carry_out_amount: Money,
}

impl Statement {
    /// Adds up the lines of one statement. Contradicted when a line does not add up in itself, when more than one minus
    /// is carried in, or when what is carried in is not a minus.
    pub fn of<'a>(lines: impl IntoIterator<Item = (LineType, &'a LineAmounts)>) -> Result<Statement, Contradiction> {
        let mut sum = Statement::default();
        let mut carried_in = false;
        for (line_type, line) in lines {
            if line.payout != line.gross - line.seller_discount - line.fee - line.fee_vat {
                return Err(Contradiction::Other("a settlement line that does not add up"));
            }
            if line_type == LineType::CarryForward {
                if carried_in || !line.payout.is_negative() || line.payout != line.gross {
                    return Err(Contradiction::Other("a statement carries in one minus at most"));
                }
                carried_in = true;
                sum.carry_in_amount = line.payout;
            } else {
                sum.gross_amount += line.gross;
                sum.seller_discount_amount += line.seller_discount;
                sum.fee_amount += line.fee;
                sum.fee_vat_amount += line.fee_vat;
            }
            sum.net_amount += line.payout;
        }
        sum.payout_amount = sum.net_amount.max(Money::ZERO);
        sum.carry_out_amount = sum.net_amount.min(Money::ZERO);
        Ok(sum)
    }

    /// The line this statement hands to the next one, if it ended in a minus.
    pub fn carried_forward(&self) -> Option<LineAmounts> {
        self.carry_out_amount.is_negative().then(|| LineAmounts::bare(self.carry_out_amount))
    }
}

/// The amounts of a commission invoice, in won; negative ones make a correction invoice.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct CommissionInvoice {
    pub supply: Money,
    pub vat: Money,
}

impl CommissionInvoice {
    /// Adds up the commissions of a month's lines.
    pub fn of<'a>(lines: impl IntoIterator<Item = &'a LineAmounts>) -> CommissionInvoice {
        lines.into_iter().fold(CommissionInvoice::default(), |sum, line| CommissionInvoice {
            supply: sum.supply + line.fee,
            vat: sum.vat + line.fee_vat,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::examples::{jeju_checkout, one_line, won};
    use crate::{CommissionBase, CommissionTerms, FeeVatPayer, price, reverse_unit, settle_line};
    use kernel::Rate;

    const TERMS: fn() -> CommissionTerms = || CommissionTerms {
        commission_rate: Rate::parts(12_000),
        commission_base: CommissionBase::NetOfSeller,
        fee_vat_payer: FeeVatPayer::Seller,
    };

    #[test]
    fn a_return_after_settlement_is_carried_into_the_next_statement() {
        let quote = price(&jeju_checkout()).unwrap();
        let a = settle_line(&quote.lines[0].sold().units().unwrap(), &TERMS()).unwrap();
        let kept = quote.lines[1].sold().units_numbered(&[2, 3]).unwrap();
        let b = settle_line(&kept, &TERMS()).unwrap();
        let (shipping, fee) = (LineAmounts::bare(won(3_000)), LineAmounts::bare(won(6_000)));
        let product = |line| (LineType::Product, line);
        let first =
            Statement::of([product(&a), product(&b), (LineType::Shipping, &shipping), (LineType::ClaimFee, &fee)]);
        assert_eq!(first.unwrap().payout_amount, won(65_005));

        let back = reverse_unit(&b, CommissionBase::NetOfSeller, &kept, 2).unwrap();
        let second = Statement::of([(LineType::ProductReversal, &back)]).unwrap();
        assert_eq!(second.net_amount, won(-15_244));
        assert_eq!((second.payout_amount, second.carry_out_amount), (won(0), won(-15_244)));

        let sold = price(&one_line(60_000)).unwrap().lines[0].sold().units().unwrap();
        let line = settle_line(&sold, &TERMS()).unwrap();
        assert_eq!(line.payout, won(52_080));
        let carried = second.carried_forward().unwrap();
        let third = Statement::of([product(&line), (LineType::CarryForward, &carried)]).unwrap();
        assert_eq!((third.net_amount, third.payout_amount), (won(36_836), won(36_836)));
        assert_eq!((third.gross_amount, third.carry_in_amount), (won(60_000), won(-15_244)));
        assert_eq!(third.carried_forward(), None);
    }

    #[test]
    fn a_statement_carries_in_one_minus_at_most() {
        let (minus, plus) = (LineAmounts::bare(won(-5)), LineAmounts::bare(won(5)));
        let carry = |line| (LineType::CarryForward, line);
        assert!(Statement::of([carry(&minus)]).is_ok());
        assert!(Statement::of([carry(&minus), carry(&minus)]).is_err());
        assert!(Statement::of([carry(&plus)]).is_err());
        let crooked = LineAmounts { payout: won(4), ..plus };
        assert!(Statement::of([(LineType::Adjustment, &crooked)]).is_err());
    }

    #[test]
    fn an_invoice_is_the_sum_of_the_floors() {
        let sold = price(&one_line(19_900)).unwrap().lines[0].sold().units().unwrap();
        let line = settle_line(&sold, &CommissionTerms { commission_rate: Rate::parts(10_700), ..TERMS() }).unwrap();
        let invoice = CommissionInvoice::of([&line, &line, &line]);
        assert_eq!(invoice, CommissionInvoice { supply: won(6_387), vat: won(636) });
    }
}
