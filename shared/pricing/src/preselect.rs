//! The coupons a checkout starts with, and what every coupon of the wallet would save.
//!
//! The customer should not have to search, so a checkout starts with a good set: the product coupons are handed out so
//! that together they save the most (exactly, however many there are); with them in place the cart coupon that lowers
//! the order most is chosen, or none; then the shipping coupons are handed out over the sellers, again exactly. Between
//! equal savings fewer coupons win, then those that expire sooner, then the older ones.
//!
//! It is the best set step by step, in the order of the discounts. It does not search for a worse product coupon that
//! would leave more to a cart coupon of a certain share on certain lines; the customer may still choose that one.

use crate::assign::assign;
use crate::basket::{Basket, product_coupon_saves};
use crate::checkout::{Checkout, PriceError, Quote};
use crate::price::{calculate, price};
use crate::seller_order::shipping_coupon_saves;
use crate::{Contradiction, Coupon, CouponType, Unusable};
use kernel::{Money, SellerId, UserCouponId};
use serde::{Deserialize, Serialize};

/// The usable coupons a customer has, by what they are used on.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Wallet {
    pub product: Vec<Coupon>,
    pub cart: Vec<Coupon>,
    pub shipping: Vec<Coupon>,
}

/// Where a coupon would be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Place {
    Line(i32),
    Cart,
    Shipping(SellerId),
}

/// What one coupon would do in one place.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Saving {
    pub user_coupon_id: UserCouponId,
    pub coupon_type: CouponType,
    pub place: Place,
    /// Won it takes off; 0 when it cannot be used.
    pub saves: Money,
    pub unusable: Option<Unusable>,
}

/// The checkout with the coupons of `wallet` that serve the customer best, in place of any it had. Where that set leaves
/// an amount the payment gateway does not take, no coupon is chosen.
pub fn preselect(checkout: &Checkout, wallet: &Wallet) -> Result<Checkout, Contradiction> {
    let plain = without_coupons(checkout);
    let mut chosen = plain.clone();

    let coupons = by_expiry(&wallet.product);
    let basket = Basket::open(&plain)?;
    let savings = basket.lines.iter().map(|open| coupons.iter().map(|c| product_coupon_saves(c, open)).collect());
    let handed_out = hand_out(savings.collect());
    let line_nos: Vec<i32> = basket.lines.iter().map(|open| open.line.line_no).collect();
    for (line_no, coupon) in line_nos.into_iter().zip(handed_out) {
        let line = chosen.lines.iter_mut().find(|line| line.line_no == line_no);
        if let (Some(line), Some(at)) = (line, coupon) {
            line.product_coupon = Some(coupons[at].clone());
        }
    }

    let mut least = spent(&calculate(&chosen)?);
    for coupon in by_expiry(&wallet.cart) {
        let with = Checkout { cart_coupon: Some(coupon.clone()), ..chosen.clone() };
        match price(&with) {
            Ok(quote) if spent(&quote) < least => {
                least = spent(&quote);
                chosen = with;
            }
            Ok(_) | Err(PriceError::BelowPaymentMinimum { .. }) => {}
            Err(PriceError::Contradiction(contradiction)) => return Err(contradiction),
        }
    }

    let coupons = by_expiry(&wallet.shipping);
    let quote = calculate(&chosen)?;
    let savings = quote
        .seller_orders
        .iter()
        .map(|order| coupons.iter().map(|coupon| saves_shipping(coupon, &quote, order.seller_id)).collect());
    let handed_out = hand_out(savings.collect());
    for (order, coupon) in quote.seller_orders.iter().zip(handed_out) {
        let terms = chosen.shipping.iter_mut().find(|terms| terms.seller_id == order.seller_id);
        if let (Some(terms), Some(at)) = (terms, coupon) {
            terms.shipping_coupon = Some(coupons[at].clone());
        }
    }
    Ok(if price(&chosen).is_ok() { chosen } else { plain })
}

/// What each coupon would save in each place it could be used, given the other discounts the checkout has now: for each
/// product coupon every line, for each cart coupon the cart, for each shipping coupon every seller.
pub fn savings(checkout: &Checkout, wallet: &Wallet) -> Result<Vec<Saving>, Contradiction> {
    let quote = calculate(checkout)?;
    let mut basket = Basket::open(checkout)?;
    let mut all = Vec::new();
    let mut note = |coupon: &Coupon, coupon_type, place, saves: Result<Money, Unusable>| {
        let user_coupon_id = coupon.user_coupon_id;
        let (saves, unusable) = saves.map_or_else(|why| (Money::ZERO, Some(why)), |amount| (amount, None));
        all.push(Saving { user_coupon_id, coupon_type, place, saves, unusable });
    };
    for coupon in &wallet.product {
        for open in &basket.lines {
            note(coupon, CouponType::Product, Place::Line(open.line.line_no), product_coupon_saves(coupon, open));
        }
    }
    basket.product_coupons();
    basket.grade(checkout.grade_rate);
    for coupon in &wallet.cart {
        note(coupon, CouponType::Cart, Place::Cart, basket.cart_coupon_saves(coupon));
    }
    for coupon in &wallet.shipping {
        for order in &quote.seller_orders {
            let saves = saves_shipping(coupon, &quote, order.seller_id);
            note(coupon, CouponType::Shipping, Place::Shipping(order.seller_id), saves);
        }
    }
    Ok(all)
}

fn saves_shipping(coupon: &Coupon, quote: &Quote, seller_id: SellerId) -> Result<Money, Unusable> {
    let covered = quote.lines.iter().any(|line| line.seller_id == seller_id && coupon.covers(line.line_no, seller_id));
    let order = quote.seller_orders.iter().find(|order| order.seller_id == seller_id).ok_or(Unusable::OutOfScope)?;
    shipping_coupon_saves(coupon, covered, order.sale_amount, order.shipping_fee)
}

/// What the customer gives in all: cash, points and rewards.
fn spent(quote: &Quote) -> Money {
    quote.total_payable + quote.points_used + quote.rewards_used
}

fn without_coupons(checkout: &Checkout) -> Checkout {
    let mut plain = checkout.clone();
    plain.cart_coupon = None;
    plain.lines.iter_mut().for_each(|line| line.product_coupon = None);
    plain.shipping.iter_mut().for_each(|terms| terms.shipping_coupon = None);
    plain
}

fn by_expiry(coupons: &[Coupon]) -> Vec<&Coupon> {
    let mut sorted: Vec<&Coupon> = coupons.iter().collect();
    sorted.sort_by_key(|coupon| (coupon.expires_at, coupon.user_coupon_id));
    sorted
}

/// Hands coupons (in the order of their expiry) out to places by what they save there. A won outweighs any number of
/// coupons; using one costs the more the later it expires, so equal savings use few and early ones.
fn hand_out(savings: Vec<Vec<Result<Money, Unusable>>>) -> Vec<Option<usize>> {
    let coupons = savings.first().map_or(0, Vec::len) as i128;
    let won = coupons * (2 * coupons + 1) + 1;
    let worth = |(rank, saves): (usize, Result<Money, Unusable>)| {
        saves.map_or(0, |amount| i128::from(amount.get()) * won - coupons - rank as i128)
    };
    let worth: Vec<Vec<i128>> =
        savings.into_iter().map(|place| place.into_iter().enumerate().map(worth).collect()).collect();
    assign(&worth)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::CouponValue;
    use crate::examples::*;
    use kernel::Rate;

    fn chosen(checkout: &Checkout) -> (Vec<Option<UserCouponId>>, Option<UserCouponId>, Vec<Option<UserCouponId>>) {
        let id = |coupon: &Option<Coupon>| coupon.as_ref().map(|coupon| coupon.user_coupon_id);
        let lines = checkout.lines.iter().map(|line| id(&line.product_coupon)).collect();
        let shipping = checkout.shipping.iter().map(|terms| id(&terms.shipping_coupon)).collect();
        (lines, id(&checkout.cart_coupon), shipping)
    }

    fn share(n: u32, parts: i64, lines: &[i32]) -> Coupon {
        let value = CouponValue::Rate { rate: Rate::parts(parts), max_discount: None };
        Coupon { value, ..fixed_coupon(n, 0, 0, lines) }
    }

    #[test]
    fn coupons_go_where_they_save_most_together() {
        let wallet = Wallet {
            product: vec![fixed_coupon(1, 5_000, 0, &[1, 2]), fixed_coupon(2, 4_000, 0, &[1])],
            cart: vec![fixed_coupon(3, 2_000, 0, &[1, 2]), share(4, 10_000, &[1, 2])],
            shipping: vec![fixed_coupon(5, 2_000, 0, &[1]), fixed_coupon(6, 3_000, 0, &[1])],
        };
        let best = preselect(&lines_of_one_seller(&[20_000, 15_000]), &wallet).unwrap();
        let (lines, cart, shipping) = chosen(&best);
        assert_eq!(lines, [Some(coupon_id(2)), Some(coupon_id(1))]);
        assert_eq!((cart, shipping), (Some(coupon_id(4)), vec![Some(coupon_id(6))]));
    }

    #[test]
    fn of_equal_coupons_the_one_that_expires_first_is_used() {
        let late = |n| fixed_coupon(n, 3_000, 0, &[1]);
        let soon = |n| Coupon { expires_at: day(1).0, ..late(n) };
        let wallet =
            Wallet { product: vec![late(1), soon(2)], cart: vec![late(3), soon(4)], shipping: vec![late(5), soon(6)] };
        let (lines, cart, shipping) = chosen(&preselect(&one_line(20_000), &wallet).unwrap());
        assert_eq!((lines, cart), (vec![Some(coupon_id(2))], Some(coupon_id(4))));
        assert_eq!(shipping, [Some(coupon_id(6))]);
    }

    #[test]
    fn a_free_shipping_order_keeps_its_shipping_coupon() {
        let wallet = Wallet { shipping: vec![fixed_coupon(1, 3_000, 0, &[1])], ..Wallet::default() };
        assert_eq!(chosen(&preselect(&one_line(50_000), &wallet).unwrap()).2, [None]);
    }

    #[test]
    fn no_coupon_is_chosen_that_leaves_what_cannot_be_paid() {
        let wallet = Wallet { product: vec![fixed_coupon(1, 50_950, 0, &[1])], ..Wallet::default() };
        assert_eq!(chosen(&preselect(&one_line(51_000), &wallet).unwrap()).0, [None]);
        let wallet = Wallet { cart: vec![fixed_coupon(1, 50_950, 0, &[1])], ..Wallet::default() };
        assert_eq!(chosen(&preselect(&one_line(51_000), &wallet).unwrap()).1, None);
    }

    #[test]
    fn every_coupon_says_what_it_saves_or_why_it_cannot_be_used() {
        let wallet = Wallet {
            product: vec![fixed_coupon(1, 5_000, 0, &[1])],
            cart: vec![share(2, 10_000, &[1, 2]), Coupon { min_order_amount: won(99_000), ..share(3, 10_000, &[1]) }],
            shipping: vec![fixed_coupon(4, 5_000, 0, &[2])],
        };
        let savings = savings(&own_coupon_checkout(), &wallet).unwrap();
        let seen: Vec<(Place, i64, Option<Unusable>)> =
            savings.iter().map(|saving| (saving.place, saving.saves.get(), saving.unusable)).collect();
        let short = Unusable::BelowMinimum { required: won(99_000), actual: won(30_000) };
        let expected = [
            (Place::Line(1), 5_000, None),
            (Place::Line(2), 0, Some(Unusable::OutOfScope)),
            (Place::Cart, 4_500, None),
            (Place::Cart, 0, Some(short)),
            (Place::Shipping(seller(1)), 0, Some(Unusable::NothingToDiscount)),
        ];
        assert_eq!(seen, expected);
    }
}
