//! Spending points and rewards on an order: when it is placed, what expires soonest first.

use crate::PointKind;
use crate::journal::{self, Change};
use crate::lots::Spendable;
use db::Tx;
use kernel::{Failure, Money, Now, PurchaseOrderId, UserId};
use pricing::Balance;

kernel::refusals! {
    /// Why a balance cannot be spent.
    pub enum SpendError {
        NotEnoughPoints = 422 "insufficient_points" at "/points", "You have fewer points.", "적립금이 부족합니다.";
        NotEnoughRewards = 422 "insufficient_rewards" at "/rewards", "You have fewer rewards.", "리워드가 부족합니다.";
    }
}

/// Takes points and rewards out of the customer's lots. The capture of the payment posts them; until then the order
/// only holds them.
pub async fn use_for_order(
    tx: &Tx,
    user: UserId,
    order: PurchaseOrderId,
    points: Money,
    rewards: Money,
    now: Now,
) -> Result<(), Failure<SpendError>> {
    let asked = [(Balance::Points, points), (Balance::Rewards, rewards)];
    let wanted: Vec<Balance> = asked.iter().filter(|(_, amount)| amount.is_positive()).map(|(of, _)| *of).collect();
    if wanted.is_empty() {
        return Ok(());
    }
    let lots = Spendable::lock(tx, user, &wanted, now).await?;
    let mut changes = Vec::new();
    for (balance, amount) in asked {
        let draws = pricing::spend(amount, &lots.of(balance), now).ok_or(match balance {
            Balance::Points => SpendError::NotEnoughPoints,
            Balance::Rewards => SpendError::NotEnoughRewards,
        })?;
        changes.extend(draws.into_iter().map(|draw| {
            let key = format!("use:{order}");
            Change::new(user, balance, draw.point_lot_id, PointKind::Use, -draw.amount, key, now).order(order)
        }));
    }
    journal::write(tx, changes).await?;
    Ok(())
}
