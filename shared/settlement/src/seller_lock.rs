//! What a seller is owed is changed by one at a time: lines written, statements built, held or confirmed, payouts made.
//! The lock is on the seller's row and leaves room for rows that refer to it.

use db::Tx;
use kernel::{Fault, SellerId};

db::statements! {
    static LOCK: (Vec<SellerId>,) => (SellerId,) = "select id from sellers where id = any($1) order by id for no key update";
}

/// Waits for one seller.
pub(crate) async fn one(tx: &Tx, seller: SellerId) -> Result<(), Fault> {
    many(tx, vec![seller]).await
}

/// Waits for several, always in one order.
pub(crate) async fn many(tx: &Tx, sellers: Vec<SellerId>) -> Result<(), Fault> {
    LOCK.all(tx, (sellers,)).await.map(drop)
}
