//! Whatever is claimed, by whom and in which order, no won is made or lost.

use crate::generate::*;
use kernel::Money;
use pricing::*;
use proptest::collection::vec;
use proptest::prelude::*;

/// Everything the customer paid for a seller order: cash with shipping, points, rewards.
fn paid_in(order: &ClaimedOrder) -> (Money, Money, Money) {
    let sum = |of: fn(&SoldLine) -> Money| order.lines.iter().map(|line| of(&line.sold)).sum::<Money>();
    (sum(SoldLine::cash) + order.remaining_shipping_paid, sum(SoldLine::points), sum(SoldLine::rewards))
}

fn pieces(order: &ClaimedOrder) -> Vec<UnitRef> {
    let of = |line: &ClaimLine| {
        let product_order_id = line.product_order_id;
        (1..=line.sold.quantity).map(move |unit_no| UnitRef { product_order_id, unit_no })
    };
    order.lines.iter().flat_map(of).collect()
}

/// Makes a claim on these pieces and leaves it behind as an earlier one.
fn claim(order: &mut ClaimedOrder, claim_type: ClaimType, at_fault: AtFault, units: &[UnitRef]) -> ClaimMoney {
    let claiming = Claiming { claim_type, at_fault, units: units.to_vec(), fee_extra: Money::ZERO };
    let money = claim_money(order, &claiming).unwrap();
    order.remaining_shipping_paid -= money.refund.shipping_refund;
    order.earlier.push(EarlierClaim {
        claim_type,
        at_fault,
        units: claiming.units,
        recovered_outbound: money.fees.fee_recovered_outbound,
        fee_from_points: money.refund.fee_from_points,
        fee_from_rewards: money.refund.fee_from_rewards,
        irrevocable: true,
    });
    money
}

/// What the customer has back in all, less what was paid in addition.
fn net_back(claims: &[ClaimMoney]) -> Money {
    let back = |money: &ClaimMoney| {
        let refund = &money.refund;
        refund.refund_cash + refund.refund_points + refund.refund_rewards - refund.fee_from_prepaid
    };
    claims.iter().map(back).sum()
}

/// The checks that the claims table itself makes.
fn is_storable(money: &ClaimMoney, at_fault: AtFault) -> bool {
    let (fees, refund) = (&money.fees, &money.refund);
    let charged = match at_fault {
        AtFault::Buyer => fees.fee_total,
        AtFault::Seller | AtFault::Platform => fees.fee_total.min(Money::ZERO),
    };
    let from = refund.fee_from_cash + refund.fee_from_points + refund.fee_from_rewards + refund.fee_from_prepaid;
    fees.fee_total == fees.fee_return + fees.fee_recovered_outbound + fees.fee_remote + fees.fee_extra
        && [fees.fee_return, fees.fee_remote, fees.fee_extra].iter().all(|won| !won.is_negative())
        && from == charged
        && (at_fault != AtFault::Seller || !fees.fee_total.is_positive())
        && refund.refund_cash == refund.goods_cash + refund.shipping_refund - refund.fee_from_cash
        && refund.refund_points == refund.goods_points - refund.fee_from_points
        && refund.refund_rewards == refund.goods_rewards - refund.fee_from_rewards
        && [refund.refund_cash, refund.refund_points, refund.refund_rewards, refund.fee_from_prepaid]
            .iter()
            .all(|won| !won.is_negative())
}

/// Pieces in some order, cut into claims with somebody at fault.
type Plan = (Vec<UnitRef>, Vec<(usize, AtFault)>);

fn plan() -> impl Strategy<Value = (ClaimedOrder, Plan)> {
    claimed_order().prop_flat_map(|order| {
        let pieces = pieces(&order);
        (Just(order), (Just(pieces).prop_shuffle(), vec((1_usize..=3, at_fault()), 30)))
    })
}

fn cut((pieces, sizes): &Plan) -> Vec<(Vec<UnitRef>, AtFault)> {
    let mut rest = &pieces[..];
    let mut claims = Vec::new();
    for (size, at_fault) in sizes {
        let (now, later) = rest.split_at((*size).min(rest.len()));
        if !now.is_empty() {
            claims.push((now.to_vec(), *at_fault));
        }
        rest = later;
    }
    claims
}

proptest! {
    #[test]
    fn cancelling_everything_in_any_steps_gives_everything_back((order, plan) in plan()) {
        let (cash, points, rewards) = paid_in(&order);
        let mut order = order;
        let mut claims = Vec::new();
        for (units, at_fault) in cut(&plan) {
            let money = claim(&mut order, ClaimType::Cancel, at_fault, &units);
            prop_assert!(is_storable(&money, at_fault));
            claims.push(money);
        }
        prop_assert_eq!(net_back(&claims), cash + points + rewards);
        let recovered: Money = claims.iter().map(|money| money.fees.fee_recovered_outbound).sum();
        prop_assert_eq!(recovered, Money::ZERO);
        prop_assert_eq!(order.remaining_shipping_paid, Money::ZERO);
        let goods = |of: fn(&Refund) -> Money| claims.iter().map(|money| of(&money.refund)).sum::<Money>();
        prop_assert_eq!(goods(|refund| refund.goods_points), points);
        prop_assert_eq!(goods(|refund| refund.goods_rewards), rewards);
        prop_assert_eq!(goods(|refund| refund.goods_cash + refund.shipping_refund), cash);
    }

    #[test]
    fn the_order_of_partial_cancels_does_not_matter(
        (order, plan) in plan(), keep in 0_usize..4, shuffle in vec(any::<u64>(), 30),
    ) {
        let mut cancels = cut(&plan);
        cancels.truncate(cancels.len().saturating_sub(keep));
        let each = |cancels: &[(Vec<UnitRef>, AtFault)]| {
            let mut order = order.clone();
            let claims: Vec<ClaimMoney> =
                cancels.iter().map(|(units, at_fault)| claim(&mut order, ClaimType::Cancel, *at_fault, units)).collect();
            let recovered: Money = claims.iter().map(|money| money.fees.fee_recovered_outbound).sum();
            let sum = |of: fn(&Refund) -> Money| claims.iter().map(|money| of(&money.refund)).sum::<Money>();
            let goods = [sum(|r| r.goods_cash), sum(|r| r.goods_points), sum(|r| r.goods_rewards), sum(|r| r.shipping_refund)];
            (net_back(&claims), recovered, goods)
        };
        let first = each(&cancels);
        let mut shuffled: Vec<_> = cancels.iter().cloned().zip(shuffle).collect();
        shuffled.sort_by_key(|(_, at)| *at);
        let shuffled: Vec<_> = shuffled.into_iter().map(|(cancel, _)| cancel).collect();
        prop_assert_eq!(first, each(&shuffled));
        cancels.reverse();
        prop_assert_eq!(first, each(&cancels));
    }

    /// In any pieces and any order, cash, points and rewards apart: fees come from cash first each time, so only where no fee
    /// is taken do these three agree one by one.
    #[test]
    fn however_a_customer_cuts_up_a_cancel_the_same_comes_back((order, (pieces, sizes)) in plan(), keep in 0_usize..4) {
        let cancelled = pieces[..pieces.len().saturating_sub(keep)].to_vec();
        if cancelled.is_empty() {
            return Ok(());
        }
        let mut together = order.clone();
        let whole = [claim(&mut together, ClaimType::Cancel, AtFault::Buyer, &cancelled)];
        let mut apart = order;
        let steps: Vec<ClaimMoney> = cut(&(cancelled, sizes))
            .iter()
            .map(|(units, _)| claim(&mut apart, ClaimType::Cancel, AtFault::Buyer, units))
            .collect();
        prop_assert_eq!(net_back(&whole), net_back(&steps));
        prop_assert_eq!(together.remaining_shipping_paid, apart.remaining_shipping_paid);
        if steps.iter().all(|money| money.fees.fee_total.is_zero()) {
            let each = |of: fn(&Refund) -> Money| (of(&whole[0].refund), steps.iter().map(|money| of(&money.refund)).sum::<Money>());
            for (at_once, in_steps) in [each(|r| r.refund_cash), each(|r| r.refund_points), each(|r| r.refund_rewards)] {
                prop_assert_eq!(at_once, in_steps);
            }
        }
    }

    #[test]
    fn one_claim_or_many_of_the_customer_come_to_the_same((order, (pieces, _)) in plan(), keep in 1_usize..4) {
        let cancelled = &pieces[..pieces.len().saturating_sub(keep)];
        if cancelled.is_empty() {
            return Ok(());
        }
        let mut together = order.clone();
        let whole = [claim(&mut together, ClaimType::Cancel, AtFault::Buyer, cancelled)];
        let mut apart = order;
        let steps: Vec<ClaimMoney> =
            cancelled.iter().map(|unit| claim(&mut apart, ClaimType::Cancel, AtFault::Buyer, &[*unit])).collect();
        prop_assert_eq!(net_back(&whole), net_back(&steps));
    }

    #[test]
    fn mixed_claims_keep_the_books(
        (order, plan) in plan(), dispatched in vec(any::<bool>(), 5), kinds in vec(0_usize..3, 30),
    ) {
        let (cash, points, rewards) = paid_in(&order);
        let mut order = order;
        for (line, dispatched) in order.lines.iter_mut().zip(dispatched) {
            line.dispatched = dispatched;
        }
        let (waived, base_fee) = (order.shipping_waived, order.base_fee);
        let mut claims = Vec::new();
        let mut charged = Money::ZERO;
        for ((units, at_fault), kind) in cut(&plan).into_iter().zip(kinds) {
            let claim_type = ClaimType::ALL[kind];
            let money = claim(&mut order, claim_type, at_fault, &units);
            prop_assert!(is_storable(&money, at_fault));
            charged += money.fees.charged_to_customer(at_fault);
            prop_assert_eq!(money.units.len(), units.len());
            claims.push(money);
        }
        let recovered: Money = claims.iter().map(|money| money.fees.fee_recovered_outbound).sum();
        prop_assert!(recovered.is_zero() || (waived && recovered == base_fee));
        let goods: Money = claims
            .iter()
            .map(|money| money.refund.goods_cash + money.refund.goods_points + money.refund.goods_rewards)
            .sum();
        let shipping: Money = claims.iter().map(|money| money.refund.shipping_refund).sum();
        prop_assert_eq!(net_back(&claims), goods + shipping - charged);
        prop_assert!(goods + shipping <= cash + points + rewards);
        prop_assert!(claims.iter().filter(|money| money.shipping_back).count() <= 1);
    }

    #[test]
    fn a_refund_conserves_and_takes_cash_first(
        fee in -5_000_i64..50_000, cash in 0_i64..30_000, points in 0_i64..30_000, rewards in 0_i64..30_000,
        shipping in 0_i64..6_000,
    ) {
        let refund = compose(won(fee), (won(cash), won(points), won(rewards)), won(shipping));
        let from = refund.fee_from_cash + refund.fee_from_points + refund.fee_from_rewards + refund.fee_from_prepaid;
        prop_assert_eq!(from, won(fee));
        prop_assert_eq!(refund.refund_cash + refund.fee_from_cash, won(cash + shipping));
        prop_assert_eq!(refund.refund_points + refund.fee_from_points, won(points));
        prop_assert_eq!(refund.refund_rewards + refund.fee_from_rewards, won(rewards));
        let amounts = [refund.refund_cash, refund.refund_points, refund.refund_rewards, refund.fee_from_prepaid];
        prop_assert!(amounts.iter().all(|won| !won.is_negative()));
        prop_assert!(refund.fee_from_points.is_zero() || refund.refund_cash.is_zero());
        prop_assert!(refund.fee_from_rewards.is_zero() || refund.refund_points.is_zero());
        prop_assert!(refund.fee_from_prepaid.is_zero() || refund.refund_rewards.is_zero());
    }

    #[test]
    fn claims_take_every_piece_once_whoever_asks_for_how_many(quantity in 1_i32..=20, wanted in vec(1_usize..5, 20)) {
        let mut taken: Vec<i32> = Vec::new();
        for n in wanted {
            let free = usize::try_from(quantity).unwrap() - taken.len();
            let Some(units) = next_units(quantity, &taken, n) else {
                prop_assert!(n > free);
                continue;
            };
            taken.extend(units);
        }
        let expected: Vec<i32> = (1..=i32::try_from(taken.len()).unwrap()).collect();
        prop_assert_eq!(taken, expected);
    }
}
