//! Settlement (정산): what sellers are owed for what was sold, and how they are paid.
//!
//! A confirmed purchase becomes lines ([`accrue`]), which post to the ledger and are never changed: what comes back later
//! is another, negative line ([`reverse`]). When a period ends, its lines become a statement per seller ([`build`]), which
//! is issued, confirmed, and paid out on its day in a batch that two people stand for ([`payouts`]). A [`hold`] stops
//! payment, never accrual. The payout provider is called between transactions, never inside, and what is unknown is asked
//! again.

pub mod accrue;
pub mod build;
pub mod build_period;
pub mod calendar;
pub mod close;
pub mod confirm;
pub mod hold;
pub mod issue;
mod line;
mod nightly;
mod number;
pub mod payee;
pub mod payouts;
pub mod periods;
pub mod reverse;
pub mod revert;
mod seller_lock;
pub mod state;
pub mod verify;
pub mod views;

pub use calendar::SettlementCycle;
pub use nightly::BuildSettlements;
pub use reverse::{Returned, reverse};

/// Every statement of this crate, for the check against the schema.
pub const STATEMENTS: &[&[&dyn db::Declared]] = &[
    accrue::STATEMENTS,
    build::STATEMENTS,
    close::STATEMENTS,
    confirm::STATEMENTS,
    hold::STATEMENTS,
    issue::STATEMENTS,
    line::STATEMENTS,
    nightly::STATEMENTS,
    payee::STATEMENTS,
    payouts::approve::STATEMENTS,
    payouts::build::STATEMENTS,
    payouts::call_off::STATEMENTS,
    payouts::cancel::STATEMENTS,
    payouts::follow::STATEMENTS,
    payouts::result::STATEMENTS,
    payouts::step::STATEMENTS,
    payouts::submit::STATEMENTS,
    periods::STATEMENTS,
    reverse::STATEMENTS,
    revert::STATEMENTS,
    seller_lock::STATEMENTS,
    verify::STATEMENTS,
    views::account::STATEMENTS,
    views::accounts::STATEMENTS,
    views::batches::STATEMENTS,
    views::forecast::STATEMENTS,
    views::holds::STATEMENTS,
    views::lines::STATEMENTS,
    views::payouts::STATEMENTS,
    views::periods::STATEMENTS,
    views::statements::STATEMENTS,
    views::unsettled::STATEMENTS,
];
