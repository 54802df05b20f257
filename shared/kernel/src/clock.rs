//! Time is a parameter. One [`Clock`] makes [`Now`]; everything else is given it.

use chrono::{DateTime, Datelike, Duration, FixedOffset, NaiveDate, NaiveTime, Utc, Weekday};
use postgres_types::{FromSql, ToSql};
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, OnceLock};

/// The moment a request, message or sweep is handled at; the same for everything it does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, ToSql, FromSql)]
#[postgres(transparent)]
pub struct Now(pub DateTime<Utc>);

impl Now {
    pub fn plus(self, duration: Duration) -> DateTime<Utc> {
        self.0 + duration
    }

    /// The calendar day in Korea (KST has no summer time).
    pub fn date(self) -> NaiveDate {
        kst_date(self.0)
    }
}

impl crate::sql::SqlType for Now {
    const TYPE: postgres_types::Type = postgres_types::Type::TIMESTAMPTZ;
    const ARRAY: postgres_types::Type = postgres_types::Type::TIMESTAMPTZ_ARRAY;
}

/// Korea Standard Time, UTC+9 all year.
pub fn kst() -> FixedOffset {
    FixedOffset::east_opt(9 * 3600).unwrap_or_else(|| Utc.fix_utc())
}

trait FixUtc {
    fn fix_utc(&self) -> FixedOffset;
}
impl FixUtc for Utc {
    fn fix_utc(&self) -> FixedOffset {
        use chrono::Offset;
        Utc.fix()
    }
}

/// The Korean calendar day of a moment.
pub fn kst_date(at: DateTime<Utc>) -> NaiveDate {
    at.with_timezone(&kst()).date_naive()
}

/// 00:00 KST of a day.
pub fn kst_midnight(day: NaiveDate) -> DateTime<Utc> {
    kst_at(day, NaiveTime::MIN)
}

/// A wall-clock time in Korea on a day.
pub fn kst_at(day: NaiveDate, time: NaiveTime) -> DateTime<Utc> {
    day.and_time(time).and_utc() - Duration::hours(9)
}

/// The `n`-th business day (영업일) after `day`: not Saturday, not Sunday, not in `holidays`. `n = 0` is the first
/// business day on or after `day`.
pub fn business_day_after(day: NaiveDate, n: u32, holidays: &[NaiveDate]) -> NaiveDate {
    let works = |d: NaiveDate| !matches!(d.weekday(), Weekday::Sat | Weekday::Sun) && !holidays.contains(&d);
    let mut at = day;
    let mut left = n;
    while left > 0 {
        at += Duration::days(1);
        if works(at) {
            left -= 1;
        }
    }
    while !works(at) {
        at += Duration::days(1);
    }
    at
}

/// The platform's clock. Outside production an offset (a system setting) moves it, so that a stage can be walked
/// through days of waiting in minutes; in production the offset is never read.
#[derive(Debug, Clone, Default)]
pub struct Clock {
    offset_seconds: Arc<AtomicI64>,
    stands_at: Arc<OnceLock<AtomicI64>>,
}

impl Clock {
    #[expect(clippy::disallowed_methods, reason = "this is the one place that asks the machine for the time")]
    pub fn now(&self) -> Now {
        let offset = Duration::seconds(self.offset_seconds.load(Ordering::Relaxed));
        // PostgreSQL keeps microseconds: what is compared later must not lose digits on the way.
        let exact = Utc::now() + offset;
        let micros = self.stands_at.get().map_or(exact.timestamp_micros(), |at| at.load(Ordering::Relaxed));
        Now(DateTime::from_timestamp_micros(micros).unwrap_or(exact))
    }

    /// Stops at a moment, or goes to another one: from here on only this moves it. For runs that are replayed to the second.
    pub fn stand_at(&self, at: DateTime<Utc>) {
        self.stands_at.get_or_init(AtomicI64::default).store(at.timestamp_micros(), Ordering::Relaxed);
    }

    /// Sets how far this clock runs ahead of the machine's.
    pub fn set_offset_seconds(&self, seconds: i64) {
        self.offset_seconds.store(seconds, Ordering::Relaxed);
    }

    pub fn offset_seconds(&self) -> i64 {
        self.offset_seconds.load(Ordering::Relaxed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    #[test]
    fn business_days_skip_weekends_and_holidays() {
        let chuseok = [day("2026-09-24"), day("2026-09-25")];
        assert_eq!(business_day_after(day("2026-09-23"), 1, &chuseok), day("2026-09-28"));
        assert_eq!(business_day_after(day("2026-09-26"), 0, &chuseok), day("2026-09-28"));
        assert_eq!(business_day_after(day("2026-09-18"), 3, &[]), day("2026-09-23"));
    }

    #[test]
    fn a_standing_clock_goes_only_where_it_is_put() {
        let clock = Clock::default();
        for at in ["2040-02-28T00:00:00Z", "2040-02-28T00:00:01.000002Z"] {
            clock.clone().stand_at(at.parse().unwrap());
            assert_eq!(clock.now(), Now(at.parse().unwrap()));
        }
    }

    #[test]
    fn a_korean_day_starts_at_fifteen_utc() {
        assert_eq!(kst_midnight(day("2026-01-02")).to_rfc3339(), "2026-01-01T15:00:00+00:00");
        assert_eq!(kst_date("2026-01-01T15:00:00Z".parse().unwrap()), day("2026-01-02"));
    }
}
