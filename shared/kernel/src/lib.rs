//! The words every other crate speaks: ids, won, rates, time, cursors, refusals and faults.
//!
//! Nothing here does I/O. A value that exists is valid: constructors refuse what the platform does not accept, so that
//! use cases never check a quantity or a postcode twice.

pub mod batch;
pub mod clock;
pub mod cursor;
pub mod fault;
pub mod id;
pub mod mask;
pub mod money;
pub mod rate;
pub mod refusal;
pub mod sql;
pub mod state;
pub mod values;

pub use batch::Batch;
pub use clock::{Clock, Now};
pub use cursor::{Cursor, Limit, Page};
pub use fault::{Failure, Fault};
pub use id::*;
pub use money::Money;
pub use rate::Rate;
pub use refusal::{Code, FieldError, Refusal};
