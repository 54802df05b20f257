//! Messages: what customers and sellers' people are told, in their inbox and by mail.
//!
//! Everything here is transactional (an order, a claim, a payout, a code, a restock that was asked for); nothing advertises. A message is a row with a
//! key that says what it is about, so that a task that runs twice tells once.

pub mod inbox;
mod notify_seller;
mod once;
mod order_status_alert;
mod order_texts;
pub mod restock;
mod seller_texts;
mod send_code;
pub mod tell;
mod words;

pub use notify_seller::NotifySeller;
pub use order_status_alert::OrderStatusAlert;
pub use order_texts::Text;
pub use restock::RestockAlert;
pub use send_code::SendCode;
pub use words::Both;

/// Every statement of this crate, for the check against the schema.
pub const STATEMENTS: &[&[&dyn db::Declared]] = &[
    inbox::STATEMENTS,
    notify_seller::STATEMENTS,
    once::STATEMENTS,
    order_status_alert::STATEMENTS,
    restock::alert::STATEMENTS,
    restock::ask::STATEMENTS,
    restock::cancel::STATEMENTS,
    restock::demand::STATEMENTS,
    restock::list::STATEMENTS,
    tell::STATEMENTS,
];
