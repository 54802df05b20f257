//! A customer's wishes: those that wait and those that were told, newest first.

use super::WishState;
use authz::CustomerScope;
use chrono::{DateTime, Utc};
use db::On;
use kernel::*;

db::row! {
    /// One wish with what it is for.
    pub struct Wish {
        pub id: RestockSubscriptionId, pub state: WishState, pub sku_id: SkuId, pub product_id: ProductId, pub brand_name: String, pub product_name: String,
        pub option_text: Option<String>, pub image_key: Option<String>,
        /// On sale, and pieces left.
        pub buyable: bool,
        pub requested_at: DateTime<Utc>, pub notified_at: Option<DateTime<Utc>>,
    }
}

db::statements! {
    /// One of them, or those before another.
    static WISHES: (UserId, Option<RestockSubscriptionId>, Option<RestockSubscriptionId>, i64) => Wish =
        "select w.id, w.state, w.sku_id, p.id as product_id, b.name_ko as brand_name, p.name as product_name,
                nullif(concat_ws(' / ', v1.value, v2.value, v3.value), '') as option_text, image.object_key as image_key,
                coalesce(p.state = 'on_sale' and k.usable and s.on_hand > s.reserved, false) as buyable, w.requested_at, w.notified_at
         from restock_subscriptions w
         join product_skus k on k.id = w.sku_id
         join products p on p.id = k.product_id
         join brands b on b.id = p.brand_id
         left join sku_stocks s on s.sku_id = k.id
         left join option_values v1 on v1.id = k.value1_id
         left join option_values v2 on v2.id = k.value2_id
         left join option_values v3 on v3.id = k.value3_id
         left join lateral (
             select u.object_key from product_images i join uploads u on u.id = i.file_id
             where i.product_id = p.id and i.role = 'main'
               and (i.option_value_id is null or i.option_value_id in (k.value1_id, k.value2_id, k.value3_id))
             order by i.option_value_id nulls last limit 1) image on true
         where w.user_id = $1 and w.state in ('waiting', 'notified') and ($2::uuid is null or w.id = $2) and ($3::uuid is null or w.id < $3)
         order by w.id desc limit $4";
}

/// One page.
pub async fn list(on: &impl On, by: CustomerScope, cursor: Option<Cursor>, limit: Limit) -> Result<Page<Wish>, Fault> {
    let before = cursor.and_then(|cursor| cursor.decode::<RestockSubscriptionId>());
    let rows = WISHES.all(on, (by.user_id(), None, before, limit.fetch())).await?;
    Ok(Page::of(rows, limit, |row| row.id))
}

/// A wish that was kept a moment ago.
pub(super) async fn one(on: &impl On, by: CustomerScope, id: RestockSubscriptionId) -> Result<Wish, Fault> {
    WISHES.one(on, (by.user_id(), Some(id), None, 1)).await
}
