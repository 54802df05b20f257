//! Coupons as customers see them.

use chrono::{DateTime, Utc};
use kernel::{CouponId, Money, PurchaseOrderId, Rate, SellerId, UserCouponId};
use pricing::{CouponType, DiscountKind};
use promotions::IssueMethod;
use promotions::coupon::{CouponRow, Target, TargetKind, TargetMode};
use promotions::download_coupon::{Issued, Taken};
use promotions::my_coupons::{WalletRow, WalletStatus};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// A coupon's value and terms. Amounts in won.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct DownloadableCouponView {
    coupon_id: CouponId,
    name: String,
    coupon_type: CouponType,
    /// Only on this seller's goods and shipping.
    seller_id: Option<SellerId>,
    seller_name: Option<String>,
    discount_kind: DiscountKind,
    discount_amount: Option<Money>,
    discount_rate: Option<Rate>,
    max_discount: Option<Money>,
    min_order_amount: Money,
    valid_from: Option<DateTime<Utc>>,
    valid_to: Option<DateTime<Utc>>,
    /// Good for so many days from the moment it is taken.
    valid_days: Option<i32>,
    per_user_limit: i32,
    /// All of them were taken.
    sold_out: bool,
    /// How many I took already.
    held_count: i64,
    /// I may take (another) one.
    takeable: bool,
}

impl From<CouponRow> for DownloadableCouponView {
    fn from(row: CouponRow) -> DownloadableCouponView {
        let takeable = row.issue_method == IssueMethod::Download
            && !row.sold_out
            && row.held_count < i64::from(row.per_user_limit);
        DownloadableCouponView {
            coupon_id: row.id,
            name: row.name,
            coupon_type: row.coupon_type,
            seller_id: row.seller_id,
            seller_name: row.seller_name,
            discount_kind: row.discount_kind,
            discount_amount: row.discount_value,
            discount_rate: row.discount_rate,
            max_discount: row.max_discount,
            min_order_amount: row.min_order_amount,
            valid_from: row.valid_from,
            valid_to: row.valid_to,
            valid_days: row.valid_days,
            per_user_limit: row.per_user_limit,
            sold_out: row.sold_out,
            held_count: row.held_count,
            takeable,
        }
    }
}

/// One entry of a coupon's scope.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct CouponTargetView {
    kind: TargetKind,
    id: Uuid,
    name: Option<String>,
}

/// How a coupon goes together with others.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct CouponStackingView {
    /// What at most one coupon of this type is used on: `line`, `order` or `seller`.
    one_per: &'static str,
    /// Other types it can be used together with.
    combines_with: Vec<CouponType>,
}

/// A coupon with everything that decides about its use.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct CouponDetailView {
    #[serde(flatten)]
    coupon: DownloadableCouponView,
    /// Nothing listed: good for everything.
    good_for: Vec<CouponTargetView>,
    /// Wins over `good_for`.
    not_for: Vec<CouponTargetView>,
    stacking: CouponStackingView,
}

impl From<(CouponRow, Vec<Target>)> for CouponDetailView {
    fn from((row, targets): (CouponRow, Vec<Target>)) -> CouponDetailView {
        let of = |mode: TargetMode| {
            let view = |target: &Target| {
                let (kind, id) = target.what()?;
                Some(CouponTargetView { kind, id, name: target.name.clone() })
            };
            targets.iter().filter(|target| target.mode == mode).filter_map(view).collect()
        };
        let one_per = match row.coupon_type {
            CouponType::Product => "line",
            CouponType::Cart => "order",
            CouponType::Shipping => "seller",
        };
        let combines_with = CouponType::ALL.iter().copied().filter(|kind| *kind != row.coupon_type).collect();
        CouponDetailView {
            good_for: of(TargetMode::Include),
            not_for: of(TargetMode::Exclude),
            stacking: CouponStackingView { one_per, combines_with },
            coupon: row.into(),
        }
    }
}

/// A coupon that went into my wallet.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct IssuedCouponView {
    user_coupon_id: UserCouponId,
    coupon_id: CouponId,
    usable_from: DateTime<Utc>,
    expires_at: DateTime<Utc>,
}

impl From<Issued> for IssuedCouponView {
    fn from(issued: Issued) -> IssuedCouponView {
        let Issued { user_coupon_id, coupon_id, usable_from, expires_at } = issued;
        IssuedCouponView { user_coupon_id, coupon_id, usable_from, expires_at }
    }
}

/// What became of several coupons. Those I had before count as success.
#[derive(Debug, Clone, Default, Serialize, JsonSchema)]
pub struct BulkDownloadView {
    issued: Vec<IssuedCouponView>,
    held_before: Vec<CouponId>,
    sold_out: Vec<CouponId>,
}

impl From<Vec<Taken>> for BulkDownloadView {
    fn from(all: Vec<Taken>) -> BulkDownloadView {
        let mut view = BulkDownloadView::default();
        for taken in all {
            match taken {
                Taken::Issued(issued) => view.issued.push(issued.into()),
                Taken::Held(id) => view.held_before.push(id),
                Taken::Exhausted(id) => view.sold_out.push(id),
                Taken::NotEligible(_) => {}
            }
        }
        view
    }
}

/// A coupon of my wallet. Amounts in won.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct WalletCouponView {
    user_coupon_id: UserCouponId,
    coupon_id: CouponId,
    name: String,
    coupon_type: CouponType,
    seller_id: Option<SellerId>,
    discount_kind: DiscountKind,
    discount_amount: Option<Money>,
    discount_rate: Option<Rate>,
    max_discount: Option<Money>,
    min_order_amount: Money,
    status: WalletStatus,
    usable_from: DateTime<Utc>,
    expires_at: DateTime<Utc>,
    /// The order that holds or used it.
    purchase_order_id: Option<PurchaseOrderId>,
    order_no: Option<String>,
    /// What it took off that order.
    saved: Money,
    used_at: Option<DateTime<Utc>>,
}

impl From<WalletRow> for WalletCouponView {
    fn from(row: WalletRow) -> WalletCouponView {
        WalletCouponView {
            user_coupon_id: row.id,
            coupon_id: row.coupon_id,
            name: row.name,
            coupon_type: row.coupon_type,
            seller_id: row.seller_id,
            discount_kind: row.discount_kind,
            discount_amount: row.discount_value,
            discount_rate: row.discount_rate,
            max_discount: row.max_discount,
            min_order_amount: row.min_order_amount,
            status: row.status,
            usable_from: row.usable_from,
            expires_at: row.expires_at,
            purchase_order_id: row.purchase_order_id,
            order_no: row.order_no,
            saved: row.discount_amount,
            used_at: row.used_at,
        }
    }
}
