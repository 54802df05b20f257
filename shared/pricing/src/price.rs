//! The price of an order.
//!
//! Discounts apply in one order, each to what is left after the one before: the promotion on the price itself, each
//! line's own coupon, the grade discount of the customer, the cart coupon, then points, then rewards. What remains of a
//! line is paid in cash. A shipping coupon lowers only the base fee of one seller's shipping; points and rewards pay for
//! goods, never for shipping. Every amount a line carries is kept with the line and with who bears it, so that nothing
//! has to be worked out again when a piece comes back.

use crate::basket::Basket;
use crate::checkout::*;
use crate::seller_order::seller_order;
use crate::share::Shares;
use crate::{Contradiction, Source};
use kernel::Money;

/// Prices a checkout. Coupons that cannot be used, and points or rewards beyond what they can pay for, are left out and
/// named in `changes`; an amount the payment gateway does not take is refused. The same input gives the same price.
pub fn price(checkout: &Checkout) -> Result<Quote, PriceError> {
    let quote = calculate(checkout)?;
    let (payable, minimum) = (quote.total_payable, checkout.payment_minimum);
    if payable.is_positive() && payable < minimum {
        return Err(PriceError::BelowPaymentMinimum { payable, minimum });
    }
    Ok(quote)
}

/// The price whether or not the payment gateway would take it.
pub(crate) fn calculate(checkout: &Checkout) -> Result<Quote, Contradiction> {
    let mut basket = Basket::open(checkout)?;
    basket.product_coupons();
    basket.grade(checkout.grade_rate);
    if let Some(coupon) = &checkout.cart_coupon {
        basket.cart_coupon(coupon)?;
    }
    let (points_used, points_max) = basket.balance(Source::Points, checkout.points, |line| line.point_usable)?;
    let (rewards_used, rewards_max) = basket.balance(Source::Rewards, checkout.rewards, |_| true)?;
    let seller_orders = basket
        .sellers()
        .into_iter()
        .map(|seller_id| seller_order(checkout, &mut basket, seller_id))
        .collect::<Result<Vec<_>, _>>()?;
    if points_used < checkout.points {
        basket.changes.push(Change::PointsLowered { asked: checkout.points, used: points_used });
    }
    if rewards_used < checkout.rewards {
        basket.changes.push(Change::RewardsLowered { asked: checkout.rewards, used: rewards_used });
    }
    let cash = basket.payable();
    let Basket { lines, coupons, changes } = basket;
    let lines: Vec<PricedLine> = lines
        .into_iter()
        .map(|open| {
            let sold =
                crate::SoldLine { unit_price: open.unit_price, quantity: open.line.quantity, shares: open.shares };
            PricedLine {
                line_no: open.line.line_no,
                seller_id: open.line.seller_id,
                unit_price: sold.unit_price,
                quantity: sold.quantity,
                gross: open.gross,
                sale_amount: open.sale_amount,
                discount: sold.discount(),
                points: sold.points(),
                rewards: sold.rewards(),
                paid: open.payable,
                shares: sold.shares,
            }
        })
        .collect();
    let shipping_amount: Money = seller_orders.iter().map(|order| order.shipping_paid).sum();
    Ok(Quote {
        goods_amount: lines.iter().map(|line| line.gross).sum(),
        discount_amount: lines.iter().map(|line| line.discount).sum(),
        points_used,
        rewards_used,
        shipping_amount,
        total_payable: cash + shipping_amount,
        points_max,
        rewards_max,
        lines,
        seller_orders,
        coupons,
        changes,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::examples::*;
    use crate::{Coupon, RemoteZone, Unusable};
    use kernel::Rate;

    fn column(quote: &Quote, of: impl Fn(&PricedLine) -> Money) -> Vec<i64> {
        quote.lines.iter().map(|line| of(line).get()).collect()
    }

    #[test]
    fn every_discount_of_a_two_seller_order_to_jeju() {
        let quote = price(&jeju_checkout()).unwrap();
        let of = |source| column(&quote, |line| line.of(source));
        assert_eq!(column(&quote, |line| line.gross), [30_000, 59_700, 24_000]);
        assert_eq!(of(Source::Promotion), [0, 5_700, 0]);
        assert_eq!(of(Source::ProductCoupon), [5_000, 0, 0]);
        assert_eq!(of(Source::Grade), [500, 1_080, 480]);
        assert_eq!(of(Source::CartCoupon), [1_213, 2_622, 1_165]);
        assert_eq!(of(Source::Points), [2_184, 4_719, 2_097]);
        assert_eq!(of(Source::Rewards), [485, 1_049, 466]);
        assert_eq!(column(&quote, |line| line.paid), [20_618, 44_530, 19_792]);
        assert_eq!(column(&quote, |line| line.seller_discount()), [606, 7_011, 582]);
        let header = (quote.goods_amount, quote.discount_amount, quote.points_used, quote.rewards_used);
        assert_eq!(header, (won(113_700), won(17_760), won(9_000), won(2_000)));
        let [s1, s2] = &quote.seller_orders[..] else { panic!("two sellers") };
        assert_eq!((s1.sale_amount, s1.shipping_fee, s1.remote_surcharge), (won(84_000), won(0), won(3_000)));
        assert!(s1.shipping_waived && !s2.shipping_waived);
        assert_eq!((s2.shipping_fee, s2.shipping_discount, s2.shipping_paid), (won(3_000), won(2_000), won(4_000)));
        assert_eq!(quote.total_payable, won(91_940));
        assert_eq!(quote.changes, []);
    }

    #[test]
    fn points_are_spent_on_what_is_left_after_a_lines_own_coupon() {
        let quote = price(&own_coupon_checkout()).unwrap();
        assert_eq!(column(&quote, |line| line.points), [5_000, 4_000]);
        assert_eq!(column(&quote, |line| line.paid), [20_000, 16_000]);
    }

    #[test]
    fn free_shipping_is_decided_before_coupons() {
        let cart = fixed_coupon(1, 5_000, 0, &[1]);
        let checkout = Checkout { cart_coupon: Some(cart), ..one_line(50_000) };
        let quote = price(&checkout).unwrap();
        assert!(quote.seller_orders[0].shipping_waived);
        assert_eq!(quote.total_payable, won(45_000));
    }

    #[test]
    fn a_shipping_coupon_covers_the_base_fee_only_and_is_kept_when_there_is_none() {
        let with_coupon = |sale: i64, value: i64| {
            let mut checkout = Checkout { remote_zone: RemoteZone::Jeju, ..one_line(sale) };
            checkout.shipping[0].shipping_coupon = Some(fixed_coupon(1, value, 0, &[1]));
            price(&checkout).unwrap()
        };
        let paid = with_coupon(20_000, 5_000);
        assert_eq!((paid.seller_orders[0].shipping_discount, paid.shipping_amount), (won(3_000), won(3_000)));
        let free = with_coupon(50_000, 3_000);
        assert_eq!((free.seller_orders[0].shipping_discount, free.shipping_amount), (won(0), won(3_000)));
        assert_eq!(free.coupons, []);
        let kept = Change::CouponDropped { user_coupon_id: coupon_id(1), why: Unusable::NothingToDiscount };
        assert_eq!(free.changes, [kept]);
    }

    #[test]
    fn the_option_price_is_not_discounted_and_the_lowest_promotion_wins() {
        let mut checkout = one_line(20_000);
        let promotion = |price: i64| Promotion {
            promotion_id: kernel::PromotionId::new(),
            promo_price: won(price),
            seller_share_rate: Rate::ONE,
        };
        checkout.lines[0].price_delta = won(1_000);
        checkout.lines[0].quantity = 2;
        checkout.lines[0].promotion = Promotion::lowest([promotion(18_000), promotion(15_000), promotion(16_000)]);
        let line = price(&checkout).unwrap().lines[0].clone();
        assert_eq!((line.gross, line.of(Source::Promotion), line.sale_amount), (won(42_000), won(10_000), won(32_000)));
    }

    #[test]
    fn a_promotion_never_takes_more_than_a_cheaper_option_costs() {
        let mut checkout = one_line(20_000);
        checkout.lines[0].price_delta = won(-15_000);
        let promotion_id = kernel::PromotionId::new();
        checkout.lines[0].promotion =
            Some(Promotion { promotion_id, promo_price: won(9_000), seller_share_rate: Rate::ONE });
        let quote = price(&checkout).unwrap();
        assert_eq!((quote.goods_amount, quote.discount_amount), (won(5_000), won(5_000)));
    }

    #[test]
    fn a_promotion_above_the_sale_price_takes_nothing_off() {
        let mut checkout = one_line(20_000);
        let id = kernel::PromotionId::new();
        checkout.lines[0].promotion =
            Some(Promotion { promotion_id: id, promo_price: won(21_000), seller_share_rate: Rate::ONE });
        assert_eq!(price(&checkout).unwrap().discount_amount, won(0));
    }

    #[test]
    fn minimums_are_held_against_prices_before_coupons() {
        let mut checkout = own_coupon_checkout();
        let cart = Coupon { min_order_amount: won(50_000), ..fixed_coupon(9, 1_000, 0, &[1, 2]) };
        checkout.cart_coupon = Some(cart.clone());
        assert_eq!(price(&checkout).unwrap().changes, []);
        checkout.cart_coupon = Some(Coupon { min_order_amount: won(50_001), ..cart });
        let why = Unusable::BelowMinimum { required: won(50_001), actual: won(50_000) };
        let dropped = Change::CouponDropped { user_coupon_id: coupon_id(9), why };
        assert_eq!(price(&checkout).unwrap().changes, [dropped]);
    }

    #[test]
    fn a_wallet_coupon_is_used_once_per_order() {
        let mut checkout = own_coupon_checkout();
        checkout.lines[1].product_coupon = Some(fixed_coupon(1, 5_000, 0, &[1, 2]));
        let quote = price(&checkout).unwrap();
        assert_eq!(quote.coupons.len(), 1);
        let twice = Change::CouponDropped { user_coupon_id: coupon_id(1), why: Unusable::AlreadyApplied };
        assert_eq!(quote.changes, [twice]);
    }

    #[test]
    fn points_stop_at_the_goods_and_never_pay_for_shipping() {
        let checkout = Checkout { points: won(99_999), rewards: won(5), ..one_line(20_000) };
        let quote = price(&checkout).unwrap();
        assert_eq!((quote.points_used, quote.rewards_used, quote.total_payable), (won(20_000), won(0), won(3_000)));
        let lowered = [
            Change::PointsLowered { asked: won(99_999), used: won(20_000) },
            Change::RewardsLowered { asked: won(5), used: won(0) },
        ];
        assert_eq!(quote.changes, lowered);
    }

    #[test]
    fn goods_that_take_no_points_are_left_out() {
        let mut checkout = own_coupon_checkout();
        checkout.lines[0].point_usable = false;
        let quote = price(&checkout).unwrap();
        assert_eq!(column(&quote, |line| line.points), [0, 9_000]);
        assert_eq!(quote.points_max, won(20_000));
    }

    #[test]
    fn one_to_ninety_nine_won_cannot_be_paid_and_nothing_needs_no_payment() {
        let left = |cash: i64| price(&Checkout { points: won(50_000 - cash), ..one_line(50_000) });
        let refused = PriceError::BelowPaymentMinimum { payable: won(99), minimum: won(100) };
        assert_eq!(left(99), Err(refused));
        assert_eq!(left(100).unwrap().total_payable, won(100));
        assert_eq!(left(0).unwrap().total_payable, won(0));
    }

    #[test]
    fn nothing_selected_costs_nothing() {
        let quote = price(&Checkout { lines: vec![], ..one_line(1_000) }).unwrap();
        assert_eq!((quote.goods_amount, quote.total_payable), (won(0), won(0)));
    }

    #[test]
    fn impossible_lines_are_contradicted() {
        let mut free = one_line(1_000);
        free.lines[0].price_delta = won(-1_000);
        let mut twice = one_line(1_000);
        twice.lines.push(twice.lines[0].clone());
        let homeless = Checkout { shipping: vec![], ..one_line(1_000) };
        for checkout in [free, twice, homeless] {
            assert!(matches!(price(&checkout), Err(PriceError::Contradiction(_))));
        }
    }
}
