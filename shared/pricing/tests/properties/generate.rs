//! Random checkouts and orders.

use kernel::{Money, ProductOrderId, Rate, SellerId, UserCouponId};
use pricing::*;
use proptest::collection::{btree_set, vec};
use proptest::option::of;
use proptest::prelude::*;

pub fn won(amount: i64) -> Money {
    Money::won(amount)
}

fn id<T: std::str::FromStr>(kind: u32, n: u32) -> T
where
    T::Err: std::fmt::Debug,
{
    format!("00000000-0000-7000-{kind:04}-{n:012}").parse().unwrap()
}

pub fn line_id(line_no: i32) -> ProductOrderId {
    id(8001, line_no.unsigned_abs())
}

fn seller(n: u32) -> SellerId {
    id(8002, n)
}

fn coupon_id(n: u32) -> UserCouponId {
    id(8003, n)
}

pub fn rate() -> impl Strategy<Value = Rate> {
    prop_oneof![Just(0), Just(50_000), Just(100_000), 0_i64..=100_000].prop_map(Rate::parts)
}

fn amount(most: i64) -> impl Strategy<Value = Money> {
    prop_oneof![0..=most, (0..=most / 100).prop_map(|hundreds| hundreds * 100)].prop_map(won)
}

prop_compose! {
    fn coupon(first_id: u32)(
        n in 0_u32..4,
        fixed in any::<bool>(),
        value in amount(30_000),
        share in rate(),
        max_discount in of(amount(5_000)),
        min_order_amount in amount(40_000),
        issuer in of(1_u32..=3),
        lines in btree_set(1_i32..=5, 1..=5),
        expires in 1_i64..100,
    ) -> Coupon {
        Coupon {
            user_coupon_id: coupon_id(first_id + n),
            value: if fixed { CouponValue::Fixed { amount: value } } else { CouponValue::Rate { rate: share, max_discount } },
            min_order_amount,
            // One coupon has one share, wherever it is used.
            seller_share_rate: Rate::parts([0, 33_333, 50_000, 100_000][n as usize]),
            seller_id: issuer.map(seller),
            lines,
            expires_at: chrono::DateTime::from_timestamp(1_800_000_000 + expires, 0).unwrap(),
        }
    }
}

prop_compose! {
    fn checkout_line()(
        seller_no in 1_u32..=3,
        sale_price in 101_i64..=150_000,
        delta in -100_i64..=20_000,
        promotion in of((1_i64..=160_000, rate())),
        quantity in 1_i32..=6,
        point_usable in prop::bool::weighted(0.8),
        product_coupon in of(coupon(100)),
    ) -> CheckoutLine {
        CheckoutLine {
            line_no: 0,
            seller_id: seller(seller_no),
            sale_price: won(sale_price),
            price_delta: won(delta),
            promotion: promotion.map(|(price, seller_share_rate)| Promotion {
                promotion_id: id(8004, 1),
                promo_price: won(price.min(sale_price + 5)),
                seller_share_rate,
            }),
            quantity,
            point_usable,
            product_coupon,
        }
    }
}

prop_compose! {
    fn policy()(
        kind in 0_usize..4,
        n in 1_u32..9,
        base_fee in amount(5_000),
        threshold in 1_i64..=120_000,
        per_quantity in 1_i32..=4,
        jeju in amount(4_000),
        island in amount(6_000),
        return_fee in amount(5_000),
    ) -> ShippingPolicy {
        let fee_type = [FeeType::Free, FeeType::Flat, FeeType::ConditionalFree, FeeType::PerQuantity][kind];
        ShippingPolicy {
            shipping_policy_id: id(8005, n),
            fee_type,
            per_quantity: (fee_type == FeeType::PerQuantity).then_some(per_quantity),
            base_fee: if fee_type == FeeType::Free { won(0) } else { base_fee },
            free_threshold: (fee_type == FeeType::ConditionalFree).then_some(won(threshold)),
            jeju_surcharge: jeju,
            island_surcharge: island,
            return_fee,
            exchange_fee: return_fee.times(2),
        }
    }
}

prop_compose! {
    /// One to five lines of up to three sellers with every kind of discount; anything may be paid.
    pub fn checkout()(
        mut lines in vec(checkout_line(), 1..=5),
        policies in vec(vec(policy(), 1..=3), 3),
        shipping_coupons in vec(of(coupon(300)), 3),
        zone in 0_usize..3,
        grade in 0_i64..=10_000,
        cart_coupon in of(coupon(200)),
        points in prop_oneof![Just(won(0)), amount(60_000)],
        rewards in prop_oneof![Just(won(0)), amount(10_000)],
    ) -> Checkout {
        for (line, line_no) in lines.iter_mut().zip(1..) {
            line.line_no = line_no;
        }
        let shipping = policies.into_iter().zip(shipping_coupons).zip(1..).map(|((policies, shipping_coupon), n)| {
            SellerShipping { seller_id: seller(n), policies, shipping_coupon }
        });
        Checkout {
            lines,
            shipping: shipping.collect(),
            remote_zone: RemoteZone::ALL[zone],
            grade_rate: Rate::parts(grade),
            cart_coupon,
            points,
            rewards,
            payment_minimum: won(0),
        }
    }
}

prop_compose! {
    pub fn wallet()(
        product in vec(coupon(400), 0..4),
        cart in vec(coupon(500), 0..3),
        shipping in vec(coupon(600), 0..3),
    ) -> Wallet {
        let unlike = |mut coupons: Vec<Coupon>, first: u32| {
            for (coupon, n) in coupons.iter_mut().zip(first..) {
                coupon.user_coupon_id = coupon_id(n);
            }
            coupons
        };
        Wallet { product: unlike(product, 400), cart: unlike(cart, 500), shipping: unlike(shipping, 600) }
    }
}

pub fn quote() -> impl Strategy<Value = Quote> {
    checkout().prop_map(|checkout| price(&checkout).unwrap())
}

/// A line as it was sold.
pub fn sold_line() -> impl Strategy<Value = SoldLine> {
    (quote(), any::<prop::sample::Index>()).prop_map(|(quote, at)| at.get(&quote.lines).sold())
}

/// One seller's part of a placed order, nothing dispatched or claimed.
pub fn claimed_order() -> impl Strategy<Value = ClaimedOrder> {
    (quote(), any::<prop::sample::Index>()).prop_map(|(quote, at)| {
        let terms = at.get(&quote.seller_orders).clone();
        let line = |line: &PricedLine| ClaimLine {
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
            lines: quote.lines.iter().filter(|l| l.seller_id == terms.seller_id).map(line).collect(),
            earlier: vec![],
        }
    })
}

pub fn at_fault() -> impl Strategy<Value = AtFault> {
    prop::sample::select(AtFault::ALL)
}

pub fn commission() -> impl Strategy<Value = CommissionTerms> {
    (rate(), prop::sample::select(CommissionBase::ALL), prop::sample::select(FeeVatPayer::ALL)).prop_map(
        |(commission_rate, commission_base, fee_vat_payer)| CommissionTerms {
            commission_rate,
            commission_base,
            fee_vat_payer,
        },
    )
}
