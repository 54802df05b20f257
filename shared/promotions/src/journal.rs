//! The journal of the lots: every change is a signed row, and a lot's rest is the sum of its rows.

use crate::PointKind;
use chrono::{DateTime, Utc};
use db::{Json, Tx};
use kernel::{ClaimId, Fault, Money, Now, PointLotId, PointTransactionId, PurchaseOrderId, UserId};
use pricing::Balance;
use serde::Serialize;

/// One change of one lot. Positive: more in it.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Change {
    pub(crate) id: PointTransactionId,
    pub(crate) user_id: UserId,
    pub(crate) point_lot_id: PointLotId,
    pub(crate) balance: Balance,
    pub(crate) kind: PointKind,
    pub(crate) amount: Money,
    pub(crate) purchase_order_id: Option<PurchaseOrderId>,
    pub(crate) claim_id: Option<ClaimId>,
    /// Once per lot.
    pub(crate) idempotency_key: String,
    occurred_at: DateTime<Utc>,
}

impl Change {
    pub(crate) fn new(
        user_id: UserId,
        balance: Balance,
        point_lot_id: PointLotId,
        kind: PointKind,
        amount: Money,
        key: String,
        now: Now,
    ) -> Change {
        Change {
            id: PointTransactionId::new(),
            user_id,
            point_lot_id,
            balance,
            kind,
            amount,
            purchase_order_id: None,
            claim_id: None,
            idempotency_key: key,
            occurred_at: now.0,
        }
    }

    pub(crate) fn order(self, id: PurchaseOrderId) -> Change {
        Change { purchase_order_id: Some(id), ..self }
    }

    pub(crate) fn claim(self, id: Option<ClaimId>) -> Change {
        Change { claim_id: id, ..self }
    }
}

db::statements! {
    static WRITE: (Json<Vec<Change>>,) => (PointTransactionId,) =
        "with written as (
             insert into point_transactions (id, user_id, point_lot_id, balance, kind, amount, purchase_order_id, claim_id, idempotency_key, occurred_at)
             select id, user_id, point_lot_id, balance, kind, amount, purchase_order_id, claim_id, idempotency_key, occurred_at
             from jsonb_populate_recordset(null::point_transactions, $1)
             on conflict (point_lot_id, idempotency_key) do nothing returning id, point_lot_id, amount),
         moved as (
             update point_lots l set remaining = l.remaining + s.amount
             from (select point_lot_id, sum(amount) as amount from written group by point_lot_id) s where l.id = s.point_lot_id)
         select id from written";
}

/// Writes changes of lots the caller has locked; answers those that were not written before.
pub(crate) async fn write(tx: &Tx, changes: Vec<Change>) -> Result<Vec<PointTransactionId>, Fault> {
    if changes.is_empty() {
        return Ok(Vec::new());
    }
    Ok(WRITE.all(tx, (Json(changes),)).await?.into_iter().map(|(id,)| id).collect())
}
