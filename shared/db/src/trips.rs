//! Counts round trips: how often a request has to wait for the database, whatever the number of its statements.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// Round trips and statements of a whole process.
#[derive(Debug, Clone, Default)]
pub(crate) struct Counters {
    pub(crate) trips: Arc<AtomicU64>,
    pub(crate) statements: Arc<AtomicU64>,
}

/// The round trips of one connection. A statement belongs to the trip after the latest one whose answer was seen when it
/// left, so statements that leave together make one trip, whoever of them is answered first.
#[derive(Debug)]
pub(crate) struct Trips {
    all: Counters,
    begun: AtomicU64,
    answered: AtomicU64,
}

impl Trips {
    pub(crate) fn new(all: Counters) -> Trips {
        Trips { all, begun: AtomicU64::new(0), answered: AtomicU64::new(0) }
    }

    /// A statement leaves; answers the number of its trip.
    pub(crate) fn leave(&self) -> u64 {
        self.all.statements.fetch_add(1, Ordering::Relaxed);
        let trip = self.answered.load(Ordering::Relaxed) + 1;
        if self.begun.fetch_max(trip, Ordering::Relaxed) < trip {
            self.all.trips.fetch_add(1, Ordering::Relaxed);
        }
        trip
    }

    /// Its answer is there.
    pub(crate) fn arrive(&self, trip: u64) {
        self.answered.fetch_max(trip, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_leaves_together_is_one_trip() {
        let all = Counters::default();
        let trips = Trips::new(all.clone());
        let (a, b) = (trips.leave(), trips.leave());
        trips.arrive(a);
        // What waited for the first leaves while the second is still on its way: that is the next trip, for both chains.
        let c = trips.leave();
        trips.arrive(b);
        let d = trips.leave();
        trips.arrive(c);
        trips.arrive(d);
        trips.leave();
        assert_eq!((all.trips.load(Ordering::Relaxed), all.statements.load(Ordering::Relaxed)), (3, 5));
    }
}
