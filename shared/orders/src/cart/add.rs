//! Putting SKUs into a cart. The same SKU adds up; limits of the product are checked, stock is not taken.

use super::Owner;
use crate::quotes::reprice::Limited;
use catalog::SellableSku;
use db::{Json, Tx};
use kernel::*;
use serde::Serialize;

/// Pieces of one SKU.
#[derive(Debug, Clone, Copy)]
pub struct Wanted {
    pub sku_id: SkuId,
    pub quantity: i32,
}

kernel::refusals! {
    /// Why SKUs do not enter a cart.
    pub enum AddError {
        SkuUnknown(Vec<SkuId>) = 404 "sku_not_found" at "/items", "There is no such option.", "존재하지 않는 옵션입니다.";
        NotForSale(Vec<SkuId>) = 409 "not_for_sale" at "/items", "Some items cannot be bought now.", "판매 중이 아닌 상품이 있습니다.";
        OverLimit(Vec<Limited>) = 422 "purchase_limit_exceeded" at "/items", "More than may be bought.", "구매 가능 수량을 초과했습니다.";
        Full = 409 "cart_full", "A cart holds at most 200 lines.", "장바구니에는 200개까지 담을 수 있습니다.";
    }
}

#[derive(Debug, Serialize)]
struct Row {
    id: CartItemId,
    sku_id: SkuId,
    quantity: i32,
    price_seen: Money,
}

db::statements! {
    static HELD: (Option<UserId>, Option<String>) => (SkuId, ProductId, i32) =
        "select c.sku_id, k.product_id, c.quantity from cart_items c join product_skus k on k.id = c.sku_id where c.user_id = $1 or c.guest_key = $2 for update of c";
    static ADD_FOR_USER: (UserId, Json<Vec<Row>>, Now) => () =
        "insert into cart_items (id, user_id, sku_id, quantity, price_seen, added_at)
         select r.id, $1, r.sku_id, r.quantity, r.price_seen, $3 from jsonb_populate_recordset(null::cart_items, $2) r
         on conflict (user_id, sku_id) where user_id is not null
         do update set quantity = least(99, cart_items.quantity + excluded.quantity), price_seen = excluded.price_seen, selected = true";
    static ADD_FOR_GUEST: (String, Json<Vec<Row>>, Now) => () =
        "insert into cart_items (id, guest_key, sku_id, quantity, price_seen, added_at)
         select r.id, $1, r.sku_id, r.quantity, r.price_seen, $3 from jsonb_populate_recordset(null::cart_items, $2) r
         on conflict (guest_key, sku_id) where guest_key is not null
         do update set quantity = least(99, cart_items.quantity + excluded.quantity), price_seen = excluded.price_seen, selected = true";
}

/// Lines a cart holds.
const MAX_LINES: usize = 200;
/// Pieces a line holds.
const MAX_PIECES: i32 = 99;

/// Adds SKUs; all of them or none.
pub async fn add(tx: &Tx, owner: &Owner, wanted: Vec<Wanted>, now: Now) -> Result<(), Failure<AddError>> {
    let wanted = summed(wanted);
    let ids: Vec<SkuId> = wanted.iter().map(|w| w.sku_id).collect();
    let skus = catalog::sellable(tx, &ids, now).await?;
    let unknown: Vec<SkuId> = ids.iter().copied().filter(|id| !skus.iter().any(|sku| sku.sku_id == *id)).collect();
    if !unknown.is_empty() {
        return Err(AddError::SkuUnknown(unknown).into());
    }
    let closed: Vec<SkuId> = skus.iter().filter(|sku| sku.unsellable().is_some()).map(|sku| sku.sku_id).collect();
    if !closed.is_empty() {
        return Err(AddError::NotForSale(closed).into());
    }
    let (user, guest) = owner.columns();
    let held = HELD.all(tx, (user, guest.clone())).await?;
    let over: Vec<Limited> = skus.iter().filter(|sku| beyond(sku, &skus, &wanted, &held)).map(limit).collect();
    if !over.is_empty() {
        return Err(AddError::OverLimit(over).into());
    }
    let new = ids.iter().filter(|id| !held.iter().any(|(sku, _, _)| sku == *id)).count();
    if held.len() + new > MAX_LINES {
        return Err(AddError::Full.into());
    }
    let price = |id: SkuId| skus.iter().find(|sku| sku.sku_id == id).map_or(Money::ZERO, SellableSku::price_now);
    let rows = wanted
        .iter()
        .map(|w| Row { id: CartItemId::new(), sku_id: w.sku_id, quantity: w.quantity, price_seen: price(w.sku_id) })
        .collect();
    match owner {
        Owner::User(id) => ADD_FOR_USER.run(tx, (*id, Json(rows), now)).await?,
        Owner::Guest(_) => ADD_FOR_GUEST.run(tx, (guest.unwrap_or_default(), Json(rows), now)).await?,
    }
    Ok(())
}

/// One entry per SKU, for one insert cannot meet the same row twice.
fn summed(wanted: Vec<Wanted>) -> Vec<Wanted> {
    let mut all: Vec<Wanted> = Vec::with_capacity(wanted.len());
    for one in wanted {
        match all.iter_mut().find(|w| w.sku_id == one.sku_id) {
            Some(same) => same.quantity += one.quantity,
            None => all.push(one),
        }
    }
    all
}

/// Whether a line would hold too many pieces, or the cart too few or too many of its product over all sizes and colours.
/// What was bought before is counted at checkout.
fn beyond(sku: &SellableSku, skus: &[SellableSku], wanted: &[Wanted], held: &[(SkuId, ProductId, i32)]) -> bool {
    let asked = |id: SkuId| wanted.iter().filter(|w| w.sku_id == id).map(|w| w.quantity).sum::<i32>();
    let here = |id: SkuId| held.iter().filter(|(held, _, _)| *held == id).map(|(_, _, n)| *n).sum::<i32>();
    let of_product = skus.iter().filter(|s| s.product_id == sku.product_id).map(|s| asked(s.sku_id)).sum::<i32>()
        + held.iter().filter(|(_, product, _)| *product == sku.product_id).map(|(_, _, n)| *n).sum::<i32>();
    asked(sku.sku_id) + here(sku.sku_id) > MAX_PIECES
        || of_product < sku.min_per_order
        || sku.max_per_order.is_some_and(|max| of_product > max)
        || sku.max_per_user.is_some_and(|max| of_product > max)
}

fn limit(sku: &SellableSku) -> Limited {
    let max = [sku.max_per_user, sku.max_per_order].into_iter().flatten().min().unwrap_or(MAX_PIECES);
    Limited { product_id: sku.product_id, min: sku.min_per_order, max: Some(max) }
}
