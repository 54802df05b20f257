//! A customer asks to be told. Asking twice is asking once; what can be bought now is not waited for.

use super::list::{self, Wish};
use authz::CustomerScope;
use db::Tx;
use kernel::*;

kernel::refusals! {
    /// Why nobody is told.
    pub enum AskError {
        SkuNotFound = 404 "sku_not_found" at "/sku_id", "There is no such option.", "존재하지 않는 옵션입니다.";
        SkuInStock = 409 "sku_in_stock" at "/sku_id", "It can be bought now.", "지금 구매할 수 있는 상품입니다.";
    }
}

db::row! { struct AskedRow { subscription_id: Option<RestockSubscriptionId> } }

db::statements! {
    /// No row for a SKU that shoppers do not see, one without an id for a SKU that can be bought. The lock is shared: many may
    /// ask at once, and what makes the SKU buyable waits for them or is waited for.
    static ASK: (RestockSubscriptionId, UserId, SkuId, Now) => AskedRow =
        "with shelf as materialized (
             select k.id as sku_id, p.state = 'on_sale' and k.usable and s.on_hand > s.reserved as buyable
             from products p
             join product_skus k on k.product_id = p.id
             join sku_stocks s on s.sku_id = k.id
             join brands b on b.id = p.brand_id and b.state = 'active'
             where k.id = $3 and p.state in ('on_sale', 'paused') and p.on_sale_at is not null
             for share of p, k, s),
         asked as (
             insert into restock_subscriptions as w (id, user_id, sku_id, requested_at)
             select $1, $2, sku_id, $4 from shelf where not buyable
             on conflict (user_id, sku_id) where state = 'waiting' do update set requested_at = w.requested_at
             returning w.id)
         select asked.id as subscription_id from shelf left join asked on true";
}

/// Keeps the wish; answers the one that waits.
pub async fn ask(tx: &Tx, by: CustomerScope, sku_id: SkuId, now: Now) -> Result<Wish, Failure<AskError>> {
    let row = ASK.opt(tx, (RestockSubscriptionId::new(), by.user_id(), sku_id, now)).await?;
    let id = row.ok_or(AskError::SkuNotFound)?.subscription_id.ok_or(AskError::SkuInStock)?;
    Ok(list::one(tx, by, id).await?)
}
