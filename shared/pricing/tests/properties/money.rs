//! Dividing amounts, and the lots of points.

use crate::generate::*;
use chrono::{DateTime, Utc};
use kernel::{Money, Now};
use pricing::*;
use proptest::collection::vec;
use proptest::prelude::*;

fn bases() -> impl Strategy<Value = Vec<Money>> {
    let base = prop_oneof![Just(0), 1_i64..10, 1_i64..1_000_000, 1_i64..=1_000_000_000_000];
    vec(base.prop_map(won), 0..8)
}

/// Bases and an amount that fits into them.
fn division() -> impl Strategy<Value = (Money, Vec<Money>)> {
    bases().prop_flat_map(|bases| {
        let room = bases.iter().sum::<Money>().get();
        ((0..=room).prop_map(won), Just(bases))
    })
}

fn at(second: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(1_800_000_000 + second, 0).unwrap()
}

fn lots() -> impl Strategy<Value = Vec<Lot>> {
    vec((0_i64..5_000, 0_i64..10), 0..6).prop_map(|lots| {
        let lot = |(n, (remaining, expires)): (usize, (i64, i64))| Lot {
            point_lot_id: format!("00000000-0000-7000-8000-{n:012}").parse().unwrap(),
            remaining: won(remaining),
            expires_at: at(expires),
        };
        lots.into_iter().enumerate().map(lot).collect()
    })
}

fn drawn(draws: &[Draw]) -> Money {
    draws.iter().map(|draw| draw.amount).sum()
}

proptest! {
    #[test]
    fn shares_add_up_and_stay_within_their_bases((total, bases) in division()) {
        let shares = allocate(total, &bases).unwrap();
        prop_assert_eq!(shares.iter().sum::<Money>(), total);
        for (share, base) in shares.iter().zip(&bases) {
            prop_assert!(!share.is_negative() && share <= base);
        }
        prop_assert_eq!(&shares, &allocate(total, &bases).unwrap());
    }

    #[test]
    fn whoever_owes_more_carries_no_less((total, bases) in division()) {
        let shares = allocate(total, &bases).unwrap();
        for (i, j) in (0..bases.len()).flat_map(|i| (0..bases.len()).map(move |j| (i, j))) {
            if bases[i] > bases[j] || (bases[i] == bases[j] && i < j) {
                prop_assert!(shares[i] >= shares[j]);
            }
        }
    }

    #[test]
    fn a_share_is_its_floor_and_the_rest_is_less_than_a_won_per_base((total, bases) in division()) {
        let room: Money = bases.iter().sum();
        let shares = allocate(total, &bases).unwrap();
        let above = |(share, base): (&Money, &Money)| {
            let floor = if room.is_zero() { Money::ZERO } else { total.floor_share(*base, room) };
            *share - floor
        };
        let rest: Money = shares.iter().zip(&bases).map(above).sum();
        prop_assert!(shares.iter().zip(&bases).all(|pair| !above(pair).is_negative()));
        prop_assert!(rest.get() < bases.len().max(1) as i64);
    }

    #[test]
    fn too_much_is_refused((_, bases) in division(), more in 1_i64..1_000) {
        let room: Money = bases.iter().sum();
        prop_assert!(allocate(room + won(more), &bases).is_err());
    }

    #[test]
    fn bearers_share_the_whole(amount in 0_i64..10_000_000, rate in rate()) {
        let borne = Borne::split(won(amount), rate);
        prop_assert_eq!(borne.total(), won(amount));
        prop_assert!(!borne.seller.is_negative() && !borne.platform.is_negative());
        prop_assert_eq!(borne.seller, rate.floor_of(won(amount)));
    }

    #[test]
    fn what_is_spent_comes_from_good_lots_and_can_go_back_whole(
        lots in lots(), wanted in 0_i64..20_000, now in 0_i64..10, later in 0_i64..10, blameless in any::<bool>(),
    ) {
        let good: Money = lots.iter().filter(|lot| lot.expires_at > at(now)).map(|lot| lot.remaining).sum();
        let spent = spend(won(wanted), &lots, Now(at(now)));
        prop_assert_eq!(spent.is_some(), won(wanted) <= good);
        let Some(spent) = spent else { return Ok(()) };
        prop_assert_eq!(drawn(&spent), won(wanted));
        let of = |draw: &Draw| *lots.iter().find(|lot| lot.point_lot_id == draw.point_lot_id).unwrap();
        prop_assert!(spent.iter().all(|draw| draw.amount <= of(draw).remaining && of(draw).expires_at > at(now)));
        let used: Vec<Lot> = spent.iter().map(|draw| Lot { remaining: draw.amount, ..of(draw) }).collect();
        for balance in [Balance::Points, Balance::Rewards] {
            let back = give_back(won(wanted), balance, &used, blameless, Now(at(now + later))).unwrap();
            let mut amounts = Vec::new();
            for place in &back {
                let (Return::Restore(draw) | Return::Regrant(draw) | Return::RestoreAndExpire(draw)) = place;
                amounts.push(*draw);
            }
            prop_assert_eq!(drawn(&amounts), won(wanted));
            prop_assert!(give_back(won(wanted + 1), balance, &used, blameless, Now(at(now))).is_none());
        }
    }

    #[test]
    fn a_clawback_is_taken_from_lots_or_owed(lots in lots(), points in 0_i64..20_000, own in any::<bool>()) {
        let granted = lots.first().copied().filter(|_| own);
        let taken = take_back(won(points), granted, &lots);
        let held: Money = lots.iter().map(|lot| lot.remaining).sum();
        prop_assert_eq!(drawn(&taken.draws) + taken.debt, won(points));
        prop_assert_eq!(taken.debt, (won(points) - held).max(Money::ZERO));
    }

    #[test]
    fn clawbacks_in_any_steps_leave_what_the_kept_cash_earns(paid in vec(0_i64..200_000, 1..6), rate in rate()) {
        let mut kept: i64 = paid.iter().sum();
        let granted = accrue(won(kept), rate);
        let mut clawed_back = Money::ZERO;
        for cash in paid {
            kept -= cash;
            clawed_back += clawback(granted, clawed_back, won(kept), rate);
            prop_assert_eq!(granted - clawed_back, accrue(won(kept), rate));
        }
        prop_assert_eq!(clawed_back, granted);
    }
}
