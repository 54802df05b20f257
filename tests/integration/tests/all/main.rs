//! One binary, one module per area: `cargo test -p integration <area>`.

mod account;
mod admin_identity;
mod benefit;
mod buying;
mod house;
mod order_life;
mod payments;
mod inbound;
mod notification;
mod partner;
mod partner_orders;
mod seller_account;
mod webhook;
