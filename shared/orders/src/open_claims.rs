//! Lines with a claim that has not ended: they are neither dispatched nor confirmed meanwhile.

use db::On;
use kernel::{Fault, ProductOrderId};
use std::collections::HashSet;

db::statements! {
    static OPEN: (Vec<ProductOrderId>,) => (ProductOrderId,) =
        "select distinct i.product_order_id from claim_items i join claims c on c.id = i.claim_id
         where i.product_order_id = any($1) and i.outcome in ('open', 'accepted') and c.state not in ('done', 'rejected', 'withdrawn')";
}

/// Which of the lines have an open claim.
pub async fn of_lines(on: &impl On, lines: &[ProductOrderId]) -> Result<HashSet<ProductOrderId>, Fault> {
    Ok(OPEN.all(on, (lines.to_vec(),)).await?.into_iter().map(|(id,)| id).collect())
}
