//! Taking lines out of a cart.

use super::Owner;
use db::Tx;
use kernel::*;

kernel::refusals! {
    /// Why a line is not removed.
    pub enum RemoveError {
        NotFound = 404 "cart_item_not_found", "There is no such line in the cart.", "장바구니에 없는 상품입니다.";
    }
}

db::statements! {
    static REMOVE: (Vec<CartItemId>, Option<UserId>, Option<String>) => (CartItemId,) =
        "delete from cart_items where id = any($1) and (user_id = $2 or guest_key = $3) returning id";
}

/// Takes one line out.
pub async fn remove(tx: &Tx, owner: &Owner, item: CartItemId) -> Result<(), Failure<RemoveError>> {
    if remove_many(tx, owner, vec![item]).await? == 0 { Err(RemoveError::NotFound.into()) } else { Ok(()) }
}

/// Takes lines out; answers how many there were.
pub async fn remove_many(tx: &Tx, owner: &Owner, items: Vec<CartItemId>) -> Result<usize, Fault> {
    let (user, guest) = owner.columns();
    Ok(REMOVE.all(tx, (items, user, guest)).await?.len())
}
