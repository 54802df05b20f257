//! A visitor signs in and brings the cart along: pieces add up to at most 99, and the guest cart is empty afterwards, so
//! that doing it twice changes nothing.

use super::{GuestId, Owner};
use authz::CustomerScope;
use db::Tx;
use kernel::*;

db::statements! {
    static MERGE: (UserId, String) => () =
        "with guest as (delete from cart_items where guest_key = $2 returning id, sku_id, quantity, selected, price_seen, added_at)
         insert into cart_items (id, user_id, sku_id, quantity, selected, price_seen, added_at)
         select id, $1, sku_id, quantity, selected, price_seen, added_at from guest
         on conflict (user_id, sku_id) where user_id is not null do update set quantity = least(99, cart_items.quantity + excluded.quantity)";
}

/// Moves a guest's lines into a customer's cart.
pub async fn merge(tx: &Tx, by: CustomerScope, guest: GuestId) -> Result<(), Fault> {
    let (_, key) = Owner::Guest(guest).columns();
    MERGE.run(tx, (by.user_id(), key.unwrap_or_default())).await
}
