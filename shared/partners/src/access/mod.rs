//! Who calls us: clients, their secrets, tokens and signatures, and how often they may call.

pub mod admit;
pub mod client;
pub mod epoch;
pub mod limit;
pub mod me;
pub mod network;
pub mod rotate;
pub mod secret;
pub mod signature;
pub mod token;
