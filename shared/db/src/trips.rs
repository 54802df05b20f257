//! Counts what a piece of work asks of the database: how often it waits, whatever the number of its statements, and for
//! how many of them.

use std::future::Future;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

tokio::task_local! { static COUNTED: Arc<Counters>; }

#[derive(Debug, Default)]
struct Counters {
    trips: AtomicU64,
    statements: AtomicU64,
}

/// What a piece of work took.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cost {
    /// Waits for the database; BEGIN and COMMIT travel with statements or count like them.
    pub trips: u64,
    /// Statements, and COMMITs that travelled alone.
    pub statements: u64,
}

/// Does the work and says what it took, apart from everything that runs beside it. What is counted within is counted here
/// as well; what it spawns is not.
pub async fn counted<T>(work: impl Future<Output = T>) -> (Cost, T) {
    let counters = Arc::new(Counters::default());
    let answer = COUNTED.scope(Arc::clone(&counters), work).await;
    let cost =
        Cost { trips: counters.trips.load(Ordering::Relaxed), statements: counters.statements.load(Ordering::Relaxed) };
    add(cost);
    (cost, answer)
}

fn add(cost: Cost) {
    // Nobody counts: nothing to do.
    let _ = COUNTED.try_with(|counters| {
        counters.trips.fetch_add(cost.trips, Ordering::Relaxed);
        counters.statements.fetch_add(cost.statements, Ordering::Relaxed);
    });
}

/// The round trips of one connection. A statement belongs to the trip after the latest one whose answer was seen when it
/// left, so statements that leave together make one trip, whoever of them is answered first.
#[derive(Debug, Default)]
pub(crate) struct Trips {
    begun: AtomicU64,
    answered: AtomicU64,
}

impl Trips {
    /// A statement leaves; answers the number of its trip.
    pub(crate) fn leave(&self) -> u64 {
        let trip = self.answered.load(Ordering::Relaxed) + 1;
        let begins = self.begun.fetch_max(trip, Ordering::Relaxed) < trip;
        add(Cost { trips: u64::from(begins), statements: 1 });
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

    #[tokio::test]
    async fn what_leaves_together_is_one_trip() {
        let work = async {
            let trips = Trips::default();
            let (a, b) = (trips.leave(), trips.leave());
            trips.arrive(a);
            // What waited for the first leaves while the second is still on its way: that is the next trip, for both chains.
            let c = trips.leave();
            trips.arrive(b);
            let d = trips.leave();
            trips.arrive(c);
            trips.arrive(d);
            trips.leave();
        };
        assert_eq!(counted(work).await, (Cost { trips: 3, statements: 5 }, ()));
    }

    #[tokio::test]
    async fn work_within_work_counts_for_both_and_work_beside_it_for_neither() {
        let one = || async { Trips::default().leave() };
        let beside = counted(one());
        let within = counted(async {
            one().await;
            counted(one()).await.0
        });
        let ((beside, _), (all, part)) = futures::join!(beside, within);
        assert_eq!((beside.statements, part.statements, all.statements), (1, 1, 2));
    }
}
