//! Coupons, wallets and promotions.

use crate::goods::Product;
use crate::plant::Plant;
use crate::rows::Table;
use kernel::{CouponId, CouponTargetId, ProductId, PromotionId, PromotionProductId, SellerId, UserCouponId, UserId};
use serde_json::{Value, json};

/// What a coupon takes off.
#[derive(Debug, Clone, Copy)]
pub enum Off {
    Won(i64),
    /// Share as the database writes it, and the most it takes off.
    Rate(&'static str, i64),
}

/// A coupon definition to plant.
pub struct CouponSpec<'a> {
    pub name: &'a str,
    /// `product`, `cart` or `shipping`.
    pub kind: &'a str,
    pub off: Off,
    /// The share its seller carries.
    pub seller_share: &'a str,
    pub seller: Option<SellerId>,
    pub minimum: i64,
    pub issue_method: &'a str,
    pub only: Option<ProductId>,
    /// Copies that wallets get in this planting.
    pub issued: i32,
}

/// Adds an active coupon.
pub fn coupon(plant: &mut Plant<'_>, spec: &CouponSpec<'_>) -> CouponId {
    let id = CouponId::new();
    let (value, rate, most): (Value, Value, Value) = match spec.off {
        Off::Won(won) => (json!(won), Value::Null, Value::Null),
        Off::Rate(rate, most) => (Value::Null, json!(rate), json!(most)),
    };
    plant.rows.add(
        Table::Coupons,
        json!({
            "id": id, "name": spec.name, "type": spec.kind, "issuer": if spec.seller_share == "1" { "seller" } else { "platform" },
            "seller_id": spec.seller, "seller_share_rate": spec.seller_share, "discount_kind": if rate.is_null() { "fixed" } else { "rate" },
            "discount_value": value, "discount_rate": rate, "max_discount": most, "min_order_amount": spec.minimum,
            "issue_method": spec.issue_method, "per_user_limit": 1, "issued_count": spec.issued, "valid_from": plant.days_ago(1),
            "valid_to": plant.in_days(60), "state": "active", "version": 0,
        }),
    );
    if let Some(product) = spec.only {
        plant.rows.add(
            Table::CouponTargets,
            json!({ "id": CouponTargetId::new(), "coupon_id": id, "mode": "include", "product_id": product }),
        );
    }
    id
}

/// Puts a coupon into a wallet.
pub fn give(plant: &mut Plant<'_>, coupon: CouponId, user: UserId) -> UserCouponId {
    let id = UserCouponId::new();
    plant.rows.add(
        Table::UserCoupons,
        json!({
            "id": id, "coupon_id": coupon, "user_id": user, "issue_no": 1, "state": "issued", "usable_from": plant.days_ago(1),
            "expires_at": plant.in_days(60), "discount_amount": 0, "restored_count": 0, "issued_at": plant.now.0,
        }),
    );
    id
}

/// A running promotion with its products and their prices.
pub fn promotion(
    plant: &mut Plant<'_>,
    kind: &str,
    name: &str,
    seller: Option<SellerId>,
    days: i64,
    products: &[(&Product, i64, Option<i32>)],
) -> PromotionId {
    let id = PromotionId::new();
    plant.rows.add(
        Table::Promotions,
        json!({
            "id": id, "kind": kind, "name": name, "seller_id": seller, "seller_share_rate": 1, "starts_at": plant.now.0 - chrono::Duration::hours(1),
            "ends_at": plant.in_days(days), "state": "running", "version": 0,
        }),
    );
    for (position, (product, price, limit)) in products.iter().enumerate() {
        plant.rows.add(
            Table::PromotionProducts,
            json!({
                "id": PromotionProductId::new(), "promotion_id": id, "product_id": product.id, "state": "approved", "promo_price": price,
                "position": position, "quantity_limit": limit, "sold_quantity": 0, "decided_at": plant.now.0, "version": 0,
            }),
        );
    }
    id
}
