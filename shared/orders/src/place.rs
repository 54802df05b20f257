//! Placing an order (주문) from an accepted quote.
//!
//! Everything is priced once more; only the price the customer accepted is ordered. Stock is held for as long as a payment
//! may take, coupons are reserved, points and rewards spent, the three tiers written: all of it or nothing. An order that
//! costs nothing is paid at once. Stock comes last, so that the rows everybody wants are locked the shortest.

use crate::lines;
use crate::paying::paid::{self, Means};
use crate::paying::start::WINDOW_MINUTES;
use crate::paying::unpaid::{Pieces, take_pieces};
use crate::quotes::choices::PayMethod;
use crate::quotes::reprice::{Priced, QuoteError, reprice};
use crate::quotes::store::{self, QuoteGone};
use crate::tiers::{self, Line, Order};
use crate::{ActorRef, settings};
use authz::CustomerScope;
use boot::Vault;
use catalog::{DeliveryAttribute, SellableSku};
use chrono::{DateTime, Duration, NaiveTime, Utc};
use db::Tx;
use inventory::{OutOfStock, Reserve};
use jobs::outbox::Outbox;
use kernel::clock::kst_at;
use kernel::*;
use payments::attempt::{self, Attempt, Start};
use promotions::SpendError;
use promotions::wallet::{Reservation, ReserveError};
use serde_json::json;

/// What the customer accepted.
#[derive(Debug, Clone)]
pub struct Place {
    pub quote_id: QuoteId,
    pub version: i32,
    pub method: Option<PayMethod>,
}

/// The placed order and how to pay for it; no attempt when it cost nothing.
#[derive(Debug)]
pub struct Placed {
    pub id: PurchaseOrderId,
    pub order_no: String,
    pub order_name: String,
    pub total_payable: Money,
    pub pay_due_at: DateTime<Utc>,
    pub attempt: Option<Attempt>,
}

kernel::refusals! {
    /// Why an order is not placed.
    pub enum PlaceError {
        NotFound = 404 "quote_not_found" at "/quote_id", "There is no such checkout.", "주문서를 찾을 수 없습니다.";
        Expired = 410 "quote_expired" at "/quote_id", "The checkout has expired.", "주문서가 만료되었습니다.";
        Used = 409 "quote_used" at "/quote_id", "This checkout has been ordered.", "이미 주문이 완료된 주문서입니다.";
        Changed(NewPrice) = 409 "quote_changed" at "/version", "The checkout changed since it was accepted.", "주문서 내용이 변경되었습니다. 다시 확인해 주세요.";
        AddressRequired = 422 "address_required", "Choose where it goes.", "배송지를 선택해 주세요.";
        MethodNotOffered = 422 "payment_method_not_offered" at "/payment_method", "This order cannot be paid that way.", "선택한 결제수단을 사용할 수 없습니다.";
        NotForSale(Vec<SkuId>) = 409 "not_for_sale", "Some items cannot be bought now.", "판매 중이 아닌 상품이 있습니다.";
        OutOfStock(serde_json::Value) = 409 "out_of_stock", "Some items are out of stock.", "품절되었거나 재고가 부족한 상품이 있습니다.";
        CouponUnavailable(Vec<UserCouponId>) = 409 "coupon_unavailable", "A coupon can no longer be used.", "사용할 수 없는 쿠폰이 있습니다.";
        NotEnoughPoints = 422 "insufficient_points", "You have fewer points.", "적립금이 부족합니다.";
        NotEnoughRewards = 422 "insufficient_rewards", "You have fewer rewards.", "리워드가 부족합니다.";
        Refused(String) = 409 "checkout_refused", "This checkout cannot be ordered as it is.", "주문할 수 없는 주문서입니다.";
    }
}

/// What it would cost now.
#[derive(Debug, serde::Serialize)]
pub struct NewPrice {
    pub version: i32,
    pub total_payable: Money,
}

impl From<QuoteGone> for PlaceError {
    fn from(gone: QuoteGone) -> PlaceError {
        match gone {
            QuoteGone::NotFound => PlaceError::NotFound,
            QuoteGone::Expired => PlaceError::Expired,
            QuoteGone::Used => PlaceError::Used,
        }
    }
}
impl From<QuoteError> for PlaceError {
    fn from(error: QuoteError) -> PlaceError {
        match error {
            QuoteError::NotForSale(skus) | QuoteError::SkuUnknown(skus) => PlaceError::NotForSale(skus),
            QuoteError::OutOfStock(skus) => PlaceError::OutOfStock(json!(skus)),
            QuoteError::NotEnoughPoints => PlaceError::NotEnoughPoints,
            QuoteError::NotEnoughRewards => PlaceError::NotEnoughRewards,
            other => PlaceError::Refused(other.code().id.to_owned()),
        }
    }
}
impl From<OutOfStock> for PlaceError {
    fn from(short: OutOfStock) -> PlaceError {
        PlaceError::OutOfStock(json!(short.lines))
    }
}
impl From<ReserveError> for PlaceError {
    fn from(error: ReserveError) -> PlaceError {
        match error {
            ReserveError::CouponUnavailable(ids) => PlaceError::CouponUnavailable(ids),
        }
    }
}
impl From<SpendError> for PlaceError {
    fn from(error: SpendError) -> PlaceError {
        match error {
            SpendError::NotEnoughPoints => PlaceError::NotEnoughPoints,
            SpendError::NotEnoughRewards => PlaceError::NotEnoughRewards,
        }
    }
}

db::statements! {
    static EMPTY_CART: (UserId, Vec<CartItemId>) => () = "delete from cart_items where user_id = $1 and id = any($2)";
}

/// Places the order.
pub async fn place(
    tx: &Tx,
    vault: &Vault,
    by: CustomerScope,
    actor: ActorRef,
    cmd: Place,
    now: Now,
) -> Result<Placed, Failure<PlaceError>> {
    let (row, choices) = store::lock(tx, by, cmd.quote_id, now).await.map_err(Failure::widen)?;
    let priced = reprice(tx, by, &choices, now).await.map_err(Failure::widen)?;
    if row.version != cmd.version || priced.hash()? != row.quote_hash {
        return Err(
            PlaceError::Changed(NewPrice { version: row.version, total_payable: priced.quote.total_payable }).into()
        );
    }
    if cmd.method == Some(PayMethod::VirtualAccount) && !priced.takes_virtual_account() {
        return Err(PlaceError::MethodNotOffered.into());
    }
    let id = PurchaseOrderId::new();
    let order_no = order_no(id, now);
    let pay_due_at = now.plus(Duration::minutes(settings::number(tx, "reservation_minutes", 45).await?));
    let lines = frozen(&priced)?;
    let recipient = priced.buyer.recipient_enc.clone().ok_or(PlaceError::AddressRequired)?;
    let phone = priced.buyer.phone_enc.clone().ok_or(PlaceError::AddressRequired)?;
    let order = Order {
        id,
        order_no: order_no.clone(),
        user_id: by.user_id(),
        quote_id: row.id,
        recipient_hash: vault.hash("recipient", &vault.open(&recipient)?)?,
        recipient,
        phone_hash: vault.hash("phone", &vault.open(&phone)?)?,
        phone,
        address: vault.seal(&address(&priced, vault)?)?,
        postcode: priced.buyer.postcode.clone().ok_or(PlaceError::AddressRequired)?,
        remote_zone: priced.buyer.remote_zone,
        delivery_note: choices.delivery_note.clone(),
        pay_due_at,
        point_rate: priced.buyer.point_rate,
        price: &priced.quote,
        lines: lines.clone(),
    };
    store::use_up(tx, row.id).await?.ok_or(PlaceError::Used)?;
    tiers::write(tx, order, actor, now).await?;
    let used = priced
        .quote
        .coupons
        .iter()
        .map(|used| Reservation { user_coupon_id: used.user_coupon_id, discount_amount: used.amount });
    promotions::wallet::reserve(tx, by.user_id(), id, used.collect(), now).await.map_err(Failure::widen)?;
    promotions::use_for_order(tx, by.user_id(), id, priced.quote.points_used, priced.quote.rewards_used, now)
        .await
        .map_err(Failure::widen)?;
    if !take_pieces(tx, limited(&priced)).await? {
        return Err(
            PlaceError::Changed(NewPrice { version: row.version, total_payable: priced.quote.total_payable }).into()
        );
    }
    EMPTY_CART.run(tx, (by.user_id(), choices.items.iter().filter_map(|item| item.cart_item_id).collect())).await?;
    let attempt = pay(tx, id, &priced, cmd.method, now).await?;
    reserve(tx, &lines, &priced, pay_due_at, now).await?;
    if attempt.is_none() {
        free(tx, id, now).await?;
    }
    Ok(Placed {
        id,
        order_no,
        order_name: order_name(&priced),
        total_payable: priced.quote.total_payable,
        pay_due_at,
        attempt,
    })
}

async fn pay(
    tx: &Tx,
    id: PurchaseOrderId,
    priced: &Priced,
    method: Option<PayMethod>,
    now: Now,
) -> Result<Option<Attempt>, Fault> {
    if priced.quote.total_payable.is_zero() {
        return Ok(None);
    }
    let method = method.map(|method| match method {
        PayMethod::Card => payments::Method::Card,
        PayMethod::EasyPay => payments::Method::EasyPay,
        PayMethod::Transfer => payments::Method::Transfer,
        PayMethod::VirtualAccount => payments::Method::VirtualAccount,
    });
    let expires_at = now.plus(Duration::minutes(WINDOW_MINUTES));
    let start = Start { purchase_order_id: id, claim_id: None, amount: priced.quote.total_payable, method, expires_at };
    let attempt = attempt::start(tx, start, now)
        .await
        .map_err(|failure| Fault::internal(format!("a first attempt: {failure:?}")))?;
    Ok(Some(attempt))
}

/// An order of 0 won is paid without the gateway.
async fn free(tx: &Tx, id: PurchaseOrderId, now: Now) -> Result<(), Fault> {
    let (payment_id, transaction_id) = attempt::start_free(tx, id, now).await?;
    let lines = lines::lock_order(tx, id).await?;
    let mut outbox = Outbox::new();
    let means = Means { payment_id, transaction_id, method: "none".to_owned() };
    paid::mark_paid(tx, id, &lines, means, now, &mut outbox).await?;
    outbox.write(tx).await
}

async fn reserve(
    tx: &Tx,
    lines: &[Line],
    priced: &Priced,
    expires_at: DateTime<Utc>,
    now: Now,
) -> Result<(), Failure<PlaceError>> {
    let quantity =
        |line_no: i32| priced.items.iter().find(|item| item.line_no == line_no).map_or(0, |item| item.quantity);
    let holds: Vec<Reserve> = lines
        .iter()
        .map(|line| Reserve {
            reservation_id: ReservationId::new(),
            product_order_id: line.id,
            sku_id: line.sku_id,
            quantity: quantity(line.line_no),
            expires_at,
        })
        .collect();
    inventory::reserve(tx, &holds, now).await.map_err(Failure::widen)
}

/// The terms each line is sold under, as they are today and will be for its whole life.
fn frozen(priced: &Priced) -> Result<Vec<Line>, Fault> {
    let mut lines = Vec::with_capacity(priced.items.len());
    for item in &priced.items {
        let sku = priced.sku(item.sku_id).ok_or_else(|| Fault::internal("a line without its SKU"))?;
        let terms = sku.commission.ok_or_else(|| Fault::internal("a sellable SKU without a contract"))?;
        let preorder = sku.preorder_dispatch_on.filter(|_| sku.delivery_attribute == DeliveryAttribute::PreOrder);
        lines.push(Line {
            id: ProductOrderId::new(),
            line_no: item.line_no,
            sku_id: sku.sku_id,
            seller_id: sku.seller_id,
            contract_id: terms.contract_id,
            commission_rate: terms.rate,
            commission_base: terms.base,
            fee_vat_payer: terms.fee_vat_payer,
            dispatch_due_at: preorder
                .map(|day| kst_at(day, NaiveTime::from_hms_opt(23, 59, 59).unwrap_or(NaiveTime::MIN))),
            snapshot: snapshot(sku, priced, item.line_no),
        });
    }
    Ok(lines)
}

fn snapshot(sku: &SellableSku, priced: &Priced, line_no: i32) -> serde_json::Value {
    let promoted = priced.checkout.lines.iter().any(|line| line.line_no == line_no && line.promotion.is_some());
    json!({
        "product_id": sku.product_id,
        "product_name": sku.product_name,
        "brand_id": sku.brand_id,
        "brand_name": sku.brand_name,
        "seller_name": sku.seller_name,
        "option_text": sku.option_text,
        "style_no": sku.style_no,
        "seller_sku": sku.seller_sku,
        "image_key": sku.image_key,
        "list_price": sku.list_price,
        "promotion_product_id": sku.promotion.filter(|_| promoted).map(|running| running.promotion_product_id),
    })
}

/// Pieces of promotions that have only so many.
fn limited(priced: &Priced) -> Vec<Pieces> {
    let mut wanted: Vec<Pieces> = Vec::new();
    for line in priced.checkout.lines.iter().filter(|line| line.promotion.is_some()) {
        let sku =
            priced.items.iter().find(|item| item.line_no == line.line_no).and_then(|item| priced.sku(item.sku_id));
        let Some(running) = sku.and_then(|sku| sku.promotion).filter(|running| running.quantity_left.is_some()) else {
            continue;
        };
        match wanted.iter_mut().find(|pieces| pieces.id == running.promotion_product_id) {
            Some(pieces) => pieces.pieces += line.quantity,
            None => wanted.push(Pieces { id: running.promotion_product_id, pieces: line.quantity }),
        }
    }
    wanted
}

fn address(priced: &Priced, vault: &Vault) -> Result<String, Fault> {
    let detail = priced.buyer.address2_enc.as_deref().map(|sealed| vault.open(sealed)).transpose()?.unwrap_or_default();
    Ok(format!("{} {detail}", priced.buyer.address1.as_deref().unwrap_or_default()).trim().to_owned())
}

/// What the payment window shows: `린넨 셔츠 외 2건`.
fn order_name(priced: &Priced) -> String {
    let first =
        priced.items.first().and_then(|item| priced.sku(item.sku_id)).map_or("", |sku| sku.product_name.as_str());
    let short: String = first.chars().take(80).collect();
    if priced.items.len() > 1 { format!("{short} 외 {}건", priced.items.len() - 1) } else { short }
}

/// What people read out on the phone: the Korean day and ten signs of the id, `20260302-7F3K2M9QXA`.
fn order_no(id: PurchaseOrderId, now: Now) -> String {
    const SIGNS: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
    let random = id.0.as_u64_pair().1;
    let sign = |i: u32| char::from(SIGNS[usize::try_from((random >> (5 * i)) & 31).unwrap_or(0)]);
    format!("{}-{}", now.date().format("%Y%m%d"), (0..10).map(sign).collect::<String>())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_order_number_tells_the_korean_day() {
        let now = Now("2026-03-01T15:00:00Z".parse().unwrap());
        let number = order_no(PurchaseOrderId::new(), now);
        assert!(number.starts_with("20260302-") && number.len() == 19, "{number}");
        assert_ne!(number, order_no(PurchaseOrderId::new(), now));
    }
}
