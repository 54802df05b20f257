//! Which part of a line's discounts each of its pieces carries.
//!
//! A line of several pieces is divided by walking through its stored discounts in their order once more, each divided
//! over what the pieces still cost at that step; of equal pieces the one with the lowest number takes the odd won. So
//! pieces given back one by one add up to exactly what the line was paid with, per discount and per bearer, whoever
//! claims how many and when. A claim takes the lowest numbers that are still free.

use crate::share::{AllocationRow, Share, Shares};
use crate::{Borne, Contradiction, Source, allocate};
use kernel::Money;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// One order line as it was sold: won per piece, pieces, and the shares of the day of the order (for the line of an
/// exchange: what it took over).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SoldLine {
    pub unit_price: Money,
    /// Pieces sold, before any claim.
    pub quantity: i32,
    pub shares: Vec<Share>,
}

/// One piece of a line with its part of everything.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct UnitMoney {
    /// 1 to the line's quantity.
    pub unit_no: i32,
    pub gross: Money,
    pub shares: Vec<Share>,
}

impl Shares for SoldLine {
    fn shares(&self) -> &[Share] {
        &self.shares
    }
}

impl Shares for UnitMoney {
    fn shares(&self) -> &[Share] {
        &self.shares
    }
}

impl SoldLine {
    /// Price before any discount.
    pub fn gross(&self) -> Money {
        self.unit_price.times(i64::from(self.quantity))
    }

    /// What was paid in cash.
    pub fn cash(&self) -> Money {
        self.gross() - self.discount() - self.points() - self.rewards()
    }

    /// Divides the line over its pieces, unit 1 first. The pieces' amounts add up to the line's per source and bearer,
    /// and no piece's cash is negative.
    pub fn units(&self) -> Result<Vec<UnitMoney>, Contradiction> {
        let pieces = usize::try_from(self.quantity).unwrap_or(0);
        if pieces == 0 {
            return Err(Contradiction::Other("a line without pieces"));
        }
        let mut payable = vec![self.unit_price; pieces];
        let mut units: Vec<UnitMoney> =
            (1..=self.quantity).map(|unit_no| UnitMoney { unit_no, gross: self.unit_price, shares: vec![] }).collect();
        let mut in_order = self.shares.clone();
        in_order.sort_by_key(|share| share.source);
        for share in in_order {
            let totals = allocate(share.total(), &payable)?;
            let sellers = allocate(share.borne.seller, &totals)
                .map_err(|_| Contradiction::BearerAboveShare { seller: share.borne.seller, total: share.total() })?;
            for (at, unit) in units.iter_mut().enumerate() {
                payable[at] -= totals[at];
                if !totals[at].is_zero() {
                    let borne = Borne { seller: sellers[at], platform: totals[at] - sellers[at] };
                    unit.shares.push(Share { borne, ..share });
                }
            }
        }
        Ok(units)
    }

    /// The pieces with these numbers, in this order.
    pub fn units_numbered(&self, unit_nos: &[i32]) -> Result<Vec<UnitMoney>, Contradiction> {
        let all = self.units()?;
        let find = |no: &i32| all.iter().find(|unit| unit.unit_no == *no).cloned();
        unit_nos.iter().map(|no| find(no).ok_or(Contradiction::Other("a unit number the line does not have"))).collect()
    }
}

impl UnitMoney {
    /// What was paid in cash for this piece.
    pub fn cash(&self) -> Money {
        self.gross - self.discount() - self.points() - self.rewards()
    }

    /// The price the customer saw before coupons: after the price promotion, before everything else.
    pub fn sale_amount(&self) -> Money {
        self.gross - self.of(Source::Promotion)
    }

    /// The rows that take this piece's shares back.
    pub fn reversal_rows(&self) -> impl Iterator<Item = AllocationRow> {
        self.shares.iter().flat_map(Share::reversal_rows)
    }
}

/// The `wanted` lowest unit numbers of a line of `quantity` pieces that are in none of its claims; None when fewer are
/// left.
pub fn next_units(quantity: i32, taken: &[i32], wanted: usize) -> Option<Vec<i32>> {
    let free: Vec<i32> = (1..=quantity).filter(|no| !taken.contains(no)).take(wanted).collect();
    (free.len() == wanted).then_some(free)
}

/// The line that takes over exchanged pieces: the same price, the pieces' amounts added up per source and bearer, not a
/// won made or lost. None without pieces.
pub fn take_over(units: &[UnitMoney]) -> Option<SoldLine> {
    let unit_price = units.first()?.gross;
    let mut shares: BTreeMap<Source, Share> = BTreeMap::new();
    for share in units.iter().flat_map(|unit| &unit.shares) {
        let sum = shares.entry(share.source).or_insert(Share { borne: Borne::default(), ..*share });
        sum.borne.seller += share.borne.seller;
        sum.borne.platform += share.borne.platform;
    }
    let quantity = i32::try_from(units.len()).ok()?;
    Some(SoldLine { unit_price, quantity, shares: shares.into_values().collect() })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::examples::{jeju_checkout, won};
    use crate::price;

    fn time_sale_line() -> SoldLine {
        price(&jeju_checkout()).unwrap().lines[1].sold()
    }

    fn column(units: &[UnitMoney], of: impl Fn(&UnitMoney) -> Money) -> Vec<i64> {
        units.iter().map(|unit| of(unit).get()).collect()
    }

    #[test]
    fn three_pieces_of_a_discounted_line_add_up_to_it() {
        let line = time_sale_line();
        let units = line.units().unwrap();
        let of = |source| column(&units, |unit| unit.of(source));
        assert_eq!(column(&units, |unit| unit.gross), [19_900, 19_900, 19_900]);
        assert_eq!(of(Source::Promotion), [1_900, 1_900, 1_900]);
        assert_eq!(of(Source::Grade), [360, 360, 360]);
        assert_eq!(of(Source::CartCoupon), [874, 874, 874]);
        assert_eq!(of(Source::Points), [1_573, 1_573, 1_573]);
        assert_eq!(of(Source::Rewards), [351, 349, 349]);
        assert_eq!(column(&units, UnitMoney::cash), [14_842, 14_844, 14_844]);
        assert_eq!(column(&units, |unit| unit.seller_discount()), [2_337, 2_337, 2_337]);
        assert_eq!(column(&units, UnitMoney::sale_amount), [18_000, 18_000, 18_000]);
        assert_eq!(line.cash(), won(44_530));
    }

    #[test]
    fn a_claim_takes_the_lowest_free_numbers() {
        assert_eq!(next_units(3, &[], 1), Some(vec![1]));
        assert_eq!(next_units(3, &[1], 2), Some(vec![2, 3]));
        assert_eq!(next_units(3, &[2], 2), Some(vec![1, 3]));
        assert_eq!(next_units(3, &[2, 3], 2), None);
    }

    #[test]
    fn stored_rows_read_back_as_the_shares_they_were_written_from() {
        let line = time_sale_line();
        let rows: Vec<AllocationRow> = line.shares.iter().rev().flat_map(Share::rows).collect();
        assert_eq!(Share::gather(rows).unwrap(), line.shares);
    }

    #[test]
    fn a_pieces_reversal_rows_are_its_shares_negated() {
        let unit = time_sale_line().units().unwrap().remove(0);
        let sum: Money = unit.reversal_rows().map(|row| row.amount).sum();
        assert_eq!(sum, unit.cash() - unit.gross);
        assert!(unit.reversal_rows().all(|row| row.amount.is_negative()));
    }

    #[test]
    fn an_exchanged_piece_keeps_its_money() {
        let units = time_sale_line().units_numbered(&[1, 3]).unwrap();
        let replacement = take_over(&units).unwrap();
        assert_eq!((replacement.quantity, replacement.gross()), (2, won(39_800)));
        assert_eq!(replacement.cash(), won(14_842 + 14_844));
        assert_eq!(replacement.seller_discount(), won(2 * 2_337));
        assert_eq!(take_over(&[]), None);
    }

    #[test]
    fn shares_above_the_price_are_contradicted() {
        let mut line = time_sale_line();
        line.shares[0].borne.seller = won(60_000);
        assert!(line.units().is_err());
        let mut line = time_sale_line();
        line.shares[0].borne = Borne { seller: won(5_800), platform: won(-100) };
        assert!(matches!(line.units(), Err(Contradiction::BearerAboveShare { .. })));
        assert!(time_sale_line().units_numbered(&[4]).is_err());
    }
}
