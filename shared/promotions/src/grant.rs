//! Granting points and rewards: a new lot, once for what it is granted for.
//!
//! A customer who owes points (taken back when no lot covered it) pays that debt out of the next points first.

use crate::journal::{self, Change};
use crate::{LotSource, PointKind};
use chrono::{DateTime, Utc};
use db::Tx;
use kernel::{ClaimId, Fault, Money, Now, PointLotId, PointTransactionId, PurchaseOrderId, UserId};
use ledger::Posting;
use pricing::{Balance, debt_paid_by_grant};
use uuid::Uuid;

/// A lot to be granted.
#[derive(Debug, Clone)]
pub struct NewLot {
    pub user_id: UserId,
    pub balance: Balance,
    pub source: LotSource,
    /// The row it is granted for, by table and id: granted once.
    pub ref_type: &'static str,
    pub ref_id: Uuid,
    pub amount: Money,
    pub expires_at: DateTime<Utc>,
    /// The order it follows from, if any.
    pub purchase_order_id: Option<PurchaseOrderId>,
}

/// A lot that was granted now.
#[derive(Debug, Clone, Copy)]
pub struct Granted {
    pub point_lot_id: PointLotId,
    /// What of it went into an old debt at once.
    pub debt_paid: Money,
}

/// What a regrant stands in for.
pub(crate) struct InPlaceOf {
    pub(crate) lot: PointLotId,
    pub(crate) claim_id: Option<ClaimId>,
}

db::statements! {
    static GRANT: (PointLotId, UserId, Balance, LotSource, &'static str, Uuid, Money, Now, DateTime<Utc>, PointTransactionId, Option<PurchaseOrderId>, Option<ClaimId>, Option<PointLotId>) => (PointLotId,) =
        "with lot as (
             insert into point_lots (id, user_id, balance, source, ref_type, ref_id, amount, remaining, granted_at, expires_at)
             values ($1, $2, $3, $4, $5, $6, $7, $7, $8, $9)
             on conflict (balance, source, ref_type, ref_id) do nothing returning id)
         insert into point_transactions (id, user_id, point_lot_id, balance, kind, amount, purchase_order_id, claim_id, regrant_of_lot_id, idempotency_key, occurred_at)
         select $10, $2, id, $3, 'grant', $7, $11, $12, $13, 'grant', $8 from lot
         returning point_lot_id";
    static LOCK_DEBT: (UserId,) => (Money,) = "select points_debt from users where id = $1 for update";
    static PAY_DEBT: (UserId, Money) => () = "update users set points_debt = points_debt - $2 where id = $1";
}

/// Grants a lot and posts it. None: it was granted before.
pub async fn grant(tx: &Tx, lot: NewLot, now: Now) -> Result<Option<Granted>, Fault> {
    // Customer before lots, as everywhere.
    let debt = match lot.balance {
        Balance::Points => LOCK_DEBT.one(tx, (lot.user_id,)).await?.0,
        Balance::Rewards => Money::ZERO,
    };
    let (user, balance, amount) = (lot.user_id, lot.balance, lot.amount);
    let Some(id) = write(tx, lot, None, now).await? else { return Ok(None) };
    let mut postings = vec![Posting::points_granted(id, user, balance, amount, now)];
    let debt_paid = debt_paid_by_grant(amount, debt);
    if debt_paid.is_positive() {
        let change = Change::new(user, balance, id, PointKind::Clawback, -debt_paid, "debt".to_owned(), now);
        postings.push(Posting::points_clawed_back(change.id, user, balance, debt_paid, now));
        journal::write(tx, vec![change]).await?;
        PAY_DEBT.run(tx, (user, debt_paid)).await?;
    }
    ledger::post_all(tx, postings).await?;
    Ok(Some(Granted { point_lot_id: id, debt_paid }))
}

/// Writes the lot alone: what it is worth is posted by the caller.
pub(crate) async fn write(
    tx: &Tx,
    lot: NewLot,
    in_place_of: Option<InPlaceOf>,
    now: Now,
) -> Result<Option<PointLotId>, Fault> {
    let claim = in_place_of.as_ref().and_then(|old| old.claim_id);
    let params = (
        PointLotId::new(),
        lot.user_id,
        lot.balance,
        lot.source,
        lot.ref_type,
        lot.ref_id,
        lot.amount,
        now,
        lot.expires_at,
        PointTransactionId::new(),
        lot.purchase_order_id,
        claim,
        in_place_of.map(|old| old.lot),
    );
    Ok(GRANT.opt(tx, params).await?.map(|(id,)| id))
}
