//! The clock of a test: moves the platform and the outside services together.
//!
//! Every story begins on the same morning, so that it tells the same on any day and at any hour of the machine's.

use chrono::{DateTime, Duration, Utc};
use kernel::{Clock, Now};
use simulators::SimClock;

/// A Tuesday, 10:00 in Korea: no holiday near, the month neither young nor over.
const START: &str = "2026-11-24T10:00:00+09:00";

/// Starts at [`START`], or at `TEST_START` to see what another hour or day does to the stories.
#[derive(Debug, Clone)]
pub struct TestClock {
    pub(crate) platform: Clock,
    pub(crate) outside: SimClock,
}

impl Default for TestClock {
    fn default() -> TestClock {
        let start = std::env::var("TEST_START");
        let start = start.as_deref().unwrap_or(START).parse::<DateTime<Utc>>().expect("TEST_START is an RFC 3339 time");
        let clock = TestClock { platform: Clock::default(), outside: SimClock::default() };
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
        let seconds = self.platform.offset_seconds() + by.num_seconds();
        self.platform.set_offset_seconds(seconds);
        self.outside.set_offset(seconds);
    }

    /// Goes to a moment.
    pub fn set(&self, at: DateTime<Utc>) {
        self.advance(at - self.now().0);
    }
}
