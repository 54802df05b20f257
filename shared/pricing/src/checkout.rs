//! What goes into a price and what comes out of it.

use crate::share::{AllocationRow, Share, Shares};
use crate::{Contradiction, Coupon, CouponType, RemoteZone, ShippingPolicy, SoldLine, Unusable};
use kernel::{Money, PromotionId, Rate, SellerId, ShippingPolicyId, UserCouponId};
use serde::{Deserialize, Serialize};

/// A price promotion that runs for a line's product.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Promotion {
    pub promotion_id: PromotionId,
    /// What one piece costs instead of the sale price; option surcharges stay on top.
    pub promo_price: Money,
    pub seller_share_rate: Rate,
}

impl Promotion {
    /// Of several promotions the lowest price wins (of equal ones the oldest); they never add up.
    pub fn lowest(running: impl IntoIterator<Item = Promotion>) -> Option<Promotion> {
        running.into_iter().min_by_key(|promotion| (promotion.promo_price, promotion.promotion_id))
    }
}

/// One line to be priced.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CheckoutLine {
    /// Unique within the checkout; decides between equals when a discount is divided.
    pub line_no: i32,
    pub seller_id: SellerId,
    pub sale_price: Money,
    /// Option price (옵션가), may be negative.
    pub price_delta: Money,
    pub promotion: Option<Promotion>,
    pub quantity: i32,
    /// Whether points may be spent on it.
    pub point_usable: bool,
    pub product_coupon: Option<Coupon>,
}

/// One seller's shipping terms.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SellerShipping {
    pub seller_id: SellerId,
    /// The policies of the seller's lines; at least one.
    pub policies: Vec<ShippingPolicy>,
    pub shipping_coupon: Option<Coupon>,
}

/// Everything a price depends on. Amounts in won.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Checkout {
    pub lines: Vec<CheckoutLine>,
    /// One entry per seller of the lines.
    pub shipping: Vec<SellerShipping>,
    pub remote_zone: RemoteZone,
    /// Discount rate of the customer's grade.
    pub grade_rate: Rate,
    pub cart_coupon: Option<Coupon>,
    /// Points and rewards the customer wants to spend (the caller has held them against the balances).
    pub points: Money,
    pub rewards: Money,
    /// The smallest amount the payment gateway takes.
    pub payment_minimum: Money,
}

/// One line of the order to be placed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PricedLine {
    pub line_no: i32,
    pub seller_id: SellerId,
    /// Sale price and option price together.
    pub unit_price: Money,
    pub quantity: i32,
    pub gross: Money,
    /// After the price promotion, before coupons: what minimums and free shipping are held against.
    pub sale_amount: Money,
    /// In the order of the discounts, none of zero.
    pub shares: Vec<Share>,
    /// Discounts without points and rewards.
    pub discount: Money,
    pub points: Money,
    pub rewards: Money,
    /// `gross − discount − points − rewards`: the cash part.
    pub paid: Money,
}

impl Shares for PricedLine {
    fn shares(&self) -> &[Share] {
        &self.shares
    }
}

impl PricedLine {
    /// The allocation rows to store.
    pub fn rows(&self) -> impl Iterator<Item = AllocationRow> {
        self.shares.iter().flat_map(Share::rows)
    }

    /// The same line as claims and settlement see it.
    pub fn sold(&self) -> SoldLine {
        SoldLine { unit_price: self.unit_price, quantity: self.quantity, shares: self.shares.clone() }
    }
}

/// One seller's part of the order to be placed: the shipping columns of a seller order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PricedSellerOrder {
    pub seller_id: SellerId,
    /// The policy that governs it.
    pub shipping_policy_id: ShippingPolicyId,
    pub sale_amount: Money,
    pub base_fee: Money,
    pub free_threshold: Option<Money>,
    pub shipping_waived: bool,
    pub shipping_fee: Money,
    pub remote_surcharge: Money,
    pub shipping_discount: Money,
    /// The shipping coupon's part per bearer; `shipping_discount` in all.
    pub shipping_share: Option<Share>,
    /// `shipping_fee + remote_surcharge − shipping_discount`, always cash.
    pub shipping_paid: Money,
    pub return_fee: Money,
    pub exchange_fee: Money,
}

/// A coupon the order uses and what it takes off in all.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct CouponUse {
    pub user_coupon_id: UserCouponId,
    pub coupon_type: CouponType,
    pub amount: Money,
}

/// What was asked for and could not be had; the price goes without it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "change", rename_all = "snake_case")]
pub enum Change {
    CouponDropped {
        user_coupon_id: UserCouponId,
        why: Unusable,
    },
    /// Points pay for goods that take points, never for more than those still cost.
    PointsLowered {
        asked: Money,
        used: Money,
    },
    RewardsLowered {
        asked: Money,
        used: Money,
    },
}

/// A complete price. `total_payable = goods_amount − discount_amount − points_used − rewards_used + shipping_amount`,
/// each the sum over the lines (the seller orders, for shipping), none negative.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Quote {
    /// By line number.
    pub lines: Vec<PricedLine>,
    /// By their first line.
    pub seller_orders: Vec<PricedSellerOrder>,
    pub goods_amount: Money,
    /// Goods discounts, without points, rewards and shipping coupons.
    pub discount_amount: Money,
    pub points_used: Money,
    pub rewards_used: Money,
    pub shipping_amount: Money,
    /// What is paid at the payment gateway; 0 needs no payment there.
    pub total_payable: Money,
    /// The most points, and with these points the most rewards, that could be spent here.
    pub points_max: Money,
    pub rewards_max: Money,
    pub coupons: Vec<CouponUse>,
    pub changes: Vec<Change>,
}

/// Why there is no price.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PriceError {
    /// What is left to pay is more than nothing and less than the payment gateway takes. The customer can spend a
    /// little less, or a little more, of points and rewards.
    #[error("{payable} won cannot be paid, the least is {minimum}")]
    BelowPaymentMinimum { payable: Money, minimum: Money },
    #[error(transparent)]
    Contradiction(#[from] Contradiction),
}
