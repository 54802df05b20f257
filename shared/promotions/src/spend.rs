//! Spending points and rewards on an order: when it is placed, what expires soonest first.

use crate::PointKind;
use crate::journal::{self, Change};
use crate::lots::Spendable;
use db::Tx;
use kernel::{Failure, Fault, Money, Now, PurchaseOrderId, UserId};
use pricing::Balance;

kernel::refusals! {
    /// Why a balance cannot be spent.
    pub enum SpendError {
        NotEnoughPoints = 422 "insufficient_points" at "/points", "You have fewer points.", "적립금이 부족합니다.";
        NotEnoughRewards = 422 "insufficient_rewards" at "/rewards", "You have fewer rewards.", "리워드가 부족합니다.";
    }
}

/// The lots a customer pays from, locked until the order is placed.
pub struct Purse {
    user: UserId,
    lots: Spendable,
}

impl Purse {
    /// Opens it as far as points and rewards are asked for.
    pub async fn open(tx: &Tx, user: UserId, points: Money, rewards: Money, now: Now) -> Result<Purse, Fault> {
        let asked = [(Balance::Points, points), (Balance::Rewards, rewards)];
        let wanted: Vec<Balance> = asked.iter().filter(|(_, amount)| amount.is_positive()).map(|(of, _)| *of).collect();
        let lots = if wanted.is_empty() { Spendable::none() } else { Spendable::lock(tx, user, &wanted, now).await? };
        Ok(Purse { user, lots })
    }

    /// Takes points and rewards out. The capture of the payment posts them; until then the order only holds them.
    pub async fn spend(
        self,
        tx: &Tx,
        order: PurchaseOrderId,
        points: Money,
        rewards: Money,
        now: Now,
    ) -> Result<(), Failure<SpendError>> {
        let mut changes = Vec::new();
        for (balance, amount) in [(Balance::Points, points), (Balance::Rewards, rewards)] {
            let draws = pricing::spend(amount, &self.lots.of(balance), now).ok_or(match balance {
                Balance::Points => SpendError::NotEnoughPoints,
                Balance::Rewards => SpendError::NotEnoughRewards,
            })?;
            changes.extend(draws.into_iter().map(|draw| {
                let key = format!("use:{order}");
                Change::new(self.user, balance, draw.point_lot_id, PointKind::Use, -draw.amount, key, now).order(order)
            }));
        }
        journal::write(tx, changes).await?;
        Ok(())
    }
}
