//! What lowers a price besides the price: coupons, points (적립금) and rewards (리워드).
//!
//! Points are earned, rewards are promotional credit; the two never mix but run on one engine of lots: what was granted at
//! once expires at once. Spending lowers a lot the moment the order is placed, so a balance is simply what remains of the
//! lots that are still good. Coupons are reserved the same way: bound to the order when it is placed, used up when it is
//! paid, back in the wallet when it is not.

mod balances;
mod claw_back;
mod expire;
mod give_back;
mod grant;
mod grant_purchase_points;
mod journal;
mod lots;
mod settings;
mod spend;
pub mod wallet;
mod words;

pub use balances::{Balances, of as balances_of};
pub use claw_back::claw_back;
pub use expire::ExpirePoints;
pub use give_back::{restore_for_claim, return_for_order};
pub use grant::{Granted, NewLot, grant};
pub use grant_purchase_points::GrantPurchasePoints;
pub use spend::{SpendError, use_for_order};
pub use words::{IssueMethod, LotSource, PointKind, WalletAction, WalletState};

/// Every statement of this crate, for the check against the schema.
pub const STATEMENTS: &[&[(&str, &dyn db::Checked)]] = &[
    balances::STATEMENTS,
    claw_back::STATEMENTS,
    expire::STATEMENTS,
    give_back::STATEMENTS,
    grant::STATEMENTS,
    grant_purchase_points::STATEMENTS,
    journal::STATEMENTS,
    lots::STATEMENTS,
    settings::STATEMENTS,
    wallet::STATEMENTS,
];
