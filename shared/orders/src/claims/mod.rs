//! Claims (클레임): what a customer takes back.
//!
//! A claim stands against one seller order and names pieces, not lines. Its amounts replay what was stored when the order
//! was placed and are frozen at approval; books move only after the payment gateway has paid back.

pub mod approve;
pub mod approve_many;
pub mod books;
pub mod cancel;
pub mod choose;
pub(crate) mod fallen_back;
pub mod load;
pub mod preview;
pub mod reasons;
pub mod refund;
pub mod remind_refunds;
pub mod retry_refund;
pub mod rule;
pub mod unanswered;
pub mod write;
