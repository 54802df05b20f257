//! Changing a cart line: other pieces, another size or colour, ticked or not.

use super::{AddError, Owner, Wanted, add};
use crate::quotes::reprice::Limited;
use chrono::{DateTime, Utc};
use db::Tx;
use kernel::*;

kernel::refusals! {
    /// Why a cart line is not changed.
    pub enum ChangeError {
        NotFound = 404 "cart_item_not_found", "There is no such line in the cart.", "장바구니에 없는 상품입니다.";
        SkuUnknown(Vec<SkuId>) = 404 "sku_not_found" at "/sku_id", "There is no such option.", "존재하지 않는 옵션입니다.";
        NotForSale(Vec<SkuId>) = 409 "not_for_sale" at "/sku_id", "It cannot be bought now.", "판매 중이 아닌 상품입니다.";
        OverLimit(Vec<Limited>) = 422 "purchase_limit_exceeded" at "/quantity", "More than may be bought.", "구매 가능 수량을 초과했습니다.";
        Full = 409 "cart_full", "A cart holds at most 200 lines.", "장바구니에는 200개까지 담을 수 있습니다.";
    }
}

impl From<AddError> for ChangeError {
    fn from(error: AddError) -> ChangeError {
        match error {
            AddError::SkuUnknown(ids) => ChangeError::SkuUnknown(ids),
            AddError::NotForSale(ids) => ChangeError::NotForSale(ids),
            AddError::OverLimit(limits) => ChangeError::OverLimit(limits),
            AddError::Full => ChangeError::Full,
        }
    }
}

db::statements! {
    static TAKE_OUT: (CartItemId, Option<UserId>, Option<String>) => (SkuId, i32, bool, DateTime<Utc>) =
        "delete from cart_items where id = $1 and (user_id = $2 or guest_key = $3) returning sku_id, quantity, selected, added_at";
    /// A line of the same SKU stays the line it was.
    static PUT_BACK: (Option<UserId>, Option<String>, SkuId, CartItemId, bool, DateTime<Utc>) => () =
        "update cart_items set id = $4, selected = $5, added_at = $6 where (user_id = $1 or guest_key = $2) and sku_id = $3";
    static SELECT: (Option<UserId>, Option<String>, Vec<CartItemId>) => () =
        "update cart_items set selected = (id = any($3)) where (user_id = $1 or guest_key = $2) and selected <> (id = any($3))";
}

/// Sets pieces, or swaps to another SKU; a line of that SKU takes it in.
pub async fn change(
    tx: &Tx,
    owner: &Owner,
    item: CartItemId,
    sku: Option<SkuId>,
    quantity: Option<i32>,
    now: Now,
) -> Result<(), Failure<ChangeError>> {
    let (user, guest) = owner.columns();
    let taken = TAKE_OUT.opt(tx, (item, user, guest.clone())).await?;
    let (before, pieces, selected, added_at) = taken.ok_or(ChangeError::NotFound)?;
    let wanted = Wanted { sku_id: sku.unwrap_or(before), quantity: quantity.unwrap_or(pieces) };
    let stays = wanted.sku_id == before;
    add(tx, owner, vec![wanted], now).await.map_err(Failure::widen)?;
    if stays {
        PUT_BACK.run(tx, (user, guest, before, item, selected, added_at)).await?;
    }
    Ok(())
}

/// Ticks exactly these lines; ids that are not in the cart are passed over.
pub async fn select(tx: &Tx, owner: &Owner, items: Vec<CartItemId>) -> Result<(), Fault> {
    let (user, guest) = owner.columns();
    SELECT.run(tx, (user, guest, items)).await
}
