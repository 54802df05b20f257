//! One binary, one module per area: `cargo test -p integration <area>`.

mod account;
mod admin_identity;
mod authorization;
mod balances;
mod benefit;
mod buying;
mod catalog;
mod catalog_steps;
mod house;
mod idempotency;
mod inbound;
mod inventory;
mod notification;
mod one_process;
mod order_life;
mod partner;
mod partner_orders;
mod payments;
mod seller_account;
mod webhook;
