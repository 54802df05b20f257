//! What a seller sells again may be waited for: a product that was paused or a SKU that was switched off, with pieces on the
//! shelf. Whoever waits is told as when goods come in.

use db::Tx;
use events::StockReplenished;
use jobs::outbox::Outbox;
use kernel::{Fault, Now, ProductId, SkuId};

db::row! { struct AgainRow { sku_id: SkuId, product_id: ProductId, available: i32 } }

db::statements! {
    static AGAIN: (Vec<ProductId>,) => AgainRow =
        "select k.id as sku_id, p.id as product_id, s.on_hand - s.reserved as available
         from products p join product_skus k on k.product_id = p.id and k.usable join sku_stocks s on s.sku_id = k.id
         where p.id = any($1) and p.state = 'on_sale' and s.on_hand > s.reserved
           and exists (select from restock_subscriptions w where w.sku_id = k.id and w.state = 'waiting')
         order by k.id";
}

/// Tells of the SKUs of these products that can be bought and are waited for.
pub(crate) async fn tell(tx: &Tx, product_ids: Vec<ProductId>, now: Now) -> Result<(), Fault> {
    let mut outbox = Outbox::new();
    for AgainRow { sku_id, product_id, available } in AGAIN.all(tx, (product_ids,)).await? {
        outbox.add(&StockReplenished { sku_id, product_id, available, stock_movement_id: None }, now)?;
    }
    outbox.write(tx).await
}
