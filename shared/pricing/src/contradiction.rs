//! What the arithmetic answers when it is handed rows that cannot all be true.

use kernel::{Failure, Fault, Money, Refusal};

/// The amounts handed in contradict each other: a defect of the caller or a damaged row, never the customer's mistake.
/// Use cases pass it on with `?` as an internal fault.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Contradiction {
    #[error("cannot divide {total} won over parts that hold {room} won")]
    Overdrawn { total: Money, room: Money },
    #[error("an amount to divide over, or to divide, is negative")]
    Negative,
    #[error("the seller bears {seller} of {total} won")]
    BearerAboveShare { seller: Money, total: Money },
    #[error("line {line_no}: {what}")]
    Line { line_no: i32, what: &'static str },
    #[error("{0}")]
    Other(&'static str),
}

impl From<Contradiction> for Fault {
    fn from(contradiction: Contradiction) -> Fault {
        Fault::internal(contradiction)
    }
}

impl<E: Refusal> From<Contradiction> for Failure<E> {
    fn from(contradiction: Contradiction) -> Failure<E> {
        Failure::Fault(contradiction.into())
    }
}
