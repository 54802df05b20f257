//! Giving points and rewards back to a customer whose order is not paid, or whose claim is refunded.
//!
//! They go back to the lots the order used, latest expiry first. What expired meanwhile comes back as a new lot of thirty
//! days: points always, rewards where the seller or the platform is at fault or the order was never paid. Other rewards
//! come back and are gone at once. Nothing here posts a liability: the refund does, and an unpaid order only held them.

use crate::grant::{self, InPlaceOf, NewLot};
use crate::journal::{self, Change};
use crate::{LotSource, PointKind, settings};
use chrono::{DateTime, Utc};
use db::Tx;
use kernel::{ClaimId, Fault, Money, Now, PointLotId, PurchaseOrderId, UserId};
use ledger::Posting;
use pricing::{AtFault, Balance, Lot, Return};
use uuid::Uuid;

db::row! { struct UsedRow { point_lot_id: PointLotId, balance: Balance, used: Money, expires_at: DateTime<Utc> } }

db::statements! {
    /// What an order took from each lot and has not come back, neither into it nor as a new lot.
    static USED: (PurchaseOrderId,) => UsedRow =
        "with t as (
             select coalesce(regrant_of_lot_id, point_lot_id) as lot_id, sum(amount) as amount from point_transactions
             where purchase_order_id = $1 and (kind in ('use', 'restore') or kind = 'grant' and regrant_of_lot_id is not null)
             group by 1)
         select l.id as point_lot_id, l.balance, (-t.amount)::bigint as used, l.expires_at
         from point_lots l join t on t.lot_id = l.id where t.amount < 0 order by l.expires_at, l.id for update of l";
    static BACK_BEFORE: (PurchaseOrderId, Option<ClaimId>) => (bool,) =
        "select exists (select 1 from point_transactions
                        where purchase_order_id = $1 and claim_id is not distinct from $2
                          and (kind = 'restore' or kind = 'grant' and regrant_of_lot_id is not null))";
}

/// What goes back, and why.
struct Back {
    user: UserId,
    order: PurchaseOrderId,
    claim: Option<ClaimId>,
    blameless: bool,
}

/// Gives back everything an order took that was never paid (or whose deposit was taken back). Harmless when repeated.
pub async fn return_for_order(tx: &Tx, user: UserId, order: PurchaseOrderId, now: Now) -> Result<(), Fault> {
    let back = Back { user, order, claim: None, blameless: true };
    let used = USED.all(tx, (order,)).await?;
    for balance in Balance::ALL {
        let all = used.iter().filter(|row| row.balance == *balance).map(|row| row.used).sum();
        back.give(tx, &used, *balance, all, now).await?;
    }
    Ok(())
}

/// Gives back what a claim refunds in points and rewards. Harmless when repeated for the same claim.
pub async fn restore_for_claim(
    tx: &Tx,
    user: UserId,
    order: PurchaseOrderId,
    claim: ClaimId,
    points: Money,
    rewards: Money,
    fault: AtFault,
    now: Now,
) -> Result<(), Fault> {
    if points.is_zero() && rewards.is_zero() {
        return Ok(());
    }
    let used = USED.all(tx, (order,)).await?;
    let (before,) = BACK_BEFORE.one(tx, (order, Some(claim))).await?;
    if before {
        return Ok(());
    }
    let blameless = fault != AtFault::Buyer;
    let back = Back { user, order, claim: Some(claim), blameless };
    back.give(tx, &used, Balance::Points, points, now).await?;
    back.give(tx, &used, Balance::Rewards, rewards, now).await
}

impl Back {
    async fn give(&self, tx: &Tx, used: &[UsedRow], balance: Balance, amount: Money, now: Now) -> Result<(), Fault> {
        let lot =
            |row: &UsedRow| Lot { point_lot_id: row.point_lot_id, remaining: row.used, expires_at: row.expires_at };
        let lots: Vec<Lot> = used.iter().filter(|row| row.balance == balance).map(lot).collect();
        let returns = pricing::give_back(amount, balance, &lots, self.blameless, now).ok_or_else(|| {
            Fault::internal(format!("order {}: more {balance} would come back than were used", self.order))
        })?;
        let mut changes = Vec::new();
        let mut postings = Vec::new();
        for back in returns {
            match back {
                Return::Restore(draw) => {
                    changes.push(self.change(balance, draw.point_lot_id, PointKind::Restore, draw.amount, now));
                }
                Return::RestoreAndExpire(draw) => {
                    changes.push(self.change(balance, draw.point_lot_id, PointKind::Restore, draw.amount, now));
                    let expire = self.change(balance, draw.point_lot_id, PointKind::Expire, -draw.amount, now);
                    postings.push(Posting::points_expired(expire.id, self.user, balance, draw.amount, now));
                    changes.push(expire);
                }
                Return::Regrant(draw) => {
                    let lot = NewLot {
                        user_id: self.user,
                        balance,
                        source: LotSource::Regrant,
                        ref_type: "regrants",
                        ref_id: self.regrant_ref(draw.point_lot_id),
                        amount: draw.amount,
                        expires_at: settings::regrant_expires_at(now),
                        purchase_order_id: Some(self.order),
                    };
                    let old = InPlaceOf { lot: draw.point_lot_id, claim_id: self.claim };
                    grant::write(tx, lot, Some(old), now).await?;
                }
            }
        }
        journal::write(tx, changes).await?;
        ledger::post_all(tx, postings).await?;
        Ok(())
    }

    fn change(&self, balance: Balance, lot: PointLotId, kind: PointKind, amount: Money, now: Now) -> Change {
        let of = self.claim.map_or(self.order.0, |claim| claim.0);
        let key = format!("{kind}:{of}");
        Change::new(self.user, balance, lot, kind, amount, key, now).order(self.order).claim(self.claim)
    }

    /// One regrant per expired lot and claim (or unpaid order).
    fn regrant_ref(&self, lot: PointLotId) -> Uuid {
        let of = self.claim.map_or(self.order.0, |claim| claim.0);
        Uuid::new_v5(&of, lot.0.as_bytes())
    }
}
