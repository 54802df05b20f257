//! Stock: how many pieces of a SKU are on hand, how many of them orders hold, and every change of either.
//!
//! Available is on hand less reserved. An order holds pieces while it is unpaid (`reserve`), takes them off the shelf once
//! paid (`confirm`) or lets go of them (`release`). Each of these is one statement over all SKUs of the order, which locks
//! reservations first and stock rows after them, in SKU order, so that two orders never wait for each other in a circle.
//! Every change of a counter raises its version and is told as `stock.changed`, and as `stock.replenished` when a SKU can be
//! bought again; every change of what is on hand has its movement.

mod adjust;
mod changed;
mod confirm;
mod extend;
mod finalize_stock;
mod movements;
mod raised;
mod release;
mod reserve;
mod restock;
mod stock_list;
mod unconfirm;

pub use adjust::{
    Adjust, AdjustError, AdjustMode, AdjustOutcome, AdjustReason, Adjusted, Adjustment, MOST_ON_HAND, adjust,
};
pub use confirm::confirm;
pub use extend::extend;
pub use finalize_stock::FinalizeStock;
pub use movements::{MovementRow, movements};
pub use release::release;
pub use reserve::{OutOfStock, Reserve, ShortLine, reserve, short};
pub use restock::{Restock, RestockKind, restock};
pub use stock_list::{StockFilter, StockQuery, StockRow, stocks};
pub use unconfirm::unconfirm;

/// The most pieces a refusal or a page tells the exact number of.
pub const EXACT_UP_TO: i32 = 5;

/// Every statement of this crate, for the check against the schema.
pub const STATEMENTS: &[&[&dyn db::Declared]] = &[
    adjust::STATEMENTS,
    confirm::STATEMENTS,
    extend::STATEMENTS,
    movements::STATEMENTS,
    release::STATEMENTS,
    reserve::STATEMENTS,
    restock::STATEMENTS,
    stock_list::STATEMENTS,
    unconfirm::STATEMENTS,
];
