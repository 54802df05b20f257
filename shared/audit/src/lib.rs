//! Who changed what, and who looked at whom: rows that are written once and never again.
//!
//! A change by staff (operators, sellers' members, partners) writes its [`record`] in the transaction of the change, so
//! that neither exists without the other. A look at personal data writes its [`access`] before the data is given out.
//! Personal fields in `before` and `after` are masked by the caller; ids and amounts are enough to understand a change.

mod access;
mod change;

pub use access::{Access, Look, access};
pub use change::{By, Entry, Target, record};

/// Every statement of this crate, for the check against the schema.
pub const STATEMENTS: &[&[&dyn db::Declared]] = &[access::STATEMENTS, change::STATEMENTS];
