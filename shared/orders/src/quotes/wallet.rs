//! The coupons a customer could use, with the lines of this checkout their scope covers.
//!
//! No included target means everything; an excluded one wins over an included one.

use authz::CustomerScope;
use catalog::SellableSku;
use chrono::{DateTime, Utc};
use db::On;
use kernel::*;
use pricing::{Coupon, CouponType, CouponValue, DiscountKind, Wallet};
use serde::Deserialize;

db::row! {
    /// A coupon of a wallet with its scope.
    pub struct CouponRow {
        user_coupon_id: UserCouponId, name: String, coupon_type: CouponType, seller_id: Option<SellerId>, seller_share_rate: Rate, discount_kind: DiscountKind,
        discount_value: Option<Money>, discount_rate: Option<Rate>, max_discount: Option<Money>, min_order_amount: Money, expires_at: DateTime<Utc>, targets: serde_json::Value,
    }
}

db::statements! {
    static USABLE: (UserId, Now) => CouponRow =
        "select w.id as user_coupon_id, c.name, c.type as coupon_type, c.seller_id, c.seller_share_rate, c.discount_kind, c.discount_value, c.discount_rate, c.max_discount,
                c.min_order_amount, w.expires_at,
                coalesce((select jsonb_agg(jsonb_build_object('mode', t.mode, 'category_id', t.category_id, 'brand_id', t.brand_id, 'seller_id', t.seller_id, 'product_id', t.product_id))
                          from coupon_targets t where t.coupon_id = c.id and t.grade_id is null), '[]'::jsonb) as targets
         from user_coupons w join coupons c on c.id = w.coupon_id
         where w.user_id = $1 and w.state = 'issued' and w.usable_from <= $2 and w.expires_at > $2
         order by w.expires_at, w.id limit 200";
}

#[derive(Debug, Deserialize)]
struct Target {
    mode: String,
    category_id: Option<CategoryId>,
    brand_id: Option<BrandId>,
    seller_id: Option<SellerId>,
    product_id: Option<ProductId>,
}

impl Target {
    fn covers(&self, sku: &SellableSku) -> bool {
        self.category_id.is_some_and(|id| sku.category_path.contains(&id))
            || self.brand_id == Some(sku.brand_id)
            || self.seller_id == Some(sku.seller_id)
            || self.product_id == Some(sku.product_id)
    }
}

/// A coupon's name, to show.
#[derive(Debug, Clone)]
pub struct Named {
    pub user_coupon_id: UserCouponId,
    pub name: String,
}

/// The coupons a customer may use now.
pub async fn coupons(on: &impl On, by: CustomerScope, now: Now) -> Result<Vec<CouponRow>, Fault> {
    USABLE.all(on, (by.user_id(), now)).await
}

/// What of them these lines (line number and SKU) can use.
pub fn usable(coupons: Vec<CouponRow>, lines: &[(i32, &SellableSku)]) -> Result<(Wallet, Vec<Named>), Fault> {
    let mut wallet = Wallet::default();
    let mut names = Vec::new();
    for row in coupons {
        let targets: Vec<Target> = serde_json::from_value(row.targets.clone()).map_err(Fault::internal)?;
        let covered = |sku: &SellableSku| {
            let includes = targets.iter().filter(|t| t.mode == "include");
            let included = includes.clone().next().is_none() || includes.clone().any(|t| t.covers(sku));
            included && !targets.iter().any(|t| t.mode == "exclude" && t.covers(sku))
        };
        let coupon = Coupon {
            user_coupon_id: row.user_coupon_id,
            value: CouponValue::read(row.discount_kind, row.discount_value, row.discount_rate, row.max_discount)
                .map_err(Fault::internal)?,
            min_order_amount: row.min_order_amount,
            seller_share_rate: row.seller_share_rate,
            seller_id: row.seller_id,
            lines: lines.iter().filter(|(_, sku)| covered(sku)).map(|(no, _)| *no).collect(),
            expires_at: row.expires_at,
        };
        names.push(Named { user_coupon_id: row.user_coupon_id, name: row.name });
        match row.coupon_type {
            CouponType::Product => wallet.product.push(coupon),
            CouponType::Cart => wallet.cart.push(coupon),
            CouponType::Shipping => wallet.shipping.push(coupon),
        }
    }
    Ok((wallet, names))
}
