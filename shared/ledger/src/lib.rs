//! The general ledger: every won that is owed, held or gone, in double entry.
//!
//! Debits are positive, credits negative, and the entries of one posting add up to nothing. A posting names the row that
//! caused it and is posted once per kind and row, so a task that runs twice posts once. Nothing is ever changed: a
//! mistake, a reversed deposit or a return is posted with the signs turned around.
//!
//! What is posted for which event stands in [`Posting`]'s constructors and nowhere else. Spending points posts nothing:
//! an unpaid order only holds them, the capture moves them from the customer's liability to the deposit of the order.

mod account;
mod events;
mod post;
mod posting;
mod tender;

pub use account::{Account, Kind, Source};
pub use post::{post, post_all};
pub use posting::{Entry, Posting};
pub use tender::{RefundOf, Tender};

/// Every statement of this crate, for the check against the schema.
pub const STATEMENTS: &[&[&dyn db::Declared]] = &[post::STATEMENTS];
