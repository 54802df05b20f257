//! The clock of a test: moves the platform and the outside services together.
//!
//! Every story begins on the same morning, so that it tells the same on any day and at any hour of the machine's.

use chrono::{DateTime, Duration, Utc};
use kernel::{Clock, Now};
use simulators::SimClock;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// A Tuesday, 10:00 in Korea: no holiday near, the month neither young nor over.
const START: &str = "2026-11-24T10:00:00+09:00";

/// Starts at [`START`], or at `TEST_START` to see what another hour or day does to the stories, and runs with the machine's
/// until it is stopped.
#[derive(Debug, Clone)]
pub struct TestClock {
    pub(crate) platform: Clock,
    pub(crate) outside: SimClock,
    stands: Arc<AtomicBool>,
}

impl Default for TestClock {
    fn default() -> TestClock {
        let start = std::env::var("TEST_START");
        let start = start.as_deref().unwrap_or(START).parse::<DateTime<Utc>>().expect("TEST_START is an RFC 3339 time");
        let clock = TestClock { platform: Clock::default(), outside: SimClock::default(), stands: Arc::default() };
        clock.set(start);
        clock
    }
}

impl TestClock {
    pub fn now(&self) -> Now {
        self.platform.now()
    }

    /// Lets time pass, for everybody.
    pub fn advance(&self, by: Duration) {
        if self.stands.load(Ordering::Relaxed) {
            return self.stand_at(self.now().0 + by);
        }
        let seconds = self.platform.offset_seconds() + by.num_seconds();
        self.platform.set_offset_seconds(seconds);
        self.outside.set_offset(seconds);
    }

    /// Goes to a moment.
    pub fn set(&self, at: DateTime<Utc>) {
        self.advance(at - self.now().0);
    }

    /// Stops at a moment: from here on time passes only where a test says so.
    pub fn stand_at(&self, at: DateTime<Utc>) {
        self.stands.store(true, Ordering::Relaxed);
        self.platform.stand_at(at);
        self.outside.stand_at(at);
    }
}
