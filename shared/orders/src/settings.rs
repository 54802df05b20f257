//! Numbers operators may change: how long things wait, how little may be paid.

use chrono::NaiveDate;
use db::On;
use kernel::{Fault, Money};

db::statements! {
    static NUMBER: (String,) => (Option<i64>,) = "select (value #>> '{}')::bigint from system_settings where key = $1";
    static CHECKOUT: () => (Option<i64>, Option<i64>, Option<i64>) =
        "select max((value #>> '{}')::bigint) filter (where key = 'payment_min_amount'),
                max((value #>> '{}')::bigint) filter (where key = 'reservation_minutes'),
                max((value #>> '{}')::bigint) filter (where key = 'virtual_account_hours')
         from system_settings where key in ('payment_min_amount', 'reservation_minutes', 'virtual_account_hours')";
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

/// What an order has to keep to.
#[derive(Debug, Clone, Copy)]
pub struct Checkout {
    /// Won; the payment gateway takes nothing smaller.
    pub payment_minimum: Money,
    /// How long an order waits for a payment to be made.
    pub reservation_minutes: i64,
    /// How long it waits for the deposit into a virtual account (가상계좌).
    pub virtual_account_hours: i64,
}

/// What orders have to keep to now.
pub async fn checkout(on: &impl On) -> Result<Checkout, Fault> {
    let (minimum, minutes, hours) = CHECKOUT.one(on, ()).await?;
    Ok(Checkout {
        payment_minimum: Money::won(minimum.unwrap_or(100)),
        reservation_minutes: minutes.unwrap_or(45),
        virtual_account_hours: hours.unwrap_or(24),
    })
}
