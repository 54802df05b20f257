//! Coupons in wallets.

use crate::customer::Customer;
use crate::seller::Seller;
use crate::shop::{Inner, Shop};
use chrono::Duration;
use kernel::{CouponId, ProductId, SellerId, UserCouponId};
use std::sync::Arc;
use uuid::Uuid;

/// Says what the coupon is worth; ends with [`CouponBuilder::make`] or [`CouponBuilder::give`].
pub struct CouponBuilder {
    shop: Arc<Inner>,
    name: String,
    kind: &'static str,
    seller: Option<SellerId>,
    seller_share_rate: String,
    fixed: Option<i64>,
    rate: Option<String>,
    max_discount: Option<i64>,
    min_order: i64,
    method: &'static str,
    total_limit: Option<i32>,
    per_user_limit: i32,
    days: i64,
    only: Vec<ProductId>,
}

impl Shop {
    /// A product coupon of the platform over 1,000 won, good for 30 days, unless told otherwise.
    pub fn coupon(&self, name: &str) -> CouponBuilder {
        CouponBuilder {
            shop: self.inner.clone(),
            name: name.to_owned(),
            kind: "product",
            seller: None,
            seller_share_rate: "0".to_owned(),
            fixed: Some(1_000),
            rate: None,
            max_discount: None,
            min_order: 0,
            method: "download",
            total_limit: None,
            per_user_limit: 1,
            days: 30,
            only: Vec::new(),
        }
    }
}

impl CouponBuilder {
    pub fn fixed(mut self, won: i64) -> Self {
        (self.fixed, self.rate) = (Some(won), None);
        self
    }
    /// A share of the price, e.g. "0.1", at most so much.
    pub fn rate(mut self, rate: &str, max_discount: i64) -> Self {
        (self.fixed, self.rate, self.max_discount) = (None, Some(rate.to_owned()), Some(max_discount));
        self
    }
    /// Off the whole cart (장바구니 쿠폰).
    pub fn cart(mut self) -> Self {
        self.kind = "cart";
        self
    }
    /// Off the delivery.
    pub fn shipping(mut self) -> Self {
        self.kind = "shipping";
        self
    }
    pub fn min_order(mut self, won: i64) -> Self {
        self.min_order = won;
        self
    }
    /// Issued and paid for by a seller.
    pub fn by(mut self, seller: &Seller) -> Self {
        (self.seller, self.seller_share_rate) = (Some(seller.seller_id), "1".to_owned());
        self
    }
    /// The part of a platform coupon that sellers bear.
    pub fn seller_share(mut self, rate: &str) -> Self {
        self.seller_share_rate = rate.to_owned();
        self
    }
    /// For these products only.
    pub fn only(mut self, product: ProductId) -> Self {
        self.only.push(product);
        self
    }
    pub fn method(mut self, method: &'static str) -> Self {
        self.method = method;
        self
    }
    pub fn limit(mut self, total: i32) -> Self {
        self.total_limit = Some(total);
        self
    }
    pub fn per_user(mut self, times: i32) -> Self {
        self.per_user_limit = times;
        self
    }
    pub fn days(mut self, days: i64) -> Self {
        self.days = days;
        self
    }

    /// The active definition, in nobody's wallet.
    pub async fn make(self) -> CouponId {
        let shop = Shop::view(self.shop.clone());
        let (id, now) = (CouponId::new(), shop.now());
        shop.sql(
            "insert into coupons (id, name, type, issuer, seller_id, seller_share_rate, discount_kind, discount_value, discount_rate, max_discount,
                                  min_order_amount, issue_method, total_limit, per_user_limit, valid_from, valid_to, state)
             values ($1, $2, $3, $4, $5, $6::text::numeric, $7, $8, $9::text::numeric, $10, $11, $12, $13, $14, $15, $16, 'active')",
            &[
                &id, &self.name, &self.kind, &if self.seller.is_some() { "seller" } else { "platform" }, &self.seller, &self.seller_share_rate,
                &if self.fixed.is_some() { "fixed" } else { "rate" }, &self.fixed, &self.rate, &self.max_discount, &self.min_order, &self.method,
                &self.total_limit, &self.per_user_limit, &now, &now.plus(Duration::days(self.days)),
            ],
        )
        .await;
        for product in &self.only {
            shop.sql(
                "insert into coupon_targets (id, coupon_id, mode, product_id) values ($1, $2, 'include', $3)",
                &[&Uuid::now_v7(), &id, product],
            )
            .await;
        }
        id
    }

    /// Made, and put into a wallet.
    pub async fn give(self, customer: &Customer) -> UserCouponId {
        let shop = Shop::view(self.shop.clone());
        let coupon = self.make().await;
        shop.give_coupon(coupon, customer).await
    }
}

impl Shop {
    /// Puts one more of a coupon into a wallet.
    pub async fn give_coupon(&self, coupon: CouponId, customer: &Customer) -> UserCouponId {
        let id = UserCouponId::new();
        self.sql(
            "with taken as (update coupons set issued_count = issued_count + 1 where id = $2 returning valid_from, valid_to)
             insert into user_coupons (id, coupon_id, user_id, issue_no, usable_from, expires_at, issued_at)
             select $1, $2, $3, 1 + (select count(*) from user_coupons where coupon_id = $2 and user_id = $3), valid_from, valid_to, $4 from taken",
            &[&id, &coupon, &customer.user_id, &self.now()],
        )
        .await;
        id
    }
}
