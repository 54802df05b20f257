//! How points and rewards came and went, and when what is left expires.

use crate::{LotSource, PointKind};
use authz::CustomerScope;
use chrono::{DateTime, Utc};
use db::On;
use kernel::{ClaimId, Fault, Limit, Money, Now, PointLotId, PointTransactionId, PurchaseOrderId, UserId};
use pricing::Balance;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

db::row! {
    /// One change of a balance, signed, in won.
    pub struct MovementRow {
        pub id: PointTransactionId,
        pub kind: PointKind,
        pub amount: Money,
        pub occurred_at: DateTime<Utc>,
        /// What the lot was granted for, and the row of it.
        pub source: LotSource,
        pub ref_type: String,
        pub ref_id: Uuid,
        pub lot_expires_at: DateTime<Utc>,
        pub purchase_order_id: Option<PurchaseOrderId>,
        pub order_no: Option<String>,
        pub claim_id: Option<ClaimId>,
        /// Granted in place of a lot that had expired.
        pub regranted: bool,
    }
}

db::row! {
    /// A lot with something left.
    pub struct LotRow {
        pub id: PointLotId,
        pub source: LotSource,
        pub campaign_id: Option<Uuid>,
        pub campaign_name: Option<String>,
        pub amount: Money,
        pub remaining: Money,
        pub granted_at: DateTime<Utc>,
        pub expires_at: DateTime<Utc>,
    }
}

/// Where a page of movements ended.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub struct After {
    pub at: DateTime<Utc>,
    pub id: PointTransactionId,
}

db::statements! {
    static MOVEMENTS: (UserId, Balance, Option<DateTime<Utc>>, Option<PointTransactionId>, i64) => MovementRow =
        "select t.id, t.kind, t.amount, t.occurred_at, l.source, l.ref_type, l.ref_id, l.expires_at as lot_expires_at, t.purchase_order_id, p.order_no,
                t.claim_id, t.regrant_of_lot_id is not null as regranted
         from point_transactions t
         join point_lots l on l.id = t.point_lot_id
         left join purchase_orders p on p.id = t.purchase_order_id
         where t.user_id = $1 and t.balance = $2 and ($3::timestamptz is null or (t.occurred_at, t.id) < ($3, $4))
         order by t.occurred_at desc, t.id desc limit $5";
    static LOTS: (UserId, Balance, Now) => LotRow =
        "select l.id, l.source, m.id as campaign_id, m.name as campaign_name, l.amount, l.remaining, l.granted_at, l.expires_at
         from point_lots l
         left join promotions m on m.id = l.ref_id and l.source in ('event', 'promotion')
         where l.user_id = $1 and l.balance = $2 and l.remaining > 0 and l.expires_at > $3 order by l.expires_at, l.id";
}

/// The changes of a balance, newest first.
pub async fn movements(
    on: &impl On,
    by: CustomerScope,
    balance: Balance,
    after: Option<After>,
    limit: Limit,
) -> Result<Vec<MovementRow>, Fault> {
    let (at, id) = (after.map(|after| after.at), after.map(|after| after.id));
    MOVEMENTS.all(on, (by.user_id(), balance, at, id, limit.fetch())).await
}

/// What is left, in the order in which it will be spent.
pub async fn open_lots(on: &impl On, by: CustomerScope, balance: Balance, now: Now) -> Result<Vec<LotRow>, Fault> {
    LOTS.all(on, (by.user_id(), balance, now)).await
}
