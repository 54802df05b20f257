//! How a checkout looks.

use catalog::SellableSku;
use chrono::{DateTime, Utc};
use kernel::*;
use orders::quotes::choices::{Coupons, PayMethod};
use orders::quotes::store::Quoted;
use pricing::{Shares, Source};
use schemars::JsonSchema;
use serde::Serialize;

/// A priced checkout. All amounts in won.
#[derive(Debug, Serialize, JsonSchema)]
pub struct QuoteView {
    pub quote_id: QuoteId,
    /// Name it when ordering: it changes when the price does.
    pub version: i32,
    pub expires_at: DateTime<Utc>,
    pub address_id: Option<AddressId>,
    pub remote_zone: &'static str,
    pub delivery_note: Option<String>,
    pub sellers: Vec<QuoteSellerView>,
    pub goods_amount: Money,
    pub discount_amount: Money,
    pub points_used: Money,
    pub rewards_used: Money,
    pub shipping_amount: Money,
    pub total_payable: Money,
    pub balances: QuoteBalances,
    pub cart_coupon: Option<UserCouponId>,
    pub payment_method: Option<PayMethod>,
    pub payment_methods: Vec<PayMethod>,
    /// What was asked for and could not be had.
    pub changes: Vec<QuoteChange>,
}

/// One seller's part.
#[derive(Debug, Serialize, JsonSchema)]
pub struct QuoteSellerView {
    pub seller_id: SellerId,
    pub seller_name: String,
    pub sale_amount: Money,
    pub shipping_fee: Money,
    pub remote_surcharge: Money,
    pub shipping_discount: Money,
    pub shipping_amount: Money,
    pub shipping_coupon: Option<UserCouponId>,
    pub lines: Vec<QuoteLineView>,
}

/// One line with the share of every discount it carries.
#[derive(Debug, Serialize, JsonSchema)]
pub struct QuoteLineView {
    pub line_no: i32,
    pub sku_id: SkuId,
    pub product_id: ProductId,
    pub brand_name: String,
    pub product_name: String,
    pub option_text: Option<String>,
    pub image_key: Option<String>,
    pub quantity: i32,
    /// Not taken back once ordered, which the customer agrees to when ordering.
    pub made_to_order: bool,
    pub unit_price: Money,
    pub gross: Money,
    pub promotion: Money,
    pub product_coupon: Option<UserCouponId>,
    pub product_coupon_discount: Money,
    pub grade_discount: Money,
    pub cart_coupon_discount: Money,
    pub points: Money,
    pub rewards: Money,
    /// What of it is paid in cash.
    pub paid: Money,
}

/// What the customer has and how much of it fits here.
#[derive(Debug, Serialize, JsonSchema)]
pub struct QuoteBalances {
    pub points: Money,
    pub points_max: Money,
    pub rewards: Money,
    pub rewards_max: Money,
}

/// Something that was left out or lowered.
#[derive(Debug, Serialize, JsonSchema)]
pub struct QuoteChange {
    /// `coupon_dropped`, `points_lowered`, `rewards_lowered`.
    pub change: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user_coupon_id: Option<UserCouponId>,
    /// Why, for a coupon: `expired`, `below_minimum`, `out_of_scope`, `unavailable` (no longer in the wallet) …
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub used: Option<Money>,
}

impl From<Quoted> for QuoteView {
    fn from(quoted: Quoted) -> QuoteView {
        let priced = &quoted.priced;
        let quote = &priced.quote;
        let cart_coupon = if let Coupons::Chosen { cart, .. } = &quoted.choices.coupons { *cart } else { None };
        let methods = PayMethod::ALL
            .iter()
            .copied()
            .filter(|m| *m != PayMethod::VirtualAccount || priced.takes_virtual_account());
        QuoteView {
            quote_id: quoted.id,
            version: quoted.version,
            expires_at: quoted.expires_at,
            address_id: priced.buyer.address_id,
            remote_zone: priced.buyer.remote_zone.as_str(),
            delivery_note: quoted.choices.delivery_note.clone(),
            sellers: quote.seller_orders.iter().map(|part| seller_view(&quoted, part)).collect(),
            goods_amount: quote.goods_amount,
            discount_amount: quote.discount_amount,
            points_used: quote.points_used,
            rewards_used: quote.rewards_used,
            shipping_amount: quote.shipping_amount,
            total_payable: quote.total_payable,
            balances: QuoteBalances {
                points: priced.buyer.points,
                points_max: quote.points_max.min(priced.buyer.points),
                rewards: priced.buyer.rewards,
                rewards_max: quote.rewards_max.min(priced.buyer.rewards),
            },
            cart_coupon,
            payment_method: quoted.choices.method,
            payment_methods: if quote.total_payable.is_zero() { Vec::new() } else { methods.collect() },
            changes: quoted
                .gone
                .iter()
                .map(|id| dropped(*id, Some("unavailable".to_owned())))
                .chain(quoted.lowered.iter().chain(&quote.changes).map(change))
                .collect(),
        }
    }
}

fn seller_view(quoted: &Quoted, part: &pricing::PricedSellerOrder) -> QuoteSellerView {
    let priced = &quoted.priced;
    let (product, shipping) = match &quoted.choices.coupons {
        Coupons::Best => (&[][..], &[][..]),
        Coupons::Chosen { product, shipping, .. } => (product.as_slice(), shipping.as_slice()),
    };
    let view = |line: &pricing::PricedLine| {
        let item = priced.items.iter().find(|item| item.line_no == line.line_no)?;
        let coupon = product.iter().find(|(line_no, _)| *line_no == line.line_no).map(|(_, coupon)| *coupon);
        Some(line_view(line, priced.sku(item.sku_id)?, coupon))
    };
    let seller = priced.skus.iter().find(|sku| sku.seller_id == part.seller_id);
    QuoteSellerView {
        seller_id: part.seller_id,
        seller_name: seller.map(|sku| sku.seller_name.clone()).unwrap_or_default(),
        sale_amount: part.sale_amount,
        shipping_fee: part.shipping_fee,
        remote_surcharge: part.remote_surcharge,
        shipping_discount: part.shipping_discount,
        shipping_amount: part.shipping_paid,
        shipping_coupon: shipping.iter().find(|(id, _)| *id == part.seller_id).map(|(_, coupon)| *coupon),
        lines: priced.quote.lines.iter().filter(|line| line.seller_id == part.seller_id).filter_map(view).collect(),
    }
}

fn line_view(line: &pricing::PricedLine, sku: &SellableSku, product_coupon: Option<UserCouponId>) -> QuoteLineView {
    QuoteLineView {
        line_no: line.line_no,
        sku_id: sku.sku_id,
        product_id: sku.product_id,
        brand_name: sku.brand_name.clone(),
        product_name: sku.product_name.clone(),
        option_text: sku.option_text.clone(),
        image_key: sku.image_key.clone(),
        quantity: line.quantity,
        made_to_order: sku.made_to_order,
        unit_price: line.unit_price,
        gross: line.gross,
        promotion: line.of(Source::Promotion),
        product_coupon,
        product_coupon_discount: line.of(Source::ProductCoupon),
        grade_discount: line.of(Source::Grade),
        cart_coupon_discount: line.of(Source::CartCoupon),
        points: line.points,
        rewards: line.rewards,
        paid: line.paid,
    }
}

fn change(change: &pricing::Change) -> QuoteChange {
    let named = |change, used| QuoteChange { change, user_coupon_id: None, reason: None, used };
    match change {
        pricing::Change::CouponDropped { user_coupon_id, why } => dropped(*user_coupon_id, reason(why)),
        pricing::Change::PointsLowered { used, .. } => named("points_lowered", Some(*used)),
        pricing::Change::RewardsLowered { used, .. } => named("rewards_lowered", Some(*used)),
    }
}

fn dropped(id: UserCouponId, reason: Option<String>) -> QuoteChange {
    QuoteChange { change: "coupon_dropped", user_coupon_id: Some(id), reason, used: None }
}

/// The stable word for why a coupon does not fit.
pub(crate) fn reason(why: &pricing::Unusable) -> Option<String> {
    serde_json::to_value(why).ok()?.get("reason")?.as_str().map(str::to_owned)
}

/// What one of my coupons would do here.
#[derive(Debug, Serialize, JsonSchema)]
pub struct QuoteCouponView {
    pub user_coupon_id: UserCouponId,
    pub name: String,
    pub coupon_type: &'static str,
    /// The line it would be used on, for a product coupon.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub line_no: Option<i32>,
    /// The seller whose shipping it would lower, for a shipping coupon.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub seller_id: Option<SellerId>,
    /// Won it would take off; 0 when it cannot be used.
    pub saves: Money,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unusable: Option<String>,
}

/// My coupons for this checkout.
#[derive(Debug, Serialize, JsonSchema)]
pub struct QuoteCoupons {
    pub items: Vec<QuoteCouponView>,
}
