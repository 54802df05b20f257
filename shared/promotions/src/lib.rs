//! What lowers a price besides the price: coupons, points (적립금) and rewards (리워드).
//!
//! Points are earned, rewards are promotional credit; the two never mix but run on one engine of lots: what was granted at
//! once expires at once. Spending lowers a lot the moment the order is placed, so a balance is simply what remains of the
//! lots that are still good. Coupons are reserved the same way: bound to the order when it is placed, used up when it is
//! paid, back in the wallet when it is not.

pub mod balance_history;
pub mod balances;
mod claw_back;
pub mod coupon;
pub mod download_coupon;
mod expire;
mod give_back;
mod grant;
mod grant_purchase_points;
mod journal;
pub mod list_coupons;
mod lots;
pub mod membership;
pub mod my_coupons;
pub mod pending_points;
mod settings;
mod spend;
pub mod wallet;
mod words;

pub use balances::Balances;
pub use claw_back::claw_back;
pub use expire::ExpirePoints;
pub use give_back::{restore_for_claim, return_for_order};
pub use grant::{Granted, NewLot, grant};
pub use grant_purchase_points::GrantPurchasePoints;
pub use spend::{Purse, SpendError};
pub use words::{IssueMethod, LotSource, PointKind, WalletAction, WalletState};

/// Every statement of this crate, for the check against the schema.
pub const STATEMENTS: &[&[&dyn db::Declared]] = &[
    balance_history::STATEMENTS,
    balances::STATEMENTS,
    claw_back::STATEMENTS,
    download_coupon::STATEMENTS,
    expire::STATEMENTS,
    give_back::STATEMENTS,
    grant::STATEMENTS,
    grant_purchase_points::STATEMENTS,
    journal::STATEMENTS,
    list_coupons::STATEMENTS,
    lots::STATEMENTS,
    membership::STATEMENTS,
    my_coupons::STATEMENTS,
    pending_points::STATEMENTS,
    settings::STATEMENTS,
    wallet::STATEMENTS,
];
