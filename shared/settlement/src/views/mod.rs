//! What pages show of settlement. Nothing here decides or changes anything. Sellers see a statement from the day it is
//! issued, never a draft; account numbers are masked, and why a hold stands is told to sellers by its kind alone.

pub mod account;
pub mod accounts;
pub mod batches;
pub mod forecast;
pub mod holds;
pub mod lines;
pub mod payouts;
pub mod periods;
pub mod statements;
pub mod unsettled;
