//! Checkouts: priced, changed, checked once more.

use crate::App;
use crate::quote_views::{QuoteCouponView, QuoteCoupons, QuoteView, reason};
use authz::service as may;
use axum::extract::State;
use kernel::values::{Amount, List, Quantity, Text};
use kernel::*;
use orders::quotes::choices::{Choices, Coupons, PayMethod};
use orders::quotes::reprice::QuoteError;
use orders::quotes::store::{self, Fresh, QuoteGone, What};
use pricing::Place;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use web::{Answer, Created, Ctx, Json, Path};

/// What to price: the ticked cart lines when `items` is left out.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct NewQuote {
    pub items: Option<List<NewQuoteItem, 1, 100>>,
}

/// Pieces of one SKU bought directly.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct NewQuoteItem {
    pub sku_id: SkuId,
    pub quantity: Quantity,
}

pub async fn make(
    ctx: Ctx<may::Customer>,
    State(app): State<App>,
    Json(body): Json<NewQuote>,
) -> Answer<Created<QuoteView>, QuoteError> {
    let what = match body.items {
        None => What::Cart,
        Some(items) => {
            What::Items(items.into_vec().into_iter().map(|item| (item.sku_id, item.quantity.get())).collect())
        }
    };
    let tx = app.boot.db.begin().await?;
    let quoted = store::make(&tx, ctx.who.scope(), what, ctx.now).await?;
    tx.commit().await?;
    Ok(Created(quoted.into()))
}

kernel::refusals! {
    /// Why a checkout cannot be shown or changed.
    pub enum CheckoutError {
        NotFound = 404 "quote_not_found", "There is no such checkout.", "주문서를 찾을 수 없습니다.";
        Expired = 410 "quote_expired", "The checkout has expired.", "주문서가 만료되었습니다.";
        Used = 409 "quote_used", "This checkout has been ordered.", "이미 주문이 완료된 주문서입니다.";
        NotForSale(Vec<SkuId>) = 409 "not_for_sale", "Some items cannot be bought now.", "판매 중이 아닌 상품이 있습니다.";
        OutOfStock(Vec<inventory::ShortLine>) = 409 "out_of_stock", "Some items are out of stock.", "품절되었거나 재고가 부족한 상품이 있습니다.";
        OverLimit(serde_json::Value) = 422 "purchase_limit_exceeded", "More than may be bought.", "구매 가능 수량을 초과했습니다.";
        AddressUnknown = 404 "address_not_found" at "/address_id", "There is no such address.", "배송지를 찾을 수 없습니다.";
        CouponUnknown(Vec<UserCouponId>) = 404 "user_coupon_not_found" at "/coupons", "There is no such coupon in your wallet.", "사용할 수 없는 쿠폰입니다.";
        NotEnoughPoints(Money) = 422 "insufficient_points" at "/points", "You have fewer points.", "적립금이 부족합니다.";
        NotEnoughRewards(Money) = 422 "insufficient_rewards" at "/rewards", "You have fewer rewards.", "리워드가 부족합니다.";
        BelowMinimum(Money) = 422 "below_payment_minimum" at "/points", "The amount left to pay is too small for the payment gateway.", "결제 금액이 최소 결제 금액보다 작습니다.";
        AccountInactive = 403 "account_not_active", "This account cannot order.", "주문할 수 없는 계정입니다.";
    }
}

impl From<QuoteGone> for CheckoutError {
    fn from(gone: QuoteGone) -> CheckoutError {
        match gone {
            QuoteGone::NotFound => CheckoutError::NotFound,
            QuoteGone::Expired => CheckoutError::Expired,
            QuoteGone::Used => CheckoutError::Used,
        }
    }
}

impl From<QuoteError> for CheckoutError {
    fn from(error: QuoteError) -> CheckoutError {
        match error {
            QuoteError::SkuUnknown(ids) | QuoteError::NotForSale(ids) => CheckoutError::NotForSale(ids),
            QuoteError::OutOfStock(ids) => CheckoutError::OutOfStock(ids),
            QuoteError::OverLimit(limits) => CheckoutError::OverLimit(serde_json::to_value(limits).unwrap_or_default()),
            QuoteError::AddressUnknown => CheckoutError::AddressUnknown,
            QuoteError::CouponUnknown(ids) => CheckoutError::CouponUnknown(ids),
            QuoteError::NotEnoughPoints(left) => CheckoutError::NotEnoughPoints(left),
            QuoteError::NotEnoughRewards(left) => CheckoutError::NotEnoughRewards(left),
            QuoteError::BelowMinimum(left) => CheckoutError::BelowMinimum(left),
            QuoteError::AccountInactive => CheckoutError::AccountInactive,
            QuoteError::Empty | QuoteError::TooManyLines => CheckoutError::NotFound,
        }
    }
}

pub async fn get(
    ctx: Ctx<may::Customer>,
    State(app): State<App>,
    Path(quote): Path<QuoteId>,
) -> Answer<Json<QuoteView>, CheckoutError> {
    again(&app, &ctx, quote, Fresh::default(), |choices| choices).await
}

/// Coupons, points and rewards that are gone meanwhile are left out or lowered, and named in `changes`. Items that cannot be
/// had are refused by name (`out_of_stock`, `not_for_sale`): what to buy without them is the customer's choice.
pub async fn validate(
    ctx: Ctx<may::Customer>,
    State(app): State<App>,
    Path(quote): Path<QuoteId>,
) -> Answer<Json<QuoteView>, CheckoutError> {
    again(&app, &ctx, quote, Fresh::default(), |choices| choices).await
}

/// What changes; what is left out stays.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ChangeQuote {
    pub address_id: Option<AddressId>,
    pub delivery_note: Option<Text<0, 100>>,
    pub coupons: Option<ChosenCoupons>,
    pub points: Option<Amount>,
    pub rewards: Option<Amount>,
    pub payment_method: Option<PayMethod>,
}

/// The whole set of coupons to use; an empty set uses none.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ChosenCoupons {
    pub product: Option<List<LineCoupon, 0, 100>>,
    pub cart: Option<UserCouponId>,
    pub shipping: Option<List<ShippingCoupon, 0, 100>>,
}

/// A product coupon on a line.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct LineCoupon {
    pub line_no: i32,
    pub user_coupon_id: UserCouponId,
}

/// A shipping coupon on one seller's shipping.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ShippingCoupon {
    pub seller_id: SellerId,
    pub user_coupon_id: UserCouponId,
}

impl ChosenCoupons {
    fn chosen(self) -> Coupons {
        let product = self
            .product
            .map(List::into_vec)
            .unwrap_or_default()
            .into_iter()
            .map(|c| (c.line_no, c.user_coupon_id))
            .collect();
        let shipping = self
            .shipping
            .map(List::into_vec)
            .unwrap_or_default()
            .into_iter()
            .map(|c| (c.seller_id, c.user_coupon_id))
            .collect();
        Coupons::Chosen { product, cart: self.cart, shipping }
    }
}

pub async fn change(
    ctx: Ctx<may::Customer>,
    State(app): State<App>,
    Path(quote): Path<QuoteId>,
    Json(body): Json<ChangeQuote>,
) -> Answer<Json<QuoteView>, CheckoutError> {
    let fresh =
        Fresh { coupons: body.coupons.is_some(), points: body.points.is_some(), rewards: body.rewards.is_some() };
    again(&app, &ctx, quote, fresh, |before| Choices {
        address_id: body.address_id.or(before.address_id),
        delivery_note: body.delivery_note.map(Text::into_string).or(before.delivery_note),
        coupons: body.coupons.map_or(before.coupons, ChosenCoupons::chosen),
        points: body.points.map_or(before.points, Amount::money),
        rewards: body.rewards.map_or(before.rewards, Amount::money),
        method: body.payment_method.or(before.method),
        items: before.items,
    })
    .await
}

/// Prices a kept checkout again, with or without new choices.
async fn again(
    app: &App,
    ctx: &Ctx<may::Customer>,
    quote: QuoteId,
    fresh: Fresh,
    choose: impl FnOnce(Choices) -> Choices,
) -> Answer<Json<QuoteView>, CheckoutError> {
    let tx = app.boot.db.begin().await?;
    let (row, choices) = store::lock(&tx, ctx.who.scope(), quote, ctx.now).await.map_err(Failure::widen)?;
    let quoted =
        store::change(&tx, ctx.who.scope(), row, choose(choices), fresh, ctx.now).await.map_err(Failure::widen)?;
    tx.commit().await?;
    Ok(Json(quoted.into()))
}

pub async fn coupons(
    ctx: Ctx<may::Customer>,
    State(app): State<App>,
    Path(quote): Path<QuoteId>,
) -> Answer<Json<QuoteCoupons>, CheckoutError> {
    let conn = app.boot.db.writer().await?;
    let (_, mut choices) = store::open(&conn, ctx.who.scope(), quote, ctx.now).await.map_err(Failure::widen)?;
    let kept = store::what_is_left(&conn, ctx.who.scope(), &mut choices, Fresh::default(), ctx.now).await;
    let (priced, _) = kept.map_err(Failure::widen)?;
    let savings = pricing::savings(&priced.checkout, &priced.wallet).map_err(Fault::internal)?;
    let name = |id: UserCouponId| {
        priced.names.iter().find(|named| named.user_coupon_id == id).map(|named| named.name.clone()).unwrap_or_default()
    };
    let items = savings
        .into_iter()
        .map(|saving| QuoteCouponView {
            user_coupon_id: saving.user_coupon_id,
            name: name(saving.user_coupon_id),
            coupon_type: saving.coupon_type.as_str(),
            line_no: if let Place::Line(line_no) = saving.place { Some(line_no) } else { None },
            seller_id: if let Place::Shipping(seller_id) = saving.place { Some(seller_id) } else { None },
            saves: saving.saves,
            unusable: saving.unusable.as_ref().and_then(reason),
        })
        .collect();
    Ok(Json(QuoteCoupons { items }))
}
