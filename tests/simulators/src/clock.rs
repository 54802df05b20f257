//! The clock of the outside world.
//!
//! A simulator may not look at the wall: whoever runs the story moves its clock, and everything that expires or
//! repeats follows. Clones share one offset, so several simulators can live in the same time.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use chrono::{DateTime, Duration, FixedOffset, Utc};
use serde::Serializer;

/// Korean time, the only zone these providers write.
pub const KST: FixedOffset = match FixedOffset::east_opt(9 * 3600) {
    Some(zone) => zone,
    None => unreachable!(),
};

/// A point in time as the providers write it.
pub type Stamp = DateTime<FixedOffset>;

/// Real time plus an offset in seconds that the test decides.
#[derive(Clone, Debug, Default)]
pub struct SimClock {
    offset: Arc<AtomicI64>,
}

impl SimClock {
    /// Now, in Korean time.
    #[expect(clippy::disallowed_methods, reason = "the simulators are the outside world; their time starts here")]
    pub fn now(&self) -> Stamp {
        (Utc::now() + Duration::seconds(self.offset())).with_timezone(&KST)
    }

    /// The distance from real time in seconds.
    pub fn offset(&self) -> i64 {
        self.offset.load(Ordering::SeqCst)
    }

    /// Puts the clock so many seconds away from real time (negative: into the past).
    pub fn set_offset(&self, seconds: i64) {
        self.offset.store(seconds, Ordering::SeqCst);
    }

    /// Lets time pass.
    pub fn advance(&self, seconds: i64) {
        self.offset.fetch_add(seconds, Ordering::SeqCst);
    }
}

/// `2022-01-01T00:00:00+09:00`
pub fn iso(at: Stamp) -> String {
    at.format("%Y-%m-%dT%H:%M:%S%:z").to_string()
}

/// `2022-01-01T00:00:00.000000`, the zoneless form of Toss's older events.
pub fn iso_micros(at: Stamp) -> String {
    at.format("%Y-%m-%dT%H:%M:%S%.6f").to_string()
}

/// For `#[serde(serialize_with)]`.
pub fn as_iso<S: Serializer>(at: &Stamp, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&iso(*at))
}

/// For `#[serde(serialize_with)]` on optional stamps.
pub fn as_iso_option<S: Serializer>(at: &Option<Stamp>, serializer: S) -> Result<S::Ok, S::Error> {
    match at {
        Some(at) => as_iso(at, serializer),
        None => serializer.serialize_none(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clones_live_in_the_same_time() {
        let clock = SimClock::default();
        let other = clock.clone();
        other.advance(3600);
        assert_eq!(clock.offset(), 3600);
        assert!(iso(clock.now()).ends_with("+09:00"));
        assert_eq!(iso_micros(clock.now()).len(), "2022-01-01T00:00:00.000000".len());
    }
}
