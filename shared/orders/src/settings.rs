//! Numbers operators may change: how long things wait.

use chrono::NaiveDate;
use db::On;
use kernel::Fault;

db::statements! {
    static NUMBER: (String,) => (Option<i64>,) = "select (value #>> '{}')::bigint from system_settings where key = $1";
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

/// How long a virtual account (가상계좌) waits for its deposit.
pub async fn virtual_account_hours(on: &impl On) -> Result<i64, Fault> {
    number(on, "virtual_account_hours", 24).await
}
