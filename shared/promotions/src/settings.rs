//! How long points live, and wishes to be told of a restock: settings operators may change.

use chrono::{DateTime, Duration, Months, Utc};
use db::On;
use kernel::clock::kst_midnight;
use kernel::{Fault, Now};

/// Points live five years unless the setting says otherwise.
const VALIDITY_MONTHS: i64 = 60;
/// Who asked to be told of a restock waits this many days unless the setting says otherwise.
const WISH_DAYS: i64 = 90;
/// What is granted in place of an expired lot lives this many days.
pub(crate) const REGRANT_DAYS: i64 = 30;

db::statements! {
    static POINT_VALIDITY: () => (Option<i64>,) = "select (value #>> '{}')::bigint from system_settings where key = 'point_validity_months'";
    static WISHES: () => (Option<i64>,) = "select (value #>> '{}')::bigint from system_settings where key = 'restock_wish_days'";
}

/// Until when points that are granted now are good: 00:00 KST.
pub(crate) async fn points_expire_at(on: &impl On, now: Now) -> Result<DateTime<Utc>, Fault> {
    let months = POINT_VALIDITY.opt(on, ()).await?.and_then(|(months,)| months).unwrap_or(VALIDITY_MONTHS);
    Ok(months_later(now, u32::try_from(months).unwrap_or(0)))
}

/// Wishes that were made until then have waited long enough.
pub(crate) async fn wishes_until(on: &impl On, now: Now) -> Result<DateTime<Utc>, Fault> {
    let days = WISHES.opt(on, ()).await?.and_then(|(days,)| days).unwrap_or(WISH_DAYS);
    Ok(now.plus(-Duration::days(days)))
}

fn months_later(now: Now, months: u32) -> DateTime<Utc> {
    let today = now.date();
    kst_midnight(today.checked_add_months(Months::new(months)).unwrap_or(today))
}

/// Until when a regrant is good: 00:00 KST, thirty full days on.
pub(crate) fn regrant_expires_at(now: Now) -> DateTime<Utc> {
    kst_midnight(now.date() + Duration::days(REGRANT_DAYS + 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn points_end_at_midnight_in_korea() {
        let evening = Now("2026-03-01T14:59:00Z".parse().unwrap());
        assert_eq!(months_later(evening, 60).to_rfc3339(), "2031-02-28T15:00:00+00:00");
        let leap = Now("2028-02-29T03:00:00Z".parse().unwrap());
        assert_eq!(months_later(leap, 60).to_rfc3339(), "2033-02-27T15:00:00+00:00");
        assert_eq!(regrant_expires_at(evening).to_rfc3339(), "2026-03-31T15:00:00+00:00");
    }
}
