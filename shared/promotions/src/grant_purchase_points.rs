//! Task: the points of a decided line.
//!
//! `floor(cash kept × rate of order time)`. The line is read again and locked: what was returned since earns nothing.

use crate::grant::{NewLot, grant};
use crate::{LotSource, settings};
use db::Db;
use events::{Envelope, PurchaseDecided, queues};
use jobs::{Task, TaskError, TaskFuture};
use kernel::{Money, Now, ProductOrderId, PurchaseOrderId, Rate, UserId};
use pricing::Balance;

db::row! {
    struct DecidedRow { id: ProductOrderId, purchase_order_id: PurchaseOrderId, user_id: UserId, remaining_paid: Money, point_rate: Rate }
}

db::statements! {
    static DECIDED: (ProductOrderId,) => DecidedRow =
        "select id, purchase_order_id, user_id, remaining_paid, point_rate from product_orders where id = $1 and decided_at is not null for share";
}

/// Grants the points of a decided line, once.
#[derive(Clone)]
pub struct GrantPurchasePoints {
    pub db: Db,
}

impl GrantPurchasePoints {
    async fn grant(&self, line: ProductOrderId, now: Now) -> Result<(), TaskError> {
        let tx = self.db.begin().await?;
        let Some(line) = DECIDED.opt(&tx, (line,)).await? else {
            return Err(TaskError::Poison(format!("line {line} is not decided")));
        };
        let amount = pricing::accrue(line.remaining_paid, line.point_rate);
        if !amount.is_positive() {
            return Ok(());
        }
        let lot = NewLot {
            user_id: line.user_id,
            balance: Balance::Points,
            source: LotSource::Purchase,
            ref_type: "product_orders",
            ref_id: line.id.0,
            amount,
            expires_at: settings::points_expire_at(&tx, now).await?,
            purchase_order_id: Some(line.purchase_order_id),
        };
        grant(&tx, lot, now).await?;
        tx.commit().await?;
        Ok(())
    }
}

impl Task for GrantPurchasePoints {
    fn queue(&self) -> &'static queues::Queue {
        &queues::GRANT_PURCHASE_POINTS
    }

    fn run<'a>(&'a self, event: &'a Envelope, now: Now) -> TaskFuture<'a> {
        Box::pin(async move {
            match event.read::<PurchaseDecided>() {
                Some(Ok(decided)) => self.grant(decided.product_order_id, now).await,
                Some(Err(error)) => Err(TaskError::Poison(error.to_string())),
                None => Err(TaskError::Poison(format!("{} is not for this task", event.event))),
            }
        })
    }
}
