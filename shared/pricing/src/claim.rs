//! The money of one claim (취소·반품·교환) against one seller's part of an order.
//!
//! A piece that goes back gives back exactly what was stored for it on the day of the order: its cash, points and
//! rewards. Nothing is priced again, minimums of coupons are not looked at again, and what stays keeps its discount.
//! An exchange gives nothing back, its pieces live on in a new line with the same money.
//!
//! The amounts are frozen when the claim is approved. "Earlier" below means: approved before this one and neither
//! rejected nor withdrawn since.

use crate::claimed::{ClaimLine, ClaimedOrder, Claiming, UnitRef};
use crate::recover::{recovered_from, recovered_outbound, shipping_given_back};
use crate::refund::{ClaimFees, Refund, compose, given_back};
use crate::share::Shares;
use crate::{ClaimType, Contradiction, UnitMoney, clawback};
use kernel::{Money, ProductOrderId};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// A piece in a claim with the amounts to store for it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClaimedUnit {
    pub product_order_id: ProductOrderId,
    pub unit: UnitMoney,
}

/// Points to take back for one line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Clawback {
    pub product_order_id: ProductOrderId,
    pub points: Money,
}

/// Every amount of a claim, in won. The fields are the columns of the claim except where said; its `delay_interest` is
/// only known when the money goes out, see [`crate::delay_interest`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClaimMoney {
    /// The claimed pieces, by line and number (rows of their own).
    pub units: Vec<ClaimedUnit>,
    #[serde(flatten)]
    pub fees: ClaimFees,
    #[serde(flatten)]
    pub refund: Refund,
    /// All shipping goes back (not a column): a shipping coupon returns to the wallet and no shipping is settled. Its
    /// allocation rows are reversed only together with money, see [`ClaimMoney::reverses_shipping_coupon`].
    pub shipping_back: bool,
    pub clawback_points: Money,
    /// `clawback_points` by line (not a column).
    pub clawbacks: Vec<Clawback>,
}

impl ClaimMoney {
    /// Whether the rows of the shipping coupon are reversed: where it paid for all of the shipping there is no money to
    /// give back and the rows stay, as the record of what the coupon was once used for.
    pub fn reverses_shipping_coupon(&self) -> bool {
        self.shipping_back && self.refund.shipping_refund.is_positive()
    }
}

/// Calculates a claim. Contradicted when a piece does not exist or is claimed twice, or when an extra fee is charged
/// although the seller is at fault.
pub fn claim_money(order: &ClaimedOrder, claiming: &Claiming) -> Result<ClaimMoney, Contradiction> {
    let all = order.units()?;
    let taken: BTreeSet<UnitRef> = order.earlier.iter().flat_map(|claim| claim.units.iter().copied()).collect();
    let now: BTreeSet<UnitRef> = claiming.units.iter().copied().collect();
    if now.is_empty() || now.len() != claiming.units.len() || now.iter().any(|unit| taken.contains(unit)) {
        return Err(Contradiction::Other("a claim takes every piece once, and at least one"));
    }
    if now.iter().chain(&taken).any(|unit| !all.contains_key(unit)) {
        return Err(Contradiction::Other("a claimed piece that was not sold"));
    }
    let units: Vec<ClaimedUnit> = now
        .iter()
        .filter_map(|at| all.get(at).map(|unit| (at.product_order_id, unit.clone())))
        .map(|(product_order_id, unit)| ClaimedUnit { product_order_id, unit })
        .collect();

    let recovered = recovered_outbound(order, claiming, &all);
    let fees = ClaimFees::of(order, claiming, recovered)?;
    let shipping_back = shipping_given_back(order, claiming, &all);
    let gives_back = claiming.claim_type != ClaimType::Exchange;
    let sum = |of: fn(&UnitMoney) -> Money| -> Money {
        if gives_back { units.iter().map(|claimed| of(&claimed.unit)).sum() } else { Money::ZERO }
    };
    let goods = (sum(UnitMoney::cash), sum(UnitMoney::points), sum(UnitMoney::rewards));
    let shipping_refund = if shipping_back { order.remaining_shipping_paid } else { Money::ZERO };
    let charged = fees.charged_to_customer(claiming.at_fault);
    let refund = if charged.is_negative() {
        given_back(-charged, recovered_from(order), goods, shipping_refund)
    } else {
        compose(charged, goods, shipping_refund)
    };

    let clawbacks = if gives_back { clawbacks(order, &all, &taken, &now) } else { Vec::new() };
    let clawback_points = clawbacks.iter().map(|line| line.points).sum();
    Ok(ClaimMoney { units, fees, refund, shipping_back, clawback_points, clawbacks })
}

/// Points to take back per line this claim touches: what was granted for more cash than now stays.
fn clawbacks(
    order: &ClaimedOrder,
    all: &BTreeMap<UnitRef, UnitMoney>,
    taken: &BTreeSet<UnitRef>,
    now: &BTreeSet<UnitRef>,
) -> Vec<Clawback> {
    let touched = |line: &&ClaimLine| now.iter().any(|unit| unit.product_order_id == line.product_order_id);
    order
        .lines
        .iter()
        .filter(touched)
        .filter_map(|line| line.grant.map(|grant| (line.product_order_id, grant)))
        .map(|(product_order_id, grant)| {
            let left =
                |at: &UnitRef| at.product_order_id == product_order_id && !taken.contains(at) && !now.contains(at);
            let remaining_paid = all.iter().filter(|(at, _)| left(at)).map(|(_, unit)| unit.cash()).sum();
            let points = clawback(grant.granted, grant.clawed_back, remaining_paid, grant.point_rate);
            Clawback { product_order_id, points }
        })
        .filter(|line| line.points.is_positive())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::examples::*;
    use crate::{AtFault, Grant};
    use kernel::Rate;

    #[test]
    fn a_piece_back_after_the_purchase_was_decided_takes_its_points_back() {
        let mut order = ordered(&jeju_checkout());
        dispatch(&mut order);
        claim_units(&mut order, ClaimType::Return, AtFault::Buyer, &[(2, 1)]);
        let point_rate = Rate::parts(1_000);
        order.lines[1].grant = Some(Grant { granted: won(296), clawed_back: won(0), point_rate });
        let money = claim_units(&mut order, ClaimType::Return, AtFault::Seller, &[(2, 2)]);
        assert_eq!(money.clawback_points, won(148));
        assert_eq!(money.refund.refund_cash, won(14_844));
        assert_eq!(money.clawbacks[0].product_order_id, order.lines[1].product_order_id);
    }

    #[test]
    fn an_undecided_line_has_no_points_to_take_back() {
        let mut order = ordered(&one_line(40_000));
        assert_eq!(claim_lines(&mut order, ClaimType::Cancel, AtFault::Buyer, &[1]).clawbacks, []);
    }

    #[test]
    fn a_piece_is_claimed_once() {
        let mut order = ordered(&jeju_checkout());
        let again = claiming_units(ClaimType::Cancel, AtFault::Buyer, &[(2, 1)]);
        claim_units(&mut order, ClaimType::Cancel, AtFault::Buyer, &[(2, 1)]);
        assert!(claim_money(&order, &again).is_err());
        for wrong in [&[(2, 4)][..], &[], &[(2, 2), (2, 2)]] {
            let claiming = claiming_units(ClaimType::Cancel, AtFault::Buyer, wrong);
            assert!(claim_money(&order, &claiming).is_err());
        }
    }
}
