//! A visitor signs in and brings the cart along: pieces add up to at most what one person may have, lines to at most what
//! a cart holds, the newest first. The guest cart is empty afterwards, so that doing it twice changes nothing.

use super::{GuestId, Owner};
use authz::CustomerScope;
use db::Tx;
use kernel::*;

db::statements! {
    static MERGE: (UserId, String) => () =
        "with guest as (delete from cart_items where guest_key = $2 returning id, sku_id, quantity, selected, price_seen, added_at),
         most as (
             select k.id as sku_id, least(99, coalesce(p.max_per_order, 99), coalesce(p.max_per_user, 99)) as pieces
             from guest g join product_skus k on k.id = g.sku_id join products p on p.id = k.product_id),
         own as (select sku_id from cart_items where user_id = $1),
         fresh as (select g.id from guest g where g.sku_id not in (select sku_id from own)
                   order by g.added_at desc, g.id desc limit greatest(0, 200 - (select count(*) from own)))
         insert into cart_items (id, user_id, sku_id, quantity, selected, price_seen, added_at)
         select g.id, $1, g.sku_id, least(most.pieces, g.quantity + coalesce(c.quantity, 0)), g.selected, g.price_seen, g.added_at
         from guest g join most on most.sku_id = g.sku_id left join cart_items c on c.user_id = $1 and c.sku_id = g.sku_id
         where c.id is not null or g.id in (select id from fresh)
         on conflict (user_id, sku_id) where user_id is not null do update set quantity = excluded.quantity";
}

/// Moves a guest's lines into a customer's cart.
pub async fn merge(tx: &Tx, by: CustomerScope, guest: GuestId) -> Result<(), Fault> {
    let (_, key) = Owner::Guest(guest).columns();
    MERGE.run(tx, (by.user_id(), key.unwrap_or_default())).await
}
