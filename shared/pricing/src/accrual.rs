//! Points a purchase earns, and what a later claim takes back.
//!
//! When a purchase is decided, a line earns points on the cash that was kept: not on shipping, not on points or rewards,
//! at the rate the customer's grade had on the day of the order. When something comes back afterwards, the points that
//! the remaining cash would not have earned are taken back: from the lot that was granted, then from the customer's
//! other lots, soonest to expire first. What no lot covers is kept as a debt and taken from the next grants; it never
//! lowers the refund.

use crate::lots::{Draw, Lot, soonest_first};
use kernel::{Money, Rate};
use serde::{Deserialize, Serialize};

/// Points for a decided line: `floor(remaining_paid × point_rate)`.
pub fn accrue(remaining_paid: Money, point_rate: Rate) -> Money {
    point_rate.floor_of(remaining_paid)
}

/// Points to take back when `remaining_paid` is all that is kept: `granted − clawed_back − floor(remaining_paid ×
/// point_rate)`, at least 0.
pub fn clawback(granted: Money, clawed_back: Money, remaining_paid: Money, point_rate: Rate) -> Money {
    (granted - clawed_back - accrue(remaining_paid, point_rate)).max(Money::ZERO)
}

/// Where clawed back points are taken from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TakenBack {
    pub draws: Vec<Draw>,
    /// What no lot covers.
    pub debt: Money,
}

/// Takes `points` from the lot the line was granted, if it still exists, then from the customer's `others`.
pub fn take_back(points: Money, granted_lot: Option<Lot>, others: &[Lot]) -> TakenBack {
    let own = granted_lot.map(|lot| lot.point_lot_id);
    let rest: Vec<Lot> = others.iter().filter(|lot| Some(lot.point_lot_id) != own).copied().collect();
    let mut debt = points;
    let mut draws = Vec::new();
    for lot in granted_lot.into_iter().chain(soonest_first(&rest)) {
        let amount = debt.min(lot.remaining);
        if amount.is_positive() {
            draws.push(Draw { point_lot_id: lot.point_lot_id, amount });
            debt -= amount;
        }
    }
    TakenBack { draws, debt }
}

/// How much of a new grant goes into an old debt at once: the customer keeps the grant less this.
pub fn debt_paid_by_grant(granted: Money, points_debt: Money) -> Money {
    points_debt.min(granted)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::examples::{jeju_checkout, lot, own_coupon_checkout, won};
    use crate::price;

    const ONE_PERCENT: i64 = 1_000;

    #[test]
    fn points_are_earned_on_the_cash_that_was_kept() {
        let rate = Rate::parts(ONE_PERCENT);
        let cash = price(&own_coupon_checkout()).unwrap().lines[0].paid;
        assert_eq!(accrue(cash, rate), won(200));
        let units = price(&jeju_checkout()).unwrap().lines[1].sold().units().unwrap();
        let kept = units[1].cash() + units[2].cash();
        assert_eq!(accrue(kept, rate), won(296));
        assert_eq!(clawback(won(296), won(0), units[2].cash(), rate), won(148));
        assert_eq!(clawback(won(296), won(148), won(0), rate), won(148));
    }

    #[test]
    fn what_no_lot_covers_is_taken_from_the_next_grant() {
        let taken = take_back(won(148), Some(lot(1, 60, 10)), &[lot(2, 30, 30), lot(3, 10, 20)]);
        let draws: Vec<i64> = taken.draws.iter().map(|draw| draw.amount.get()).collect();
        assert_eq!((draws, taken.debt), (vec![60, 10, 30], won(48)));
        assert_eq!(won(200) - debt_paid_by_grant(won(200), won(48)), won(152));
        assert_eq!(debt_paid_by_grant(won(20), won(48)), won(20));
    }

    #[test]
    fn the_granted_lot_comes_first_even_if_it_is_listed_with_the_others() {
        let own = lot(2, 296, 60);
        let taken = take_back(won(148), Some(own), &[lot(1, 500, 5), own]);
        assert_eq!(taken.draws, [Draw { point_lot_id: own.point_lot_id, amount: won(148) }]);
        assert_eq!(taken.debt, won(0));
    }
}
