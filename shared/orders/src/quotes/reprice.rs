//! Pricing a checkout from what is true now: the SKUs, the customer, their wallet.
//!
//! It is done when a quote is made, whenever the customer changes something, and once more when the order is placed; only
//! a price that comes out the same is ordered.

use super::buyer::{Buyer, buyer};
use super::choices::{Choices, Coupons, Item};
use super::wallet::{self, Named};
use crate::settings;
use authz::CustomerScope;
use catalog::{PromotionKind, SellableSku};
use db::On;
use futures::try_join;
use inventory::ShortLine;
use kernel::*;
use pricing::{Checkout, CheckoutLine, Coupon, PriceError, Quote, SellerShipping, Wallet};
use serde::Serialize;
use std::collections::BTreeMap;

kernel::refusals! {
    /// Why there is no price.
    pub enum QuoteError {
        Empty = 422 "nothing_selected" at "/items", "Choose at least one item.", "상품을 선택해 주세요.";
        TooManyLines = 422 "too_many_lines" at "/items", "An order has at most 100 lines.", "한 번에 100개까지 주문할 수 있습니다.";
        SkuUnknown(Vec<SkuId>) = 404 "sku_not_found" at "/items", "There is no such option.", "존재하지 않는 옵션입니다.";
        NotForSale(Vec<SkuId>) = 409 "not_for_sale" at "/items", "Some items cannot be bought now.", "판매 중이 아닌 상품이 있습니다.";
        OutOfStock(Vec<ShortLine>) = 409 "out_of_stock" at "/items", "Some items are out of stock.", "품절되었거나 재고가 부족한 상품이 있습니다.";
        OverLimit(Vec<Limited>) = 422 "purchase_limit_exceeded" at "/items", "More than may be bought.", "구매 가능 수량을 초과했습니다.";
        AddressUnknown = 404 "address_not_found" at "/address_id", "There is no such address.", "배송지를 찾을 수 없습니다.";
        CouponUnknown(Vec<UserCouponId>) = 404 "user_coupon_not_found" at "/coupons", "There is no such coupon in your wallet.", "사용할 수 없는 쿠폰입니다.";
        NotEnoughPoints(Money) = 422 "insufficient_points" at "/points", "You have fewer points.", "적립금이 부족합니다.";
        NotEnoughRewards(Money) = 422 "insufficient_rewards" at "/rewards", "You have fewer rewards.", "리워드가 부족합니다.";
        BelowMinimum(Money) = 422 "below_payment_minimum" at "/points", "The amount left to pay is too small for the payment gateway.", "결제 금액이 최소 결제 금액보다 작습니다.";
        AccountInactive = 403 "account_not_active", "This account cannot order.", "주문할 수 없는 계정입니다.";
    }
}

/// A limit that was passed.
#[derive(Debug, Clone, Serialize)]
pub struct Limited {
    pub product_id: ProductId,
    pub min: i32,
    pub max: Option<i32>,
}

db::statements! {
    /// Of the products of these SKUs that a customer may have only so many of: pieces this one has ordered and kept. What they
    /// ordered is looked up for such a product alone. The list lies behind a subselect for the reason of `catalog::sellable`.
    static BOUGHT: (UserId, Vec<SkuId>) => (ProductId, i64) =
        "select p.id, coalesce((
                    select sum(o.remaining_quantity) from product_orders o
                    where o.user_id = $1 and o.sku_id in (select k.id from product_skus k where k.product_id = p.id)
                      and o.state not in ('canceled', 'canceled_by_nopayment', 'returned', 'exchanged')), 0)::bigint
         from products p
         where p.max_per_user is not null and p.id in (select product_id from product_skus where id = any((select $2)::uuid[]))";
}

/// A priced checkout with what it was priced from.
#[derive(Debug)]
pub struct Priced {
    pub quote: Quote,
    pub buyer: Buyer,
    pub skus: Vec<SellableSku>,
    pub items: Vec<Item>,
    pub names: Vec<Named>,
    pub wallet: Wallet,
    pub checkout: Checkout,
    /// Coupons in use, as they were chosen or preselected.
    pub coupons: Coupons,
    pub settings: settings::Checkout,
}

impl Priced {
    pub fn sku(&self, id: SkuId) -> Option<&SellableSku> {
        self.skus.iter().find(|sku| sku.sku_id == id)
    }

    /// Time sales and goods that leave today are not held for a day of waiting for a deposit.
    pub fn takes_virtual_account(&self) -> bool {
        let waits = |sku: &SellableSku| {
            let time_sale = sku.promotion.is_some_and(|running| running.kind == PromotionKind::TimeSale);
            time_sale || sku.delivery_attribute == catalog::DeliveryAttribute::Today
        };
        !self.skus.iter().any(waits)
    }

    /// What the customer agrees to: a change of any of it is a changed quote.
    pub fn hash(&self) -> Result<Vec<u8>, Fault> {
        let items: Vec<(i32, SkuId, i32)> =
            self.items.iter().map(|item| (item.line_no, item.sku_id, item.quantity)).collect();
        let text = serde_json::to_vec(&(items, self.buyer.address_id, &self.quote)).map_err(Fault::internal)?;
        Ok(aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, &text).as_ref().to_vec())
    }
}

/// Prices the choices of a customer, from one round trip.
pub async fn reprice(
    on: &impl On,
    by: CustomerScope,
    choices: &Choices,
    now: Now,
) -> Result<Priced, Failure<QuoteError>> {
    let items = choices.items.clone();
    match items.len() {
        0 => return Err(QuoteError::Empty.into()),
        1..=100 => {}
        _ => return Err(QuoteError::TooManyLines.into()),
    }
    let ids: Vec<SkuId> = items.iter().map(|item| item.sku_id).collect();
    let (skus, bought, buyer, coupons, settings) = try_join!(
        catalog::sellable(on, &ids, now),
        BOUGHT.all(on, (by.user_id(), ids.clone())),
        buyer(on, by, choices.address_id, now),
        wallet::coupons(on, by, now),
        settings::checkout(on),
    )?;
    sellable(&items, &skus, &bought)?;
    let buyer = buyer.ok_or(QuoteError::AccountInactive)?;
    if choices.address_id.is_some() && buyer.address_id.is_none() {
        return Err(QuoteError::AddressUnknown.into());
    }
    if choices.points > buyer.points {
        return Err(QuoteError::NotEnoughPoints(buyer.points).into());
    }
    if choices.rewards > buyer.rewards {
        return Err(QuoteError::NotEnoughRewards(buyer.rewards).into());
    }
    let numbered: Vec<(i32, &SellableSku)> = items
        .iter()
        .filter_map(|item| skus.iter().find(|sku| sku.sku_id == item.sku_id).map(|sku| (item.line_no, sku)))
        .collect();
    let (wallet, names) = wallet::usable(coupons, &numbered)?;
    let mut checkout = checkout(&items, &skus, &buyer, choices, settings.payment_minimum)?;
    match &choices.coupons {
        Coupons::Best => checkout = pricing::preselect(&checkout, &wallet).map_err(Fault::internal)?,
        Coupons::Chosen { product, cart, shipping } => apply(&mut checkout, &wallet, product, *cart, shipping)?,
    }
    let quote = pricing::price(&checkout).map_err(|error| match error {
        PriceError::BelowPaymentMinimum { payable, .. } => Failure::Refused(QuoteError::BelowMinimum(payable)),
        PriceError::Contradiction(contradiction) => Failure::Fault(Fault::internal(contradiction)),
    })?;
    let coupons = in_use(&checkout);
    Ok(Priced { quote, buyer, skus, items, names, wallet, checkout, coupons, settings })
}

/// Whether every line may be sold, is there, and stays within the limits of its product.
fn sellable(items: &[Item], skus: &[SellableSku], bought: &[(ProductId, i64)]) -> Result<(), QuoteError> {
    let unknown: Vec<SkuId> =
        items.iter().map(|item| item.sku_id).filter(|id| !skus.iter().any(|sku| sku.sku_id == *id)).collect();
    if !unknown.is_empty() {
        return Err(QuoteError::SkuUnknown(unknown));
    }
    let closed: Vec<SkuId> = skus.iter().filter(|sku| sku.unsellable().is_some()).map(|sku| sku.sku_id).collect();
    if !closed.is_empty() {
        return Err(QuoteError::NotForSale(closed));
    }
    let wanted = |sku: SkuId| items.iter().filter(|item| item.sku_id == sku).map(|item| item.quantity).sum::<i32>();
    let short: Vec<ShortLine> = skus
        .iter()
        .filter(|sku| sku.available < wanted(sku.sku_id))
        .map(|sku| ShortLine::new(sku.sku_id, wanted(sku.sku_id), sku.available))
        .collect();
    if !short.is_empty() {
        return Err(QuoteError::OutOfStock(short));
    }
    let mut pieces: BTreeMap<ProductId, (i32, &SellableSku)> = BTreeMap::new();
    for sku in skus {
        pieces.entry(sku.product_id).or_insert((0, sku)).0 += wanted(sku.sku_id);
    }
    let over: Vec<Limited> = pieces
        .values()
        .filter(|(wanted, sku)| {
            let before = bought.iter().find(|(id, _)| *id == sku.product_id).map_or(0, |(_, n)| *n);
            *wanted < sku.min_per_order
                || sku.max_per_order.is_some_and(|max| *wanted > max)
                || sku.max_per_user.is_some_and(|max| before + i64::from(*wanted) > i64::from(max))
        })
        .map(|(_, sku)| Limited {
            product_id: sku.product_id,
            min: sku.min_per_order,
            max: sku.max_per_user.or(sku.max_per_order),
        })
        .collect();
    if over.is_empty() { Ok(()) } else { Err(QuoteError::OverLimit(over)) }
}

fn checkout(
    items: &[Item],
    skus: &[SellableSku],
    buyer: &Buyer,
    choices: &Choices,
    payment_minimum: Money,
) -> Result<Checkout, Fault> {
    let pieces = |product: ProductId| -> i32 {
        items
            .iter()
            .filter(|item| skus.iter().any(|sku| sku.sku_id == item.sku_id && sku.product_id == product))
            .map(|item| item.quantity)
            .sum()
    };
    let mut lines = Vec::with_capacity(items.len());
    let mut shipping: Vec<SellerShipping> = Vec::new();
    for item in items {
        let Some(sku) = skus.iter().find(|sku| sku.sku_id == item.sku_id) else {
            return Err(Fault::internal("a line without its SKU"));
        };
        let policy = sku.shipping.ok_or_else(|| Fault::internal("a sellable SKU without shipping terms"))?;
        // A price for so many pieces holds only if all of the order's are among them.
        let running =
            sku.promotion.filter(|running| running.quantity_left.is_none_or(|left| left >= pieces(sku.product_id)));
        lines.push(CheckoutLine {
            line_no: item.line_no,
            seller_id: sku.seller_id,
            sale_price: sku.sale_price,
            price_delta: sku.price_delta,
            promotion: running.map(|running| running.terms),
            quantity: item.quantity,
            point_usable: sku.point_usable,
            product_coupon: None,
        });
        match shipping.iter_mut().find(|terms| terms.seller_id == sku.seller_id) {
            Some(terms) if terms.policies.iter().any(|p| p.shipping_policy_id == policy.shipping_policy_id) => {}
            Some(terms) => terms.policies.push(policy),
            None => shipping.push(SellerShipping {
                seller_id: sku.seller_id,
                policies: vec![policy],
                shipping_coupon: None,
            }),
        }
    }
    Ok(Checkout {
        lines,
        shipping,
        remote_zone: buyer.remote_zone,
        grade_rate: buyer.discount_rate,
        cart_coupon: None,
        points: choices.points,
        rewards: choices.rewards,
        payment_minimum,
    })
}

/// Puts the chosen coupons where they were chosen for; those that are not in the wallet (any more) are named together.
fn apply(
    checkout: &mut Checkout,
    wallet: &Wallet,
    product: &[(i32, UserCouponId)],
    cart: Option<UserCouponId>,
    shipping: &[(SellerId, UserCouponId)],
) -> Result<(), QuoteError> {
    let find = |coupons: &[Coupon], id: UserCouponId| coupons.iter().find(|c| c.user_coupon_id == id).cloned();
    let mut unknown: Vec<UserCouponId> = Vec::new();
    for (line_no, id) in product {
        let line = checkout.lines.iter_mut().find(|line| line.line_no == *line_no);
        match line.zip(find(&wallet.product, *id)) {
            Some((line, coupon)) => line.product_coupon = Some(coupon),
            None => unknown.push(*id),
        }
    }
    if let Some(id) = cart {
        checkout.cart_coupon = find(&wallet.cart, id);
        unknown.extend(checkout.cart_coupon.is_none().then_some(id));
    }
    for (seller_id, id) in shipping {
        let terms = checkout.shipping.iter_mut().find(|terms| terms.seller_id == *seller_id);
        match terms.zip(find(&wallet.shipping, *id)) {
            Some((terms, coupon)) => terms.shipping_coupon = Some(coupon),
            None => unknown.push(*id),
        }
    }
    if unknown.is_empty() { Ok(()) } else { Err(QuoteError::CouponUnknown(unknown)) }
}

fn in_use(checkout: &Checkout) -> Coupons {
    let id = |coupon: &Option<Coupon>| coupon.as_ref().map(|coupon| coupon.user_coupon_id);
    Coupons::Chosen {
        product: checkout.lines.iter().filter_map(|line| Some((line.line_no, id(&line.product_coupon)?))).collect(),
        cart: id(&checkout.cart_coupon),
        shipping: checkout
            .shipping
            .iter()
            .filter_map(|terms| Some((terms.seller_id, id(&terms.shipping_coupon)?)))
            .collect(),
    }
}
