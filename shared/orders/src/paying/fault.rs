//! When our books and the gateway contradict each other.

use kernel::*;
use payments::step;

/// The table was asked before; a refusal here means the gateway's answer contradicts our row, which people must see.
pub(super) fn step_fault(failure: Failure<step::StepError>) -> Fault {
    failure.unexpected("the gateway contradicts our payment")
}
