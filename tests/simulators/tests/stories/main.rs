//! What the simulators promise, told as stories over HTTP.

#![expect(clippy::unwrap_used, reason = "a story whose helper fails has failed")]

mod carrier;
mod faults;
mod partner;
mod payments;
mod payouts;
mod people;
mod shop;
mod virtual_accounts;
mod webhooks;
