//! The lots of a customer, locked in the one order everybody locks them in: by expiry.

use chrono::{DateTime, Utc};
use db::Tx;
use kernel::{Fault, Money, Now, PointLotId, UserId};
use pricing::{Balance, Lot};

db::row! {
    /// A lot with something left.
    struct LotRow { id: PointLotId, balance: Balance, remaining: Money, expires_at: DateTime<Utc> }
}

db::statements! {
    static LOCK: (UserId, Vec<Balance>, Now) => LotRow =
        "select id, balance, remaining, expires_at from point_lots
         where user_id = $1 and balance = any($2) and remaining > 0 and expires_at > $3 order by expires_at, id for update";
}

/// What a customer can spend, locked.
pub(crate) struct Spendable {
    rows: Vec<LotRow>,
}

impl Spendable {
    /// Nothing is to be spent.
    pub(crate) fn none() -> Spendable {
        Spendable { rows: Vec::new() }
    }

    pub(crate) async fn lock(tx: &Tx, user: UserId, balances: &[Balance], now: Now) -> Result<Spendable, Fault> {
        Ok(Spendable { rows: LOCK.all(tx, (user, balances.to_vec(), now)).await? })
    }

    pub(crate) fn of(&self, balance: Balance) -> Vec<Lot> {
        let lot = |row: &LotRow| Lot { point_lot_id: row.id, remaining: row.remaining, expires_at: row.expires_at };
        self.rows.iter().filter(|row| row.balance == balance).map(lot).collect()
    }
}
