//! What outside services tell us: stored once, answered at once, worked on later.
//!
//! Nothing here is believed: an event of the payment gateway only says that it is time to ask, a scan is applied by its
//! task.

pub mod carrier;
pub mod inbox;
pub mod scan;
pub mod toss;
pub mod waiting;
