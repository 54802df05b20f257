//! The clock of the outside world.
//!
//! A simulator may not look at the wall: whoever runs the story moves its clock, and everything that expires or
//! repeats follows. Clones share one offset, so several simulators can live in the same time.

use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, OnceLock};

use chrono::{DateTime, Duration, FixedOffset, Utc};
use serde::Serializer;

/// Korean time, the only zone these providers write.
pub const KST: FixedOffset = match FixedOffset::east_opt(9 * 3600) {
    Some(zone) => zone,
    None => unreachable!(),
};

/// A point in time as the providers write it.
pub type Stamp = DateTime<FixedOffset>;

/// Real time plus an offset in seconds that the test decides, or a moment at which it stands.
#[derive(Clone, Debug, Default)]
pub struct SimClock {
    offset: Arc<AtomicI64>,
    stands_at: Arc<OnceLock<AtomicI64>>,
}

impl SimClock {
    /// Now, in Korean time.
    pub fn now(&self) -> Stamp {
        let running = machine() + Duration::seconds(self.offset.load(Ordering::SeqCst));
        self.standing().unwrap_or(running).with_timezone(&KST)
    }

    /// The distance from real time in seconds.
    pub fn offset(&self) -> i64 {
        self.standing().map_or(self.offset.load(Ordering::SeqCst), |at| (at - machine()).num_seconds())
    }

    fn standing(&self) -> Option<DateTime<Utc>> {
        DateTime::from_timestamp_micros(self.stands_at.get()?.load(Ordering::SeqCst))
    }

    /// Stops at a moment, or goes to another one: from here on only this moves it.
    pub fn stand_at(&self, at: DateTime<Utc>) {
        self.stands_at.get_or_init(AtomicI64::default).store(at.timestamp_micros(), Ordering::SeqCst);
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

#[expect(clippy::disallowed_methods, reason = "the simulators are the outside world; their time starts here")]
fn machine() -> DateTime<Utc> {
    Utc::now()
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

    #[test]
    fn a_standing_clock_does_not_run() {
        let clock = SimClock::default();
        clock.clone().stand_at("2040-02-28T00:00:00Z".parse().unwrap());
        assert_eq!(iso(clock.now()), "2040-02-28T09:00:00+09:00");
        assert!(clock.offset() > 0);
    }
}
