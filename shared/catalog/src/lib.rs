//! What is for sale: categories, brands, products with their options and prices, and the inspection between a seller's
//! draft and a shopper's page.
//!
//! A product sells only while everything above it does: its state, its sale period, its seller, its brand and the
//! seller's right to the brand. Sold out is never a state; it is read from stock.

pub mod sellable;
mod words;

pub use sellable::{Commission, RunningPromotion, SellableSku, Unsellable, sellable};
pub use words::*;

/// Every statement of this crate, for the check against the schema.
pub const STATEMENTS: &[&[(&str, &dyn db::Checked)]] = &[sellable::STATEMENTS];
