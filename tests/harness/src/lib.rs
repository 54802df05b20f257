//! The shop the integration tests are told in: a database of its own, every host's routes in-process, actors as values.
//!
//! ```no_run
//! # use harness::{Shop, json};
//! # async fn story() {
//! let shop = Shop::open().await;
//! let minji = shop.customer().await;
//! let answer = minji.post("/v1/me/addresses", json!({ "recipient": "김민지" })).await.expect_code(422, "invalid_request");
//! assert_eq!(answer["errors"][0]["field"], "");
//! shop.close().await;
//! # }
//! ```
//!
//! [`Shop::close`] delivers what waits in the outbox (every message twice), checks every conservation law and drops the
//! database. A test that ends without it panics. A failed test leaves its database behind and says its name.
//!
//! Everything a test cannot go on without panics here with the reason: that is what a test wants.
#![expect(clippy::expect_used, clippy::unwrap_used, reason = "test code: whatever goes wrong ends the test")]

mod actor;
mod benefits;
mod budget;
mod call;
mod clock;
mod cloud;
mod customer;
mod deliveries;
mod ending;
mod keys;
mod mail;
mod offline;
mod operator;
mod outside;
mod points;
mod product;
mod queues;
mod schedules;
mod seller;
mod services;
mod shop;
mod tables;
mod tasks;
mod template;
mod wire;

pub use actor::Actor;
pub use authz::Audience as Host;
pub use benefits::CouponBuilder;
pub use budget::BUDGETS;
pub use call::{Answer, Call};
pub use clock::TestClock;
pub use cloud::{Cloud, Trouble};
pub use customer::{Customer, Grade};
pub use db::{At, Cost, Statements, counted};
pub use deliveries::Ready;
pub use kernel;
pub use mail::Letter;
pub use offline::offline;
pub use operator::PASSWORD;
pub use points::{Fate, Meanwhile, Point, after, before};
pub use product::{Product, ProductBuilder, Sku};
pub use seller::Seller;
pub use serde_json::{Value, json};
pub use serve;
pub use serve::described;
pub use services::Services;
pub use shop::{Shop, listen};
pub use simulators;
pub use tasks::{Delivered, Failed};
pub use template::template;
pub use web;
pub use wire::{Loss, Wire};
