//! Checkouts the unit tests of several modules share.

use crate::*;
use kernel::{Money, PromotionId, Rate, SellerId, ShippingPolicyId, UserCouponId};

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
