//! Tells what rose, like any change; and that a SKU can be bought again where nothing of it could before.

use db::Tx;
use events::{StockChanged, StockReplenished};
use jobs::outbox::Outbox;
use kernel::{Fault, MovementId, Now, ProductId, SellerId, SkuId};

db::row! {
    /// A counter after its change, and by how much what is available changed.
    pub(crate) struct Raised {
        pub sku_id: SkuId, pub product_id: ProductId, pub seller_id: SellerId, pub available: i32, pub version: i32,
        pub gained: i32,
        /// The last movement of the change; None where only a hold was let go of.
        pub movement_id: Option<MovementId>,
    }
}

impl Raised {
    fn is_back(&self) -> bool {
        self.available > 0 && self.available - self.gained <= 0
    }
}

/// Writes a `stock.changed` for each, and a `stock.replenished` for those of which nothing was available.
pub(crate) async fn tell_raised(tx: &Tx, raised: Vec<Raised>, now: Now) -> Result<(), Fault> {
    let mut outbox = Outbox::new();
    for one in raised {
        let is_back = one.is_back();
        let Raised { sku_id, product_id, seller_id, available, version, gained: _, movement_id } = one;
        outbox.add(&StockChanged { sku_id, product_id, seller_id, available, version }, now)?;
        if is_back {
            outbox.add(&StockReplenished { sku_id, product_id, available, stock_movement_id: movement_id }, now)?;
        }
    }
    outbox.write(tx).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_rises_is_back_can_be_bought_again() {
        let raised = |available: i32, gained: i32| Raised {
            sku_id: SkuId::new(),
            product_id: ProductId::new(),
            seller_id: SellerId::new(),
            available,
            version: 1,
            gained,
            movement_id: None,
        };
        assert!(raised(3, 3).is_back() && raised(1, 1).is_back());
        assert!(!raised(4, 1).is_back(), "some were left");
        assert!(!raised(0, 0).is_back() && !raised(2, -3).is_back());
    }
}
