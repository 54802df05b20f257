//! Prices set for a later time become the products' prices when it comes.

use db::Db;
use jobs::{Schedule, ScheduleFuture};
use kernel::{Now, ProductId};
use serde_json::json;

/// The schedule that applies them, every minute.
pub struct ApplyPrices {
    pub db: Db,
}

db::statements! {
    /// Looks a day back, so that an outage loses nothing.
    static APPLY: (Now,) => (ProductId,) =
        "update products p set list_price = h.list_price, sale_price = h.sale_price, version = p.version + 1, updated_at = $1
         from price_histories h
         where h.product_id = p.id and h.promotion_id is null and h.valid_from > $1 - interval '1 day' and h.valid_from <= $1 and coalesce(h.valid_to > $1, true)
           and (p.list_price, p.sale_price) <> (h.list_price, h.sale_price) and p.state in ('on_sale', 'paused', 'suspended')
         returning p.id";
}

impl Schedule for ApplyPrices {
    fn name(&self) -> &'static str {
        "apply_prices"
    }
    fn cron(&self) -> &'static str {
        "* * * * ? *"
    }
    fn run(&self, now: Now) -> ScheduleFuture<'_> {
        Box::pin(async move {
            let changed = APPLY.all(&self.db.writer().await?, (now,)).await?;
            Ok(json!({ "products": changed.len() }))
        })
    }
}
