//! What a claim does to the outbound shipping fee.
//!
//! **Paid shipping** goes back whole or not at all: when nothing of the seller order remains, and either nothing was
//! ever handed to a carrier or the customer is to blame for none of its claims.
//!
//! **Waived shipping** (배송비 회수): whoever got free shipping and then, by their own choice, gives back so much that
//! the goods kept would not have shipped free, pays the fee after all, once per seller order. Goods lost through the
//! seller's or the platform's fault never count against the customer. A cancel charges it only if something is left to
//! ship; if in the end everything is cancelled before anything was handed to a carrier, the last claim gives it back.

use crate::claimed::{ClaimedOrder, Claiming, UnitRef};
use crate::{AtFault, ClaimType, UnitMoney};
use kernel::Money;
use std::collections::{BTreeMap, BTreeSet};

type Units = BTreeMap<UnitRef, UnitMoney>;

/// Won of outbound fee this claim adds: `base_fee`, `−base_fee` when an earlier one is given back, or 0.
pub(crate) fn recovered_outbound(order: &ClaimedOrder, claiming: &Claiming, all: &Units) -> Money {
    let recovered_before: Money = order.earlier.iter().map(|claim| claim.recovered_outbound).sum();
    let nothing_remains = nothing_remains(order, claiming, all);
    if recovered_before.is_positive() {
        let whole_cancel = claiming.claim_type == ClaimType::Cancel && nothing_remains && !dispatched(order);
        return if whole_cancel { -recovered_before } else { Money::ZERO };
    }
    let chargeable = match claiming.claim_type {
        ClaimType::Cancel => !nothing_remains,
        ClaimType::Return => true,
        ClaimType::Exchange => false,
    };
    if !order.shipping_waived || claiming.at_fault != AtFault::Buyer || !chargeable {
        return Money::ZERO;
    }
    let given_back_by_choice: Money = order
        .earlier
        .iter()
        .filter(|claim| claim.at_fault == AtFault::Buyer && claim.claim_type != ClaimType::Exchange)
        .flat_map(|claim| &claim.units)
        .chain(&claiming.units)
        .filter_map(|unit| all.get(unit))
        .map(UnitMoney::sale_amount)
        .sum();
    let below = order.free_threshold.is_some_and(|threshold| order.sale_amount - given_back_by_choice < threshold);
    if below { order.base_fee } else { Money::ZERO }
}

/// Whether this claim sends all of the shipping back.
pub(crate) fn shipping_given_back(order: &ClaimedOrder, claiming: &Claiming, all: &Units) -> bool {
    let blameless =
        claiming.at_fault != AtFault::Buyer && order.earlier.iter().all(|claim| claim.at_fault != AtFault::Buyer);
    claiming.claim_type != ClaimType::Exchange
        && nothing_remains(order, claiming, all)
        && (!dispatched(order) || blameless)
}

/// Whether every piece is gone for good once this claim is done. Pieces of a finished exchange are gone from their old
/// line and remain in the new one.
fn nothing_remains(order: &ClaimedOrder, claiming: &Claiming, all: &Units) -> bool {
    let gone: BTreeSet<UnitRef> = order
        .earlier
        .iter()
        .filter(|claim| claim.irrevocable)
        .flat_map(|claim| &claim.units)
        .chain(&claiming.units)
        .copied()
        .collect();
    all.keys().all(|unit| gone.contains(unit))
}

fn dispatched(order: &ClaimedOrder) -> bool {
    order.lines.iter().any(|line| line.dispatched)
}

/// The points and rewards that earlier claims paid a recovered fee with: what is given back of it goes there first.
pub(crate) fn recovered_from(order: &ClaimedOrder) -> (Money, Money) {
    let recovering = || order.earlier.iter().filter(|claim| claim.recovered_outbound.is_positive());
    let points = recovering().map(|claim| claim.fee_from_points).sum();
    (points, recovering().map(|claim| claim.fee_from_rewards).sum())
}

#[cfg(test)]
mod tests {
    use crate::examples::*;
    use crate::{AtFault, Checkout, ClaimType, ClaimedOrder, Claiming, Coupon, CouponValue, UnitRef, claim_money};
    use kernel::Rate;

    /// Claims one line after the other; recovered fee and refunded cash of each.
    fn play(order: &mut ClaimedOrder, claims: &[(ClaimType, AtFault, i32)]) -> Vec<(i64, i64)> {
        let mut outcome = Vec::new();
        for (claim_type, at_fault, line_no) in claims {
            let money = claim_lines(order, *claim_type, *at_fault, &[*line_no]);
            outcome.push((money.fees.fee_recovered_outbound.get(), money.refund.refund_cash.get()));
        }
        outcome
    }
    use AtFault::{Buyer, Platform, Seller};
    use ClaimType::{Cancel, Exchange, Return};

    #[test]
    fn breaking_free_shipping_costs_the_fee_once_and_cancelling_everything_gives_it_back() {
        let mut order = ordered(&lines_of_one_seller(&[30_000, 24_000]));
        assert_eq!(play(&mut order, &[(Cancel, Buyer, 1), (Cancel, Buyer, 2)]), [(3_000, 27_000), (-3_000, 27_000)]);
    }

    #[test]
    fn whoever_cancels_the_rest_gives_the_recovered_fee_back() {
        for last in [Seller, Platform] {
            let mut order = ordered(&lines_of_one_seller(&[30_000, 24_000]));
            assert_eq!(play(&mut order, &[(Cancel, Buyer, 1), (Cancel, last, 2)]), [(3_000, 27_000), (-3_000, 27_000)]);
        }
    }

    #[test]
    fn sold_out_goods_cost_the_customer_nothing() {
        let mut order = ordered(&lines_of_one_seller(&[30_000, 24_000]));
        assert_eq!(play(&mut order, &[(Cancel, Seller, 1)]), [(0, 30_000)]);
    }

    #[test]
    fn a_second_claim_of_the_customer_recovers_nothing_more() {
        let mut order = ordered(&lines_of_one_seller(&[30_000, 24_000, 10_000]));
        let claims = [(Cancel, Buyer, 1), (Cancel, Buyer, 3)];
        assert_eq!(play(&mut order, &claims), [(3_000, 27_000), (0, 10_000)]);
    }

    #[test]
    fn goods_the_seller_cancelled_still_count_for_the_customer() {
        let mut order = ordered(&lines_of_one_seller(&[30_000, 24_000, 10_000]));
        play(&mut order, &[(Cancel, Seller, 2)]);
        dispatch(&mut order);
        let money = claim_lines(&mut order, Return, Buyer, &[3]);
        assert_eq!(money.fees.fee_recovered_outbound, won(0));
        assert_eq!(money.fees.fee_total, won(3_000));
    }

    #[test]
    fn cancelling_everything_at_once_recovers_nothing() {
        let mut order = ordered(&lines_of_one_seller(&[30_000, 24_000]));
        let money = claim_lines(&mut order, Cancel, Buyer, &[1, 2]);
        assert_eq!((money.fees.fee_total, money.refund.refund_cash), (won(0), won(54_000)));
    }

    #[test]
    fn a_fee_recovered_before_a_parcel_left_stays_recovered() {
        let mut order = ordered(&lines_of_one_seller(&[30_000, 24_000, 10_000]));
        play(&mut order, &[(Cancel, Buyer, 1)]);
        order.lines[1].dispatched = true;
        assert_eq!(play(&mut order, &[(Cancel, Buyer, 3)]), [(0, 10_000)]);
        assert_eq!(play(&mut order, &[(Return, Seller, 2)]), [(0, 24_000)]);
    }

    #[test]
    fn an_exchange_neither_recovers_nor_counts_as_given_back() {
        let mut order = ordered(&lines_of_one_seller(&[30_000, 24_000]));
        dispatch(&mut order);
        assert_eq!(play(&mut order, &[(Exchange, Buyer, 2)]), [(0, 0)]);
    }

    #[test]
    fn a_return_that_may_still_be_rejected_leaves_something_to_ship() {
        let mut order = ordered(&lines_of_one_seller(&[30_000, 24_000]));
        order.lines[0].dispatched = true;
        claim_lines(&mut order, Return, Seller, &[1]);
        order.earlier[0].irrevocable = false;
        assert_eq!(play(&mut order.clone(), &[(Cancel, Buyer, 2)]), [(3_000, 21_000)]);
        order.earlier[0].irrevocable = true;
        assert_eq!(play(&mut order, &[(Cancel, Buyer, 2)]), [(0, 24_000)]);
    }

    #[test]
    fn paid_shipping_goes_back_with_the_last_piece_or_not_at_all() {
        let paid = || ordered(&lines_of_one_seller(&[20_000, 10_000]));
        let mut cancelled = paid();
        assert_eq!(play(&mut cancelled, &[(Cancel, Buyer, 1), (Cancel, Buyer, 2)]), [(0, 20_000), (0, 13_000)]);
        let mut blameless = paid();
        dispatch(&mut blameless);
        assert_eq!(play(&mut blameless, &[(Return, Seller, 1), (Return, Platform, 2)]), [(0, 20_000), (0, 13_000)]);
        let mut by_choice = paid();
        dispatch(&mut by_choice);
        assert_eq!(play(&mut by_choice, &[(Return, Buyer, 1), (Return, Seller, 2)]), [(0, 17_000), (0, 10_000)]);
    }

    #[test]
    fn an_exchanged_piece_remains_in_the_line_that_took_it_over() {
        let exchanged = |at_fault| {
            let mut order = ordered(&lines_of_one_seller(&[20_000, 10_000]));
            dispatch(&mut order);
            claim_lines(&mut order, Exchange, at_fault, &[1]);
            let mut replacement = order.lines[0].clone();
            replacement.product_order_id = kernel::ProductOrderId::new();
            order.lines.push(replacement);
            order
        };
        let mut order = exchanged(Seller);
        let kept = claim_lines(&mut order, Return, Seller, &[2]);
        assert!(!kept.shipping_back);
        let last = UnitRef { product_order_id: order.lines[2].product_order_id, unit_no: 1 };
        let claiming = Claiming { claim_type: Return, at_fault: Seller, units: vec![last], fee_extra: won(0) };
        assert_eq!(claim_money(&order, &claiming).unwrap().refund.refund_cash, won(23_000));

        let mut by_choice = exchanged(Buyer);
        claim_lines(&mut by_choice, Return, Seller, &[2]);
        let last = UnitRef { product_order_id: by_choice.lines[2].product_order_id, unit_no: 1 };
        let claiming = Claiming { units: vec![last], ..claiming };
        assert_eq!(claim_money(&by_choice, &claiming).unwrap().refund.refund_cash, won(20_000));
    }

    #[test]
    fn a_shipping_coupon_that_paid_for_everything_returns_without_money() {
        let mut checkout = one_line(20_000);
        checkout.shipping[0].shipping_coupon = Some(Coupon {
            value: CouponValue::Rate { rate: Rate::ONE, max_discount: None },
            ..fixed_coupon(1, 0, 0, &[1])
        });
        let free = claim_lines(&mut ordered(&checkout), Cancel, Buyer, &[1]);
        assert!(free.shipping_back && !free.reverses_shipping_coupon());
        checkout.remote_zone = crate::RemoteZone::Jeju;
        let surcharged = claim_lines(&mut ordered(&Checkout { ..checkout }), Cancel, Buyer, &[1]);
        assert!(surcharged.reverses_shipping_coupon());
        assert_eq!(surcharged.refund.refund_cash, won(23_000));
    }
}
