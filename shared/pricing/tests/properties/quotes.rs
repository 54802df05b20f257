//! Every price adds up, and nothing is discounted below nothing.

use crate::generate::*;
use kernel::{Money, Rate};
use pricing::*;
use proptest::prelude::*;
use std::collections::BTreeMap;

fn sum<T>(items: &[T], of: impl Fn(&T) -> Money) -> Money {
    items.iter().map(of).sum()
}

/// The seller's share of every coupon of a checkout.
fn shares_of_sellers(checkout: &Checkout) -> BTreeMap<kernel::UserCouponId, Rate> {
    let coupons = checkout.lines.iter().filter_map(|line| line.product_coupon.as_ref());
    let coupons = coupons.chain(&checkout.cart_coupon);
    let coupons = coupons.chain(checkout.shipping.iter().filter_map(|terms| terms.shipping_coupon.as_ref()));
    coupons.map(|coupon| (coupon.user_coupon_id, coupon.seller_share_rate)).collect()
}

proptest! {
    #[test]
    fn the_header_is_the_sum_of_lines_and_shipping(checkout in checkout()) {
        let quote = price(&checkout).unwrap();
        prop_assert_eq!(quote.goods_amount, sum(&quote.lines, |line| line.gross));
        prop_assert_eq!(quote.discount_amount, sum(&quote.lines, |line| line.discount));
        prop_assert_eq!(quote.points_used, sum(&quote.lines, |line| line.points));
        prop_assert_eq!(quote.rewards_used, sum(&quote.lines, |line| line.rewards));
        prop_assert_eq!(quote.shipping_amount, sum(&quote.seller_orders, |order| order.shipping_paid));
        prop_assert_eq!(quote.total_payable, sum(&quote.lines, |line| line.paid) + quote.shipping_amount);
        prop_assert_eq!(
            quote.total_payable,
            quote.goods_amount - quote.discount_amount - quote.points_used - quote.rewards_used + quote.shipping_amount
        );
        prop_assert_eq!(&quote, &price(&checkout).unwrap());
    }

    #[test]
    fn a_line_is_its_price_less_its_shares_and_never_negative(quote in quote()) {
        for line in &quote.lines {
            prop_assert_eq!(line.gross, line.unit_price.times(i64::from(line.quantity)));
            prop_assert_eq!(line.paid, line.gross - line.discount - line.points - line.rewards);
            prop_assert_eq!(line.sale_amount, line.gross - line.of(Source::Promotion));
            prop_assert!([line.discount, line.points, line.rewards, line.paid].iter().all(|won| !won.is_negative()));
            prop_assert!(line.shares.is_sorted_by(|a, b| a.source < b.source));
            let bearers = line.shares.iter().flat_map(|share| [share.borne.seller, share.borne.platform]);
            prop_assert!(bearers.into_iter().all(|won| !won.is_negative()));
            prop_assert!(line.rows().all(|row| row.amount.is_positive()));
            let balances = line.shares.iter().filter(|share| share.source.is_balance() || share.source == Source::Grade);
            prop_assert!(balances.into_iter().all(|share| share.borne.seller.is_zero()));
            prop_assert_eq!(&Share::gather(line.rows()).unwrap(), &line.shares);
        }
    }

    #[test]
    fn the_seller_bears_the_floor_of_the_agreed_share(checkout in checkout()) {
        let agreed = shares_of_sellers(&checkout);
        let quote = price(&checkout).unwrap();
        let shares = quote.lines.iter().flat_map(|line| line.shares.iter());
        for share in shares.chain(quote.seller_orders.iter().filter_map(|order| order.shipping_share.as_ref())) {
            if let Some(coupon) = share.user_coupon_id {
                prop_assert_eq!(share.borne.seller, agreed[&coupon].floor_of(share.total()));
            }
            prop_assert_eq!(share.user_coupon_id.is_some(),
                matches!(share.source, Source::ProductCoupon | Source::CartCoupon | Source::ShippingCoupon));
            prop_assert_eq!(share.promotion_id.is_some(), share.source == Source::Promotion);
        }
    }

    #[test]
    fn a_coupon_takes_off_what_it_says_and_is_used_once(checkout in checkout()) {
        let quote = price(&checkout).unwrap();
        let mut carried: BTreeMap<_, Money> = BTreeMap::new();
        let shares = quote.lines.iter().flat_map(|line| line.shares.iter());
        for share in shares.chain(quote.seller_orders.iter().filter_map(|order| order.shipping_share.as_ref())) {
            if let Some(coupon) = share.user_coupon_id {
                *carried.entry(coupon).or_default() += share.total();
            }
        }
        let used: BTreeMap<_, Money> = quote.coupons.iter().map(|used| (used.user_coupon_id, used.amount)).collect();
        prop_assert_eq!(used.len(), quote.coupons.len());
        prop_assert_eq!(used, carried);
    }

    #[test]
    fn a_sellers_own_coupon_is_never_borne_by_another(checkout in checkout()) {
        let quote = price(&checkout).unwrap();
        if let Some(Coupon { seller_id: Some(issuer), .. }) = &checkout.cart_coupon {
            let others = quote.lines.iter().filter(|line| line.seller_id != *issuer);
            prop_assert_eq!(others.map(|line| line.of(Source::CartCoupon)).sum::<Money>(), Money::ZERO);
        }
    }

    #[test]
    fn balances_pay_for_goods_that_take_them_and_no_more(checkout in checkout()) {
        let quote = price(&checkout).unwrap();
        prop_assert_eq!(quote.points_used, checkout.points.min(quote.points_max));
        prop_assert_eq!(quote.rewards_used, checkout.rewards.min(quote.rewards_max));
        for (line, priced) in checkout.lines.iter().zip(&quote.lines) {
            prop_assert!(line.point_usable || priced.points.is_zero());
        }
        let lowered = |change: &Change| matches!(change, Change::PointsLowered { .. });
        let lowered = quote.changes.iter().any(lowered);
        prop_assert_eq!(lowered, quote.points_used < checkout.points);
    }

    #[test]
    fn shipping_is_charged_once_per_seller_within_its_terms(quote in quote()) {
        for order in &quote.seller_orders {
            let lines = quote.lines.iter().filter(|line| line.seller_id == order.seller_id);
            prop_assert_eq!(order.sale_amount, lines.map(|line| line.sale_amount).sum::<Money>());
            prop_assert_eq!(order.shipping_paid, order.shipping_fee + order.remote_surcharge - order.shipping_discount);
            prop_assert!(!order.shipping_discount.is_negative() && order.shipping_discount <= order.shipping_fee);
            prop_assert_eq!(order.shipping_share.map_or(Money::ZERO, |share| share.total()), order.shipping_discount);
            if order.shipping_waived {
                prop_assert!(order.shipping_fee.is_zero() && order.free_threshold.is_some_and(|t| order.sale_amount >= t));
            }
        }
    }

    #[test]
    fn a_stored_checkout_and_its_price_read_back_the_same(checkout in checkout(), wallet in wallet()) {
        fn read_back<T: serde::Serialize + serde::de::DeserializeOwned>(value: &T) -> T {
            serde_json::from_str(&serde_json::to_string(value).unwrap()).unwrap()
        }
        prop_assert_eq!(&read_back(&checkout), &checkout);
        prop_assert_eq!(&read_back(&wallet), &wallet);
        let quote = price(&checkout).unwrap();
        prop_assert_eq!(read_back(&quote), quote);
    }

    #[test]
    fn the_order_in_which_lines_are_listed_does_not_matter(checkout in checkout()) {
        let mut reversed = checkout.clone();
        reversed.lines.reverse();
        reversed.shipping.reverse();
        prop_assert_eq!(price(&checkout).unwrap(), price(&reversed).unwrap());
    }

    #[test]
    fn only_amounts_below_the_minimum_are_refused(checkout in checkout(), minimum in 1_i64..50_000) {
        let total = price(&checkout).unwrap().total_payable;
        let priced = price(&Checkout { payment_minimum: won(minimum), ..checkout });
        prop_assert_eq!(priced.is_err(), total.is_positive() && total < won(minimum));
    }

    #[test]
    fn preselected_coupons_are_all_used_and_never_cost_more(checkout in checkout(), wallet in wallet()) {
        let none = preselect(&checkout, &Wallet::default()).unwrap();
        let best = preselect(&checkout, &wallet).unwrap();
        let (plain, quote) = (price(&none).unwrap(), price(&best).unwrap());
        let spent = |quote: &Quote| quote.total_payable + quote.points_used + quote.rewards_used;
        prop_assert!(spent(&quote) <= spent(&plain));
        let dropped = |change: &Change| matches!(change, Change::CouponDropped { .. });
        prop_assert!(!quote.changes.iter().any(dropped));
        prop_assert_eq!(preselect(&best, &wallet).unwrap(), best);
    }

    #[test]
    fn a_coupon_saves_what_the_list_says(checkout in checkout(), wallet in wallet()) {
        let checkout = preselect(&checkout, &Wallet::default()).unwrap();
        for saving in savings(&checkout, &wallet).unwrap() {
            let mut with = checkout.clone();
            let find = |coupons: &[Coupon]| coupons.iter().find(|c| c.user_coupon_id == saving.user_coupon_id).cloned();
            match saving.place {
                Place::Line(line_no) => {
                    let line = with.lines.iter_mut().find(|line| line.line_no == line_no).unwrap();
                    line.product_coupon = find(&wallet.product);
                }
                Place::Cart => with.cart_coupon = find(&wallet.cart),
                Place::Shipping(seller_id) => {
                    let terms = with.shipping.iter_mut().find(|terms| terms.seller_id == seller_id).unwrap();
                    terms.shipping_coupon = find(&wallet.shipping);
                }
            }
            let used = price(&with).unwrap().coupons;
            prop_assert_eq!(used.iter().map(|used| used.amount).sum::<Money>(), saving.saves);
            prop_assert_eq!(used.is_empty(), saving.unusable.is_some());
        }
    }

    #[test]
    fn pieces_add_up_to_their_line_per_source_and_bearer(line in sold_line()) {
        let units = line.units().unwrap();
        let mut left: BTreeMap<Source, Borne> = line.shares.iter().map(|share| (share.source, share.borne)).collect();
        for share in units.iter().flat_map(|unit| &unit.shares) {
            let rest = left.get_mut(&share.source).unwrap();
            rest.seller -= share.borne.seller;
            rest.platform -= share.borne.platform;
            prop_assert!(!share.borne.seller.is_negative() && !share.borne.platform.is_negative());
        }
        prop_assert!(left.values().all(|rest| *rest == Borne::default()));
        prop_assert_eq!(sum(&units, UnitMoney::cash), line.cash());
        prop_assert!(units.iter().all(|unit| !unit.cash().is_negative()));
        let even = units.iter().all(|unit| (unit.cash() - units[0].cash()).get().abs() < 6 * i64::from(line.quantity));
        prop_assert!(even);
    }

    #[test]
    fn an_exchange_makes_no_money(line in sold_line(), picks in prop::collection::vec(any::<bool>(), 6)) {
        let units = line.units().unwrap();
        let (moved, kept): (Vec<UnitMoney>, Vec<UnitMoney>) =
            units.into_iter().partition(|unit| picks[(unit.unit_no - 1) as usize]);
        let Some(replacement) = take_over(&moved) else { return Ok(()) };
        prop_assert_eq!(replacement.cash(), sum(&moved, UnitMoney::cash));
        prop_assert_eq!(replacement.seller_discount(), sum(&moved, |unit| unit.seller_discount()));
        let again = replacement.units().unwrap();
        prop_assert_eq!(sum(&again, UnitMoney::cash) + sum(&kept, UnitMoney::cash), line.cash());
        prop_assert!(again.iter().all(|unit| !unit.cash().is_negative()));
    }
}
