//! Settlement periods: one row per cycle and span for all sellers on it. They follow one another without gaps; what comes
//! late falls into the next.

use crate::calendar::{SettlementCycle, Span, close_day, yesterday};
use crate::state::{PeriodAction, PeriodState};
use chrono::NaiveDate;
use db::{On, Tx};
use kernel::*;

db::row! {
    /// One period.
    pub struct PeriodRow { pub id: SettlementPeriodId, pub cycle: SettlementCycle, pub period_start: NaiveDate, pub period_end: NaiveDate, pub state: PeriodState, pub version: i32 }
}

kernel::refusals! {
    /// Why a period is not built or closed.
    pub enum PeriodError {
        NotFound = 404 "settlement_period_not_found", "There is no such settlement period.", "정산 기간을 찾을 수 없습니다.";
        NotOver = 409 "settlement_period_not_over", "The period is not over.", "아직 끝나지 않은 정산 기간입니다.";
        Closed = 409 "settlement_period_closed", "The period is closed.", "마감된 정산 기간입니다.";
        NotBuilt = 409 "settlement_period_not_built", "The period's statements are not built.", "정산서가 아직 작성되지 않았습니다.";
        /// With the checklist.
        Blocked(serde_json::Value) = 409 "settlement_period_blocked", "Open items stand against closing.", "마감을 막는 항목이 있습니다.";
    }
}

db::statements! {
    static LAST: (SettlementCycle,) => (NaiveDate,) = "select period_end from settlement_periods where cycle = $1 order by period_end desc limit 1";
    static ADD: (SettlementPeriodId, SettlementCycle, NaiveDate, NaiveDate) => () =
        "insert into settlement_periods (id, cycle, period_start, period_end) values ($1, $2, $3, $4) on conflict do nothing";
    /// Over by now, and not built or built in part.
    static ENDED: (NaiveDate,) => PeriodRow =
        "select id, cycle, period_start, period_end, state, version from settlement_periods
         where period_end < $1 and state in ('open', 'building') order by period_end, cycle";
    static ONE: (SettlementPeriodId,) => PeriodRow = "select id, cycle, period_start, period_end, state, version from settlement_periods where id = $1";
    static STEP: (SettlementPeriodId, PeriodState, PeriodState, Option<Now>, Option<OperatorId>, Option<Now>) => (SettlementPeriodId,) =
        "update settlement_periods set state = $3, version = version + 1, built_at = coalesce($4, built_at), closed_by = coalesce($5, closed_by), closed_at = coalesce($6, closed_at)
         where id = $1 and state = $2 returning id";
}

/// Every cycle has its period of today, and those before it since the last one there was.
pub(crate) async fn keep(tx: &Tx, now: Now) -> Result<(), Fault> {
    for cycle in SettlementCycle::ALL {
        let known = LAST.opt(tx, (*cycle,)).await?;
        for span in missing(*cycle, known.map(|(end,)| end), now) {
            ADD.run(tx, (SettlementPeriodId::new(), *cycle, span.start, span.end)).await?;
        }
    }
    Ok(())
}

fn missing(cycle: SettlementCycle, last_end: Option<NaiveDate>, now: Now) -> Vec<Span> {
    let mut next = last_end.map_or_else(|| cycle.around(yesterday(now)).start, close_day);
    let mut spans = Vec::new();
    while next <= now.date() {
        let span = cycle.around(next);
        next = span.closes_on();
        spans.push(span);
    }
    spans
}

pub(crate) async fn ended(on: &impl On, now: Now) -> Result<Vec<PeriodRow>, Fault> {
    ENDED.all(on, (now.date(),)).await
}

pub(crate) async fn find(on: &impl On, id: SettlementPeriodId) -> Result<Option<PeriodRow>, Fault> {
    ONE.opt(on, (id,)).await
}

/// Moves a period; false when it is elsewhere by now.
pub(crate) async fn step(
    on: &impl On,
    id: SettlementPeriodId,
    from: PeriodState,
    action: PeriodAction,
    by: Option<OperatorId>,
    now: Now,
) -> Result<bool, Fault> {
    let Some(to) = from.next(action) else { return Ok(false) };
    let (built, closed) =
        ((action == PeriodAction::Finish).then_some(now), (action == PeriodAction::Close).then_some(now));
    Ok(STEP.opt(on, (id, from, to, built, by, closed)).await?.is_some())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spans(cycle: SettlementCycle, last: Option<&str>, now: &str) -> Vec<String> {
        let last = last.map(|day| day.parse().unwrap());
        let now = Now(now.parse().unwrap());
        missing(cycle, last, now).iter().map(|span| format!("{}..{}", span.start, span.end)).collect()
    }

    #[test]
    fn periods_are_made_up_to_today_and_none_is_left_out() {
        // 04:00 KST on Monday 2026-03-09.
        let monday = "2026-03-08T19:00:00Z";
        assert_eq!(spans(SettlementCycle::Weekly, None, monday), ["2026-03-02..2026-03-08", "2026-03-09..2026-03-15"]);
        assert_eq!(
            spans(SettlementCycle::Weekly, Some("2026-02-22"), monday),
            ["2026-02-23..2026-03-01", "2026-03-02..2026-03-08", "2026-03-09..2026-03-15"]
        );
        assert_eq!(spans(SettlementCycle::Monthly, Some("2026-03-31"), monday), [""; 0]);
        assert_eq!(spans(SettlementCycle::Daily, None, monday), ["2026-03-08..2026-03-08", "2026-03-09..2026-03-09"]);
    }
}
