//! Dividing one amount over several lines or pieces (안분).
//!
//! Everyone first gets the floor of the exact proportion. The few won that are left over go to whoever owes most (the
//! earlier one of equals), as many as that one still owes, then to the next. So the parts always add up to the whole,
//! none is negative, and none is more than what it is a part of: a discount never makes a line cost less than nothing.

use crate::Contradiction;
use kernel::{Money, Rate};
use serde::{Deserialize, Serialize};
use std::cmp::Reverse;

/// Divides `total` won over `bases`, in their order.
///
/// `share[i] = floor(total × bases[i] / Σ bases)`; what is left goes to the largest base first (ties: lowest index), up
/// to the base itself. Answers one share per base with `Σ shares = total` and `0 ≤ share ≤ base`. Contradicted unless
/// `0 ≤ total ≤ Σ bases` and no base is negative.
pub fn allocate(total: Money, bases: &[Money]) -> Result<Vec<Money>, Contradiction> {
    let room: Money = bases.iter().sum();
    if total.is_negative() || bases.iter().any(|base| base.is_negative()) {
        return Err(Contradiction::Negative);
    }
    if total > room {
        return Err(Contradiction::Overdrawn { total, room });
    }
    if total.is_zero() {
        return Ok(vec![Money::ZERO; bases.len()]);
    }
    let mut shares: Vec<Money> = bases.iter().map(|base| total.floor_share(*base, room)).collect();
    let mut rest = total - shares.iter().sum();
    let mut largest_first: Vec<usize> = (0..bases.len()).collect();
    largest_first.sort_by_key(|&at| Reverse(bases[at]));
    for at in largest_first {
        if rest.is_zero() {
            break;
        }
        let more = rest.min(bases[at] - shares[at]);
        shares[at] += more;
        rest -= more;
    }
    Ok(shares)
}

/// One amount, divided between the seller and the platform.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Borne {
    pub seller: Money,
    pub platform: Money,
}

impl Borne {
    /// The seller bears `floor(amount × seller_share_rate)`, the platform the rest.
    pub fn split(amount: Money, seller_share_rate: Rate) -> Borne {
        let seller = seller_share_rate.floor_of(amount);
        Borne { seller, platform: amount - seller }
    }

    /// Borne by the platform alone, as grade discounts, points and rewards are.
    pub fn platform(amount: Money) -> Borne {
        Borne { seller: Money::ZERO, platform: amount }
    }

    pub fn total(self) -> Money {
        self.seller + self.platform
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shares(total: i64, bases: &[i64]) -> Vec<i64> {
        let bases: Vec<Money> = bases.iter().map(|base| Money::won(*base)).collect();
        allocate(Money::won(total), &bases).unwrap().iter().map(|share| share.get()).collect()
    }

    #[test]
    fn points_follow_what_each_line_still_costs() {
        assert_eq!(shares(9_000, &[25_000, 20_000]), [5_000, 4_000]);
    }

    #[test]
    fn the_largest_line_takes_the_whole_rest() {
        assert_eq!(shares(5_000, &[30_000, 24_000, 19_900]), [2_031, 1_623, 1_346]);
    }

    #[test]
    fn a_line_takes_no_more_of_the_rest_than_it_owes() {
        assert_eq!(shares(4, &[3, 1, 1]), [3, 1, 0]);
    }

    #[test]
    fn of_equal_lines_the_first_takes_the_rest() {
        assert_eq!(shares(5_000, &[10_000, 10_000, 10_000]), [1_668, 1_666, 1_666]);
        assert_eq!(shares(5_000, &[19_900, 19_900, 19_900]), [1_668, 1_666, 1_666]);
    }

    #[test]
    fn a_line_that_costs_nothing_gets_nothing() {
        assert_eq!(shares(100, &[150, 0, 150]), [50, 0, 50]);
        assert_eq!(shares(0, &[0, 0]), [0, 0]);
        assert_eq!(shares(0, &[]), [0_i64; 0]);
    }

    #[test]
    fn more_than_the_lines_cost_cannot_be_divided() {
        let bases = [Money::won(3), Money::won(4)];
        let overdrawn = Contradiction::Overdrawn { total: Money::won(8), room: Money::won(7) };
        assert_eq!(allocate(Money::won(8), &bases), Err(overdrawn));
        assert_eq!(allocate(Money::won(-1), &bases), Err(Contradiction::Negative));
        assert_eq!(allocate(Money::won(1), &[Money::won(-1), Money::won(4)]), Err(Contradiction::Negative));
    }

    #[test]
    fn the_odd_won_of_a_shared_discount_is_the_platforms() {
        let half = Borne::split(Money::won(1_213), Rate::parts(50_000));
        assert_eq!(half, Borne { seller: Money::won(606), platform: Money::won(607) });
    }
}
