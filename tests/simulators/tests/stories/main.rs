//! What the simulators promise, told as stories over HTTP.

#![expect(clippy::unwrap_used, reason = "a story whose helper fails has failed")]

mod faults;
mod payments;
mod people;
mod shop;
mod virtual_accounts;
