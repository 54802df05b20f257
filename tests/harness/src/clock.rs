//! The clock of a test: moves the platform and the outside services together.

use chrono::Duration;
use kernel::{Clock, Now};
use simulators::SimClock;

/// Starts at the machine's time.
#[derive(Debug, Clone, Default)]
pub struct TestClock {
    pub(crate) platform: Clock,
    pub(crate) outside: SimClock,
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
    pub fn set(&self, at: chrono::DateTime<chrono::Utc>) {
        self.advance(at - self.now().0);
    }
}
