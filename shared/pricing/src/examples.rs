//! Checkouts the unit tests of several modules share.

use crate::*;
use chrono::Duration;
use kernel::{Money, Now, ProductOrderId, PromotionId, Rate, SellerId, ShippingPolicyId, UserCouponId};

pub(crate) fn won(amount: i64) -> Money {
    Money::won(amount)
}

fn id(text: &str, n: u32) -> String {
    format!("00000000-0000-7000-{text}-{n:012}")
}

pub(crate) fn coupon_id(n: u32) -> UserCouponId {
    id("8000", n).parse().unwrap()
}

pub(crate) fn seller(n: u32) -> SellerId {
    id("9000", n).parse().unwrap()
}

/// A coupon of a fixed amount; `share` in parts of 100,000 is the seller's.
pub(crate) fn fixed_coupon(n: u32, amount: i64, share: i64, lines: &[i32]) -> Coupon {
    Coupon {
        user_coupon_id: coupon_id(n),
        value: CouponValue::Fixed { amount: won(amount) },
        min_order_amount: won(0),
        seller_share_rate: Rate::parts(share),
        seller_id: None,
        lines: lines.iter().copied().collect(),
        expires_at: "2026-12-31T15:00:00Z".parse().unwrap(),
    }
}

/// 3,000 won, free from 50,000, 3,000 more to 제주; 3,000 for a return, 6,000 for an exchange.
pub(crate) fn policy() -> ShippingPolicy {
    ShippingPolicy {
        shipping_policy_id: id("a000", 1).parse::<ShippingPolicyId>().unwrap(),
        fee_type: FeeType::ConditionalFree,
        per_quantity: None,
        base_fee: won(3_000),
        free_threshold: Some(won(50_000)),
        jeju_surcharge: won(3_000),
        island_surcharge: won(5_000),
        return_fee: won(3_000),
        exchange_fee: won(6_000),
    }
}

pub(crate) fn line(line_no: i32, seller_id: SellerId, sale_price: i64, quantity: i32) -> CheckoutLine {
    CheckoutLine {
        line_no,
        seller_id,
        sale_price: won(sale_price),
        price_delta: won(0),
        promotion: None,
        quantity,
        point_usable: true,
        product_coupon: None,
    }
}

pub(crate) fn shipping(seller_id: SellerId) -> SellerShipping {
    SellerShipping { seller_id, policies: vec![policy()], shipping_coupon: None }
}

/// One seller, these lines, nothing off.
pub(crate) fn lines_of_one_seller(prices: &[i64]) -> Checkout {
    Checkout {
        lines: prices.iter().zip(1..).map(|(price, no)| line(no, seller(1), *price, 1)).collect(),
        shipping: vec![shipping(seller(1))],
        remote_zone: RemoteZone::None,
        grade_rate: Rate::ZERO,
        cart_coupon: None,
        points: won(0),
        rewards: won(0),
        payment_minimum: won(100),
    }
}

pub(crate) fn one_line(price: i64) -> Checkout {
    lines_of_one_seller(&[price])
}

/// 30,000 with a coupon of 5,000 of its own, and 20,000; 9,000 points.
pub(crate) fn own_coupon_checkout() -> Checkout {
    let mut checkout = Checkout { points: won(9_000), ..lines_of_one_seller(&[30_000, 20_000]) };
    checkout.lines[0].product_coupon = Some(fixed_coupon(1, 5_000, 0, &[1]));
    checkout
}

/// Two sellers to 제주 with every kind of discount: 30,000 with a coupon and 3 × 19,900 in a time sale at 18,000 of the
/// first, 24,000 with a shipping coupon of the second; grade 2 %, cart coupon 5,000 shared half and half, 9,000 points,
/// 2,000 rewards.
pub(crate) fn jeju_checkout() -> Checkout {
    let (one, two) = (seller(1), seller(2));
    let mut a = line(1, one, 30_000, 1);
    a.product_coupon = Some(fixed_coupon(1, 5_000, 0, &[1]));
    let mut b = line(2, one, 19_900, 3);
    b.promotion = Some(Promotion {
        promotion_id: id("b000", 1).parse::<PromotionId>().unwrap(),
        promo_price: won(18_000),
        seller_share_rate: Rate::ONE,
    });
    let c = line(3, two, 24_000, 1);
    let second = SellerShipping { shipping_coupon: Some(fixed_coupon(3, 2_000, 0, &[3])), ..shipping(two) };
    Checkout {
        lines: vec![a, b, c],
        shipping: vec![shipping(one), second],
        remote_zone: RemoteZone::Jeju,
        grade_rate: Rate::parts(2_000),
        cart_coupon: Some(fixed_coupon(2, 5_000, 50_000, &[1, 2, 3])),
        points: won(9_000),
        rewards: won(2_000),
        payment_minimum: won(100),
    }
}

/// The n-th day of some month.
pub(crate) fn day(n: i64) -> Now {
    Now(Now("2026-03-01T00:00:00Z".parse().unwrap()).plus(Duration::days(n)))
}

pub(crate) fn lot(n: u32, remaining: i64, expires_on: i64) -> Lot {
    let point_lot_id = id("c000", n).parse().unwrap();
    Lot { point_lot_id, remaining: won(remaining), expires_at: day(expires_on).0 }
}

fn line_id(line_no: i32) -> ProductOrderId {
    id("d000", line_no.unsigned_abs()).parse().unwrap()
}

/// The first seller's part of a placed order, nothing dispatched or claimed yet.
pub(crate) fn ordered(checkout: &Checkout) -> ClaimedOrder {
    let quote = price(checkout).unwrap();
    let terms = &quote.seller_orders[0];
    let sold = |line: &PricedLine| ClaimLine {
        product_order_id: line_id(line.line_no),
        sold: line.sold(),
        dispatched: false,
        grant: None,
    };
    ClaimedOrder {
        sale_amount: terms.sale_amount,
        base_fee: terms.base_fee,
        free_threshold: terms.free_threshold,
        shipping_waived: terms.shipping_waived,
        remote_surcharge: terms.remote_surcharge,
        remaining_shipping_paid: terms.shipping_paid,
        return_fee: terms.return_fee,
        exchange_fee: terms.exchange_fee,
        lines: quote.lines.iter().filter(|line| line.seller_id == terms.seller_id).map(sold).collect(),
        earlier: vec![],
    }
}

pub(crate) fn dispatch(order: &mut ClaimedOrder) {
    order.lines.iter_mut().for_each(|line| line.dispatched = true);
}

pub(crate) fn claiming_units(claim_type: ClaimType, at_fault: AtFault, units: &[(i32, i32)]) -> Claiming {
    let unit = |(line_no, unit_no): &(i32, i32)| UnitRef { product_order_id: line_id(*line_no), unit_no: *unit_no };
    Claiming { claim_type, at_fault, units: units.iter().map(unit).collect(), fee_extra: won(0) }
}

/// Whole lines.
pub(crate) fn claiming_lines(
    order: &ClaimedOrder,
    claim_type: ClaimType,
    at_fault: AtFault,
    lines: &[i32],
) -> Claiming {
    let pieces =
        |line_no: &i32| order.lines.iter().find(|l| l.product_order_id == line_id(*line_no)).unwrap().sold.quantity;
    let units: Vec<(i32, i32)> = lines.iter().flat_map(|no| (1..=pieces(no)).map(|unit| (*no, unit))).collect();
    claiming_units(claim_type, at_fault, &units)
}

/// Makes a claim and leaves it behind as an earlier one.
fn make(order: &mut ClaimedOrder, claiming: Claiming) -> ClaimMoney {
    let money = claim_money(order, &claiming).unwrap();
    order.remaining_shipping_paid -= money.refund.shipping_refund;
    order.earlier.push(EarlierClaim {
        claim_type: claiming.claim_type,
        at_fault: claiming.at_fault,
        units: claiming.units,
        recovered_outbound: money.fees.fee_recovered_outbound,
        fee_from_points: money.refund.fee_from_points,
        fee_from_rewards: money.refund.fee_from_rewards,
        irrevocable: true,
    });
    money
}

pub(crate) fn claim_units(
    order: &mut ClaimedOrder,
    claim_type: ClaimType,
    at_fault: AtFault,
    units: &[(i32, i32)],
) -> ClaimMoney {
    let claiming = claiming_units(claim_type, at_fault, units);
    make(order, claiming)
}

pub(crate) fn claim_lines(
    order: &mut ClaimedOrder,
    claim_type: ClaimType,
    at_fault: AtFault,
    lines: &[i32],
) -> ClaimMoney {
    let claiming = claiming_lines(order, claim_type, at_fault, lines);
    make(order, claiming)
}
