//! Taking back the points a purchase earned, when some of it is returned after all.
//!
//! From the lot it earned, then from the customer's other points, soonest to expire first. What no lot covers becomes a
//! debt that the next points pay; it never lowers the refund.

use crate::PointKind;
use crate::journal::{self, Change};
use crate::lots::Spendable;
use db::Tx;
use kernel::{ClaimId, Fault, Money, Now, PointLotId, ProductOrderId, PurchaseOrderId, UserId};
use ledger::Posting;
use pricing::{Balance, Clawback};

db::statements! {
    /// The customer first, then the lots.
    static LOCK_USER: (UserId,) => (UserId,) = "select id from users where id = $1 for update";
    static CLAWED_BEFORE: (ClaimId,) => (bool,) =
        "select exists (select 1 from point_transactions where claim_id = $1 and kind = 'clawback')";
    static EARNED: (Vec<ProductOrderId>,) => (ProductOrderId, PointLotId) =
        "select ref_id, id from point_lots where balance = 'points' and source = 'purchase' and ref_type = 'product_orders' and ref_id = any($1)";
    static OWE: (UserId, Money) => () = "update users set points_debt = points_debt + $2 where id = $1";
}

/// Takes points back for the lines of a claim. Called once per claim, in the transaction that finishes it.
pub async fn claw_back(
    tx: &Tx,
    user: UserId,
    order: PurchaseOrderId,
    claim: ClaimId,
    lines: &[Clawback],
    now: Now,
) -> Result<(), Fault> {
    let lines: Vec<&Clawback> = lines.iter().filter(|line| line.points.is_positive()).collect();
    if lines.is_empty() {
        return Ok(());
    }
    LOCK_USER.one(tx, (user,)).await?;
    let (before,) = CLAWED_BEFORE.one(tx, (claim,)).await?;
    if before {
        return Ok(());
    }
    let mut lots = Spendable::lock(tx, user, &[Balance::Points], now).await?.of(Balance::Points);
    let earned = EARNED.all(tx, (lines.iter().map(|line| line.product_order_id).collect(),)).await?;
    let (mut changes, mut postings, mut debt) = (Vec::new(), Vec::new(), Money::ZERO);
    for line in lines {
        let lot = earned.iter().find(|(of, _)| *of == line.product_order_id).map(|(_, lot)| *lot);
        let own = lots.iter().find(|open| Some(open.point_lot_id) == lot).copied();
        let taken = pricing::take_back(line.points, own, &lots);
        for draw in taken.draws {
            for open in lots.iter_mut().filter(|open| open.point_lot_id == draw.point_lot_id) {
                open.remaining -= draw.amount;
            }
            let key = format!("clawback:{claim}:{}", line.product_order_id);
            let change =
                Change::new(user, Balance::Points, draw.point_lot_id, PointKind::Clawback, -draw.amount, key, now);
            postings.push(Posting::points_clawed_back(change.id, user, Balance::Points, draw.amount, now));
            changes.push(change.order(order).claim(Some(claim)));
        }
        debt += taken.debt;
    }
    journal::write(tx, changes).await?;
    ledger::post_all(tx, postings).await?;
    if debt.is_positive() {
        OWE.run(tx, (user, debt)).await?;
    }
    Ok(())
}
