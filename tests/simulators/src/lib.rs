//! Simulators of the outside services: what Drrip talks to, small enough to run inside a test.
//!
//! | simulator | stands for | start |
//! |---|---|---|
//! | [`toss`] | Toss Payments core API v1 (version 2022-11-16) and payouts v2 | [`Toss::start`] |
//! | [`agency`] | the identity agency (본인확인) | [`Agency::start`] |
//! | [`bank`] | the account holder check (계좌 실명조회) | [`Bank::start`] |
//! | [`carrier`] | a contract carrier that pushes scans | [`Carrier::start`] |
//! | [`hooks`] | a partner who receives our webhooks | [`Hooks::start`] |
//!
//! What all of them promise:
//!
//! - **The wire is the provider's.** Paths, field names, states, error codes and HTTP statuses are those of the
//!   provider's documentation, so the product talks to them with its production client and another base URL.
//! - **Everything else is under `/sim`**, and every `/sim` call has a Rust method with the same effect.
//! - **Their own clock** ([`SimClock`]), which can be moved: thirty-minute windows and four-thousand-minute retries
//!   are tested without waiting.
//! - **Their own books.** A simulator remembers all money it moved; a test compares them with ours to the won.
//! - **No shared code with the product.** The encryption and the signatures are written a second time here: two
//!   implementations that understand each other prove each other.
//! - **Faults on demand** ([`Faults`]): slow answers, lost answers, errors without effect, errors after the effect, calls that are held.

pub mod agency;
pub mod bank;
pub mod carrier;
mod clock;
mod faults;
pub mod hooks;
mod server;
pub mod toss;

pub use agency::{Agency, AgencySim};
pub use bank::{Bank, BankSim};
pub use carrier::{Carrier, CarrierSim};
pub use clock::{KST, SimClock};
pub use faults::{Fault, FaultKind, Faults};
pub use hooks::{Hooks, HooksSim};
pub use toss::{Toss, TossConfig, TossSim};
