//! Putting SKUs into a cart. The same SKU adds up; limits of the product are checked, stock is not taken.

use super::Owner;
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
        OverLimit(Vec<SkuId>) = 422 "purchase_limit_exceeded" at "/items", "More than may be bought.", "구매 가능 수량을 초과했습니다.";
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
    static COUNT: (Option<UserId>, Option<String>) => (i64,) = "select count(*) from cart_items where user_id = $1 or guest_key = $2";
    static HELD: (Option<UserId>, Option<String>, Vec<SkuId>) => (SkuId, i32) =
        "select sku_id, quantity from cart_items where (user_id = $1 or guest_key = $2) and sku_id = any($3) for update";
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

const MAX_LINES: i64 = 200;

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
    let held = HELD.all(tx, (user, guest.clone(), ids)).await?;
    let total = |w: &Wanted| w.quantity + held.iter().find(|(id, _)| *id == w.sku_id).map_or(0, |(_, n)| *n);
    let over: Vec<SkuId> = wanted
        .iter()
        .filter(|w| skus.iter().any(|sku| sku.sku_id == w.sku_id && beyond(sku, total(w))))
        .map(|w| w.sku_id)
        .collect();
    if !over.is_empty() {
        return Err(AddError::OverLimit(over).into());
    }
    let (lines,) = COUNT.one(tx, (user, guest.clone())).await?;
    let new = i64::try_from(wanted.len() - held.len()).unwrap_or(MAX_LINES);
    if lines + new > MAX_LINES {
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

fn beyond(sku: &SellableSku, pieces: i32) -> bool {
    pieces > 99 || sku.max_per_order.is_some_and(|max| pieces > max) || sku.max_per_user.is_some_and(|max| pieces > max)
}
