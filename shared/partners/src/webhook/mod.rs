//! Whom we call: partners' endpoints, what they are told, and how it reaches them.

pub mod address;
pub mod cancel;
pub mod change;
pub mod courier;
pub mod create;
pub mod delivery;
pub mod endpoint;
pub mod event;
pub mod fan_out;
pub mod log;
pub mod remove;
pub mod replay;
pub mod rotate;
pub mod send;
pub mod sign;
pub mod sweep;
pub mod task;
pub mod trial;
pub mod verify;
