//! Tells what changed, one event a SKU.

use db::Tx;
use events::StockChanged;
use jobs::outbox::Outbox;
use kernel::{Fault, Now, ProductId, SellerId, SkuId};

db::row! {
    /// A counter after its change.
    pub(crate) struct Changed { pub sku_id: SkuId, pub product_id: ProductId, pub seller_id: SellerId, pub available: i32, pub version: i32 }
}

/// Writes a `stock.changed` for each.
pub(crate) async fn tell(tx: &Tx, changed: Vec<Changed>, now: Now) -> Result<(), Fault> {
    let mut outbox = Outbox::new();
    for Changed { sku_id, product_id, seller_id, available, version } in changed {
        outbox.add(&StockChanged { sku_id, product_id, seller_id, available, version }, now)?;
    }
    outbox.write(tx).await
}
