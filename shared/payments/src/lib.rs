//! Money in and out at the payment gateway (PG).
//!
//! A payment moves only after the gateway was asked; a redirect, a webhook or a clock only says that it is time to ask.
//! What a call did when its answer got lost is `unknown`, which is never treated as a failure: the order keeps its stock
//! until the gateway has been asked again.
//!
//! The use cases of an order are composed outside: lock the order, then its payment ([`attempt::lock`]), write what is
//! about to happen, commit; call the [`Gateway`] with no transaction open; then lock again and write what happened
//! ([`step`], [`refund`]) together with order lines, balances and ledger. Nothing here reads or writes order tables.

pub mod attempt;
pub mod evidence;
pub mod gateway;
pub mod refund;
mod refund_account;
pub mod refund_again;
mod refund_books;
mod state;
pub mod step;
pub mod virtual_account;
mod words;

pub use attempt::{Attempt, PaymentRow};
pub use gateway::{Gateway, Lookup, Outcome, PayoutGateway, PgPayment, PgStatus, Toss};
pub use refund_account::RefundAccount;
pub use state::{PaymentAction, PaymentState, RefundAction, RefundState};
pub use words::{Method, Provider, Purpose, RefundKind, TransactionKind, TransactionResult};

/// Every statement of this crate, for the check against the schema.
pub const STATEMENTS: &[&[&dyn db::Declared]] = &[
    attempt::STATEMENTS,
    evidence::STATEMENTS,
    refund::STATEMENTS,
    refund_again::STATEMENTS,
    refund_books::STATEMENTS,
    step::STATEMENTS,
    virtual_account::STATEMENTS,
];
