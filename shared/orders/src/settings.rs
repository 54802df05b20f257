//! Numbers operators may change: how long things wait.

use chrono::NaiveDate;
use db::On;
use kernel::Fault;

db::statements! {
    static NUMBER: (String,) => (Option<i64>,) = "select (value #>> '{}')::bigint from system_settings where key = $1";
    static WAITS: () => (Option<i64>, Option<i64>) =
        "select max((value #>> '{}')::bigint) filter (where key = 'reservation_minutes'),
                max((value #>> '{}')::bigint) filter (where key = 'virtual_account_hours')
         from system_settings where key in ('reservation_minutes', 'virtual_account_hours')";
    static HOLIDAYS: (NaiveDate,) => (NaiveDate,) = "select holiday_date from business_holidays where holiday_date >= $1 order by 1 limit 60";
}

/// A whole number, or the default where the setting is missing.
pub async fn number(on: &impl On, key: &str, default: i64) -> Result<i64, Fault> {
    Ok(NUMBER.opt(on, (key.to_owned(),)).await?.and_then(|(value,)| value).unwrap_or(default))
}

/// The next national holidays from a day on, for counting business days (영업일).
pub async fn holidays(on: &impl On, from: NaiveDate) -> Result<Vec<NaiveDate>, Fault> {
    Ok(HOLIDAYS.all(on, (from,)).await?.into_iter().map(|(day,)| day).collect())
}

/// How long an order waits for its money.
#[derive(Debug, Clone, Copy)]
pub struct Waits {
    /// For a payment to be made.
    pub reservation_minutes: i64,
    /// For the deposit into a virtual account (가상계좌).
    pub virtual_account_hours: i64,
}

/// How long orders wait now.
pub async fn waits(on: &impl On) -> Result<Waits, Fault> {
    let (minutes, hours) = WAITS.one(on, ()).await?;
    Ok(Waits { reservation_minutes: minutes.unwrap_or(45), virtual_account_hours: hours.unwrap_or(24) })
}
