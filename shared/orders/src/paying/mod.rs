//! Paying for an order, from the window of the gateway to the books, and what happens when nobody pays.

pub(crate) mod ask;
pub mod call_off;
pub mod confirm;
pub mod expire;
mod fault;
pub mod locked;
pub mod observe;
pub mod paid;
pub mod poll;
pub mod reversed;
pub mod start;
pub mod unpaid;
pub mod webhook;
