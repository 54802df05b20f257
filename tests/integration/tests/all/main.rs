//! One binary, one module per area: `cargo test -p integration <area>`.
#![expect(clippy::unwrap_used, reason = "test code: whatever goes wrong ends the test")]

mod account;
mod admin_identity;
mod admin_orders;
mod authorization;
mod balances;
mod benefit;
mod budgets;
mod buying;
mod catalog;
mod catalog_steps;
mod claims;
mod commission;
mod house;
mod idempotency;
mod inbound;
mod inventory;
mod laws;
mod notification;
mod one_process;
mod order_life;
mod order_steps;
mod partner;
mod partner_orders;
mod payments;
mod payouts;
mod placing;
mod races;
mod refused_steps;
mod seller_account;
mod seller_orders;
mod settlement;
mod settlement_steps;
mod webhook;
