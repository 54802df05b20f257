//! The task restock_alert: who waits for a SKU hears that it can be bought again, in the order of asking, as long as it can.
//!
//! Context: a hundred thousand may wait for one size, and the piece that came in may be sold before half of them have heard.
//! Decision: a page of wishes is claimed and told by one statement in a transaction of its own, which looks at the shelf
//! anew; after some pages the message ends and asks for the next with an event whose id comes from its own, so that a
//! message handled twice goes on once.
//! Rejected: one message for all (it outlives its function, and holds their rows until its end), one per person.
//! Consequences: whoever is not told when it is sold out again goes on waiting, and is among the first the next time. A
//! message that dies between two pages is received again and goes on where it was.

use crate::order_texts::Text;
use crate::words::Both;
use db::Db;
use events::queues::{self, Queue};
use events::{Envelope, RestockAlertDue, StockReplenished};
use jobs::outbox::Outbox;
use jobs::{Nudge, Task, TaskError, TaskFuture};
use kernel::*;
use uuid::Uuid;

/// People per transaction, and transactions per message: seconds of the half minute it may take.
const PEOPLE: i64 = 500;
const PAGES: usize = 20;

db::row! { struct ShelfRow { product_id: ProductId, product_name: String, option_text: Option<String> } }

db::statements! {
    static SHELF: (SkuId,) => ShelfRow =
        "select p.id as product_id, p.name as product_name, nullif(concat_ws(' / ', v1.value, v2.value, v3.value), '') as option_text
         from product_skus k
         join products p on p.id = k.product_id
         left join option_values v1 on v1.id = k.value1_id
         left join option_values v2 on v2.id = k.value2_id
         left join option_values v3 on v3.id = k.value3_id
         where k.id = $1";
    /// Wishes that somebody else holds are told, or called off, by whoever holds them.
    static TELL: (SkuId, Option<MovementId>, i64, &'static str, String, String, String, Now) => (i64,) =
        "with buyable as materialized (
             select s.sku_id from sku_stocks s join product_skus k on k.id = s.sku_id and k.usable join products p on p.id = k.product_id and p.state = 'on_sale'
             where s.sku_id = $1 and s.on_hand > s.reserved),
         claimed as materialized (
             select w.id from restock_subscriptions w
             where w.sku_id = $1 and w.state = 'waiting' and exists (select from buyable)
             order by w.requested_at, w.id limit $3 for update of w skip locked),
         told as (
             update restock_subscriptions w set state = 'notified', notified_at = $8, stock_movement_id = $2
             from claimed c where w.id = c.id returning w.id, w.user_id),
         written as (
             insert into notifications (id, user_id, template_code, nature, title, body, link, dedupe_key, created_at)
             select uuid_v7($8), t.user_id, $4, 'transactional', $5, $6, $7, 'restock:' || t.id, $8 from told t
             on conflict on constraint notifications_told_once do nothing)
         select count(*) from told";
}

/// Tells shoppers.
pub struct RestockAlert {
    pub db: Db,
    pub nudge: Nudge,
}

impl RestockAlert {
    async fn handle(&self, event: &Envelope, now: Now) -> Result<(), TaskError> {
        let poison = |error: serde_json::Error| TaskError::Poison(error.to_string());
        let due = if let Some(replenished) = event.read::<StockReplenished>() {
            let StockReplenished { sku_id, stock_movement_id, .. } = replenished.map_err(poison)?;
            RestockAlertDue { sku_id, stock_movement_id }
        } else if let Some(due) = event.read::<RestockAlertDue>() {
            due.map_err(poison)?
        } else {
            return Ok(());
        };
        if tell(&self.db, event.id, &due, PEOPLE, PAGES, now).await? {
            self.nudge.relay().await;
        }
        Ok(())
    }
}

/// Tells the next people, `most` per page and so many pages. Answers whether it asked for those after them.
pub async fn tell(
    db: &Db,
    event: Uuid,
    due: &RestockAlertDue,
    most: i64,
    pages: usize,
    now: Now,
) -> Result<bool, Fault> {
    let Some(shelf) = SHELF.opt(&db.writer().await?, (due.sku_id,)).await? else { return Ok(false) };
    let (text, link) = (text(&shelf), format!("/products/{}", shelf.product_id));
    for page in 1..=pages {
        let (title, body) = (text.title.ko.clone(), text.body.ko.clone());
        let row = (due.sku_id, due.stock_movement_id, most, text.code, title, body, link.clone(), now);
        let tx = db.begin().await?;
        let (told,) = TELL.one(&tx, row).await?;
        let more = told == most;
        if more && page == pages {
            let mut outbox = Outbox::new();
            outbox.add_once(Uuid::new_v5(&event, b"next"), due, now)?;
            outbox.write(&tx).await?;
        }
        tx.commit().await?;
        if !more {
            return Ok(false);
        }
    }
    Ok(true)
}

fn text(shelf: &ShelfRow) -> Text {
    let what = match &shelf.option_text {
        Some(option) => format!("{} ({option})", shelf.product_name),
        None => shelf.product_name.clone(),
    };
    Text::new(
        "restock",
        Both::new("기다리시던 상품이 다시 들어왔습니다", "What you waited for is back"),
        Both::new(
            format!("{what}: 지금 구매할 수 있습니다. 수량이 적어 곧 품절될 수 있습니다."),
            format!("{what}: it can be bought now, and may sell out soon."),
        ),
    )
}

impl Task for RestockAlert {
    fn queue(&self) -> &'static Queue {
        &queues::RESTOCK_ALERT
    }
    fn run<'a>(&'a self, event: &'a Envelope, now: Now) -> TaskFuture<'a> {
        Box::pin(self.handle(event, now))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_back_is_named_with_its_option() {
        let shelf = |option_text: Option<&str>| ShelfRow {
            product_id: ProductId::new(),
            product_name: "코트".to_owned(),
            option_text: option_text.map(str::to_owned),
        };
        assert!(text(&shelf(Some("블랙 / M"))).body.ko.starts_with("코트 (블랙 / M): "));
        assert!(text(&shelf(None)).body.en.starts_with("코트: it can"));
    }
}
