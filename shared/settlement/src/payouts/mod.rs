//! Payouts (지급): a day's batch is built from confirmed statements, approved by a second person with its exact count and
//! sum, sent to the payout provider one by one, and followed until each has ended.

pub mod approve;
pub mod build;
pub mod call_off;
pub mod cancel;
pub mod follow;
pub mod result;
pub(crate) mod step;
pub mod submit;

use payments::gateway::PayoutGateway;
use std::sync::Arc;

/// The payout provider of a process.
pub type Provider = Arc<dyn PayoutGateway>;
