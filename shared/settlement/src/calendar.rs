//! Days of settlement (정산 주기): when a period closes, when its statement is issued, confirms itself and is paid.
//!
//! A period closes at 04:00 of the day after its last day. A legal or contractual number of days counts business days
//! (영업일): a seller's own days off never move it.

use chrono::{Datelike, Days, NaiveDate};
use db::On;
use kernel::clock::business_day_after;
use kernel::{Fault, Now};
use orders::settings;

kernel::text_enum! {
    /// How often a seller gets a statement.
    pub enum SettlementCycle {
        Daily = "daily",
        /// Monday to Sunday.
        Weekly = "weekly",
        /// From the 1st and from the 16th.
        SemiMonthly = "semi_monthly",
        Monthly = "monthly",
    }
}

/// First and last day of a period.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Span {
    pub start: NaiveDate,
    pub end: NaiveDate,
}

impl SettlementCycle {
    /// The period a day falls into.
    pub fn around(self, day: NaiveDate) -> Span {
        let first = day.with_day(1).unwrap_or(day);
        let next = |day: NaiveDate| (day + Days::new(31)).with_day(1).unwrap_or(day).pred_opt().unwrap_or(day);
        match self {
            SettlementCycle::Daily => Span { start: day, end: day },
            SettlementCycle::Weekly => {
                let start = day - Days::new(u64::from(day.weekday().num_days_from_monday()));
                Span { start, end: start + Days::new(6) }
            }
            SettlementCycle::SemiMonthly if day.day() <= 15 => Span { start: first, end: first + Days::new(14) },
            SettlementCycle::SemiMonthly => Span { start: first + Days::new(15), end: next(first) },
            SettlementCycle::Monthly => Span { start: first, end: next(first) },
        }
    }
}

impl Span {
    /// The day at whose 04:00 it closes.
    pub fn closes_on(self) -> NaiveDate {
        close_day(self.end)
    }
}

/// The day a period with this last day closes on.
pub fn close_day(period_end: NaiveDate) -> NaiveDate {
    period_end + Days::new(1)
}

/// What operators may change about the days, and the national holidays from some day on.
#[derive(Debug, Clone)]
pub struct Calendar {
    pub holidays: Vec<NaiveDate>,
    /// Business days from calculated to issued.
    pub issue_after: u32,
    /// Business days after which an issued statement confirms itself.
    pub confirm_after: u32,
    /// Days from purchase confirmation by which a seller must be paid.
    pub legal_limit: u32,
}

impl Calendar {
    /// Read once a run; `from` is the earliest day anything is counted from.
    pub async fn load(on: &impl On, from: NaiveDate) -> Result<Calendar, Fault> {
        let days = async |key, default| -> Result<u32, Fault> {
            Ok(u32::try_from(settings::number(on, key, default).await?).unwrap_or_default())
        };
        Ok(Calendar {
            holidays: settings::holidays(on, from).await?,
            issue_after: days("settlement_issue_business_days", 1).await?,
            confirm_after: days("settlement_confirm_business_days", 3).await?,
            legal_limit: days("settlement_legal_limit_days", 40).await?,
        })
    }

    /// The `n`-th business day after a day.
    pub fn after(&self, day: NaiveDate, n: u32) -> NaiveDate {
        business_day_after(day, n, &self.holidays)
    }

    /// The day a statement of this period is shown to its seller.
    pub fn issue_day(&self, period_end: NaiveDate) -> NaiveDate {
        self.after(close_day(period_end), self.issue_after)
    }

    /// The day an issued statement confirms itself.
    pub fn confirm_day(&self, issued_on: NaiveDate) -> NaiveDate {
        self.after(issued_on, self.confirm_after)
    }

    /// The day a statement of this period is paid.
    pub fn pay_day(&self, period_end: NaiveDate, payout_lag_days: i32) -> NaiveDate {
        self.after(close_day(period_end), u32::try_from(payout_lag_days).unwrap_or_default())
    }

    /// The business day money moves on when it should move on `day`.
    pub fn bank_day(&self, day: NaiveDate) -> NaiveDate {
        self.after(day, 0)
    }
}

/// The last Korean day that is over.
pub fn yesterday(now: Now) -> NaiveDate {
    now.date() - Days::new(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn calendar(holidays: &[&str]) -> Calendar {
        let holidays = holidays.iter().map(|text| day(text)).collect();
        Calendar { holidays, issue_after: 1, confirm_after: 3, legal_limit: 40 }
    }

    #[test]
    fn periods_touch_and_never_overlap() {
        for cycle in SettlementCycle::ALL {
            let mut at = day("2026-01-01");
            while at < day("2028-03-01") {
                let span = cycle.around(at);
                assert!(span.start <= at && at <= span.end);
                assert_eq!(cycle.around(span.start), span);
                assert_eq!(cycle.around(span.end), span);
                assert_eq!(cycle.around(span.closes_on()).start, span.closes_on());
                at = span.closes_on();
            }
        }
    }

    #[test]
    fn months_and_weeks_end_where_people_think() {
        let ends = |cycle: SettlementCycle, text| cycle.around(day(text)).end;
        assert_eq!(ends(SettlementCycle::Monthly, "2028-02-10"), day("2028-02-29"));
        assert_eq!(ends(SettlementCycle::SemiMonthly, "2026-02-15"), day("2026-02-15"));
        assert_eq!(ends(SettlementCycle::SemiMonthly, "2026-02-16"), day("2026-02-28"));
        assert_eq!(ends(SettlementCycle::Weekly, "2026-03-02"), day("2026-03-08"));
        assert_eq!(SettlementCycle::Weekly.around(day("2026-03-08")).closes_on(), day("2026-03-09"), "a Monday");
    }

    #[test]
    fn a_statement_is_issued_confirmed_and_paid_on_business_days() {
        // The week of 2026-03-02 closes on Monday the 9th.
        let end = day("2026-03-08");
        let plain = calendar(&[]);
        assert_eq!(plain.issue_day(end), day("2026-03-10"));
        assert_eq!(plain.confirm_day(plain.issue_day(end)), day("2026-03-13"));
        assert_eq!(plain.pay_day(end, 5), day("2026-03-16"));
        assert_eq!(calendar(&["2026-03-16"]).pay_day(end, 5), day("2026-03-17"));
        assert_eq!(plain.bank_day(day("2026-03-14")), day("2026-03-16"));
    }
}
