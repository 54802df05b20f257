//! Which lots points and rewards are spent from and go back to.
//!
//! Spending takes what expires soonest. Giving back goes the other way round, to the lots the order used, latest expiry
//! first. A lot that has expired meanwhile cannot take anything back: for points, and where the customer is not to blame
//! for rewards too, a new lot of that amount is granted; otherwise rewards come back and are gone at once.

use chrono::{DateTime, Utc};
use kernel::{Money, Now, PointLotId};
use serde::{Deserialize, Serialize};
use std::cmp::Reverse;

kernel::text_enum! {
    /// The two balances a customer can pay with.
    pub enum Balance { Points = "points", Rewards = "rewards" }
}

/// One lot: what can still be spent of it (or, when giving back, what an order still holds of it).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lot {
    pub point_lot_id: PointLotId,
    pub remaining: Money,
    pub expires_at: DateTime<Utc>,
}

/// An amount out of one lot.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Draw {
    pub point_lot_id: PointLotId,
    pub amount: Money,
}

/// What becomes of an amount that goes back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Return {
    /// Into its lot, which is still good.
    Restore(Draw),
    /// As a new lot in place of the expired one (valid 30 days).
    Regrant(Draw),
    /// Into its expired lot, and expired again in the same breath.
    RestoreAndExpire(Draw),
}

/// Lots in the order in which they are spent; of equal ones the oldest first.
pub(crate) fn soonest_first(lots: &[Lot]) -> Vec<Lot> {
    let mut sorted = lots.to_vec();
    sorted.sort_by_key(|lot| (lot.expires_at, lot.point_lot_id));
    sorted
}

/// Takes `amount` out of the lots that are good at `now`; None when they do not hold that much.
pub fn spend(amount: Money, lots: &[Lot], now: Now) -> Option<Vec<Draw>> {
    let good = soonest_first(lots).into_iter().filter(|lot| lot.expires_at > now.0);
    draw(amount, good).filter(|_| !amount.is_negative())
}

/// Gives `amount` back to the lots an order used; `used` holds, per lot, what was used and has not come back yet.
/// `blameless`: the seller or the platform is at fault, or the order was never paid. None when more would come back than
/// was used.
pub fn give_back(amount: Money, balance: Balance, used: &[Lot], blameless: bool, now: Now) -> Option<Vec<Return>> {
    let mut latest_first = used.to_vec();
    latest_first.sort_by_key(|lot| (Reverse(lot.expires_at), lot.point_lot_id));
    let draws = draw(amount, latest_first.into_iter())?;
    let expired = |draw: &Draw| used.iter().any(|lot| lot.point_lot_id == draw.point_lot_id && lot.expires_at <= now.0);
    let place = |draw: Draw| match (expired(&draw), balance) {
        (false, _) => Return::Restore(draw),
        (true, Balance::Points) => Return::Regrant(draw),
        (true, Balance::Rewards) if blameless => Return::Regrant(draw),
        (true, Balance::Rewards) => Return::RestoreAndExpire(draw),
    };
    Some(draws.into_iter().map(place).collect())
}

fn draw(amount: Money, lots: impl Iterator<Item = Lot>) -> Option<Vec<Draw>> {
    let mut left = amount;
    let mut draws = Vec::new();
    for lot in lots {
        let part = left.min(lot.remaining);
        if part.is_positive() {
            draws.push(Draw { point_lot_id: lot.point_lot_id, amount: part });
            left -= part;
        }
    }
    (!left.is_positive()).then_some(draws)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::examples::{day, lot, won};

    fn amounts(draws: &[Draw]) -> Vec<i64> {
        draws.iter().map(|draw| draw.amount.get()).collect()
    }

    #[test]
    fn what_expires_soonest_is_spent_first_and_nothing_expired() {
        let lots = [lot(1, 100, 30), lot(2, 50, 10), lot(3, 70, 1)];
        let spent = spend(won(120), &lots, day(5)).unwrap();
        assert_eq!(amounts(&spent), [50, 70]);
        assert_eq!(spent[0].point_lot_id, lot(2, 0, 0).point_lot_id);
        assert_eq!(spend(won(151), &lots, day(5)), None);
        assert_eq!(spend(won(0), &lots, day(5)), Some(vec![]));
    }

    #[test]
    fn what_comes_back_goes_to_the_latest_expiry_first() {
        let used = [lot(1, 100, 10), lot(2, 50, 30)];
        let back = give_back(won(80), Balance::Points, &used, false, day(5)).unwrap();
        let draw = |n, amount| Draw { point_lot_id: lot(n, 0, 0).point_lot_id, amount: won(amount) };
        assert_eq!(back, [Return::Restore(draw(2, 50)), Return::Restore(draw(1, 30))]);
        assert_eq!(give_back(won(151), Balance::Points, &used, false, day(5)), None);
    }

    #[test]
    fn expired_points_come_back_as_a_new_lot_and_rewards_only_where_the_customer_is_blameless() {
        let used = [lot(1, 100, 10)];
        let back = |balance, blameless| give_back(won(100), balance, &used, blameless, day(10)).unwrap()[0];
        let draw = Draw { point_lot_id: used[0].point_lot_id, amount: won(100) };
        assert_eq!(back(Balance::Points, false), Return::Regrant(draw));
        assert_eq!(back(Balance::Rewards, true), Return::Regrant(draw));
        assert_eq!(back(Balance::Rewards, false), Return::RestoreAndExpire(draw));
    }
}
