//! The worked example of the money rules (two sellers, every kind of discount, Jeju), ready to be ordered.
//!
//! Seller 1 keeps 12 % to the platform of what is left after its own discounts, seller 2 10 % of the full price. A costs
//! 30,000, B 19,900 (18,000 in a time sale the seller pays for), C 24,000. The customer is GOLD and has a 5,000 coupon on
//! A, a 5,000 cart coupon (half the sellers'), a 2,000 shipping coupon for seller 2, points, rewards and a Jeju address.

use crate::benefits::{CouponSpec, Off, coupon, give, promotion};
use crate::goods::{Product, ProductSpec, product};
use crate::people::{CustomerSpec, customer};
use crate::pictures::Pictures;
use crate::plant::Plant;
use crate::stores::Store;
use crate::words::KINDS;
use kernel::{CategoryId, UserCouponId, UserId};

/// The goods of the example.
#[derive(Debug, Clone)]
pub struct Goods {
    pub a: Product,
    pub b: Product,
    pub c: Product,
}

/// The customer and what they may use.
#[derive(Debug, Clone)]
pub struct Buyer {
    pub user_id: UserId,
    pub email: String,
    pub coupon_on_a: UserCouponId,
    pub cart_coupon: UserCouponId,
    pub shipping_coupon: UserCouponId,
}

/// Points and rewards the buyer starts with.
pub const POINTS: i64 = 10_000;
pub const REWARDS: i64 = 3_000;

/// A, B and C on sale, B in a time sale.
pub fn goods(
    plant: &mut Plant<'_>,
    pictures: &Pictures,
    stores: (&Store, &Store),
    category: CategoryId,
) -> anyhow::Result<Goods> {
    let kind = KINDS.iter().find(|kind| kind.category == "women/tops/tshirts");
    let kind = kind.ok_or_else(|| anyhow::anyhow!("no T-shirts among the words"))?;
    let mut add = |store: &Store, letter: &str, name: &str, price: i64| {
        let spec = ProductSpec {
            store,
            brand_id: store.brand_id,
            category_id: category,
            kind,
            name: name.to_owned(),
            name_en: format!("Essential Tee {letter}"),
            style_no: format!("{}-E4{letter}", store.code),
            material: "코튼",
            list_price: price,
            sale_price: price,
            colors: vec![0, 1],
            age_days: 40,
            stock: Some(100),
            likes: 42,
        };
        product(plant, pictures, &spec)
    };
    let a = add(stores.0, "A", "에센셜 코튼 크루넥 티셔츠", 30_000);
    let b = add(stores.0, "B", "데일리 립 크루넥 티셔츠", 19_900);
    let c = add(stores.1, "C", "릴랙스 슬럽 크루넥 티셔츠", 24_000);
    promotion(plant, "time_sale", "오늘의 타임세일", Some(stores.0.seller_id), 30, &[(&b, 18_000, None)]);
    Ok(Goods { a, b, c })
}

/// The GOLD customer on Jeju with their coupons. Balances are granted once the rows are written.
pub fn buyer(plant: &mut Plant<'_>, goods: &Goods, free_shipping_of: &Store, email: String) -> anyhow::Result<Buyer> {
    let nickname = email.split('@').next().unwrap_or("buyer").chars().take(20).collect();
    let spec = CustomerSpec {
        email: email.clone(),
        name: "김민지",
        nickname,
        phone: "01020261124".to_owned(),
        grade: "GOLD",
        address: ("63309", "제주특별자치도 제주시 첨단로 242"),
    };
    let user_id = customer(plant, &spec)?;
    let plain = CouponSpec {
        name: "",
        kind: "product",
        off: Off::Won(5_000),
        seller_share: "0",
        seller: None,
        minimum: 0,
        issue_method: "target",
        only: None,
        issued: 1,
    };
    let on_a = CouponSpec { name: "에센셜 티셔츠 5,000원 쿠폰", only: Some(goods.a.id), ..plain };
    let on_a = coupon(plant, &on_a);
    let cart = CouponSpec { name: "장바구니 5,000원 쿠폰", kind: "cart", seller_share: "0.5", ..plain };
    let cart = coupon(plant, &cart);
    let seller = Some(free_shipping_of.seller_id);
    let shipping =
        CouponSpec { name: "배송비 2,000원 쿠폰", kind: "shipping", off: Off::Won(2_000), seller, ..plain };
    let shipping = coupon(plant, &shipping);
    Ok(Buyer {
        user_id,
        email,
        coupon_on_a: give(plant, on_a, user_id),
        cart_coupon: give(plant, cart, user_id),
        shipping_coupon: give(plant, shipping, user_id),
    })
}
