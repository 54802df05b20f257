//! A coupon definition as customers read it.

use crate::IssueMethod;
use chrono::{DateTime, Utc};
use kernel::{BrandId, CategoryId, CouponId, GradeId, Money, ProductId, Rate, SellerId};
use pricing::{CouponType, DiscountKind};
use serde::Deserialize;
use uuid::Uuid;

db::row! {
    /// One coupon with how far it is used up and how often this customer has it. Amounts in won.
    pub struct CouponRow {
        pub id: CouponId,
        pub name: String,
        pub coupon_type: CouponType,
        pub seller_id: Option<SellerId>,
        pub seller_name: Option<String>,
        pub discount_kind: DiscountKind,
        pub discount_value: Option<Money>,
        pub discount_rate: Option<Rate>,
        pub max_discount: Option<Money>,
        pub min_order_amount: Money,
        pub issue_method: IssueMethod,
        pub per_user_limit: i32,
        pub sold_out: bool,
        pub valid_from: Option<DateTime<Utc>>,
        pub valid_to: Option<DateTime<Utc>>,
        /// Days it is good for from the moment it is taken.
        pub valid_days: Option<i32>,
        pub held_count: i64,
    }
}

kernel::text_enum! {
    /// Whether a target brings something into a coupon's scope or keeps it out.
    pub enum TargetMode { Include = "include", Exclude = "exclude" }
}

/// One target of a coupon, with its name.
#[derive(Debug, Clone, Deserialize)]
pub struct Target {
    pub mode: TargetMode,
    pub category_id: Option<CategoryId>,
    pub brand_id: Option<BrandId>,
    pub seller_id: Option<SellerId>,
    pub product_id: Option<ProductId>,
    pub grade_id: Option<GradeId>,
    pub name: Option<String>,
}

kernel::text_enum! {
    /// What a target is.
    pub enum TargetKind {
        Category = "category",
        Brand = "brand",
        Seller = "seller",
        Product = "product",
        Grade = "grade",
    }
}

impl Target {
    /// What it is and its id.
    pub fn what(&self) -> Option<(TargetKind, Uuid)> {
        let category = self.category_id.map(|id| (TargetKind::Category, id.0));
        let brand = self.brand_id.map(|id| (TargetKind::Brand, id.0));
        let seller = self.seller_id.map(|id| (TargetKind::Seller, id.0));
        let product = self.product_id.map(|id| (TargetKind::Product, id.0));
        let grade = self.grade_id.map(|id| (TargetKind::Grade, id.0));
        category.or(brand).or(seller).or(product).or(grade)
    }
}
