//! Periods with what is in them.

use crate::SettlementCycle;
use crate::close::{Checklist, checklist};
use crate::periods::{self, PeriodError};
use crate::state::PeriodState;
use chrono::{DateTime, NaiveDate, Utc};
use db::On;
use kernel::*;
use schemars::JsonSchema;
use serde::Serialize;

db::row! {
    /// One period. Amounts in won.
    #[derive(Serialize, JsonSchema)]
    pub struct PeriodCard {
        pub period_id: SettlementPeriodId, pub cycle: SettlementCycle, pub period_start: NaiveDate, pub period_end: NaiveDate, pub state: PeriodState,
        pub built_at: Option<DateTime<Utc>>, pub closed_by: Option<OperatorId>, pub closed_at: Option<DateTime<Utc>>, pub statements: i64,
        /// Statements that are drafts or held.
        pub open: i64,
        pub gross_amount: Money, pub net_amount: Money, pub payout_amount: Money, pub carry_out_amount: Money,
    }
}

macro_rules! period {
    () => {
        "select p.id as period_id, p.cycle, p.period_start, p.period_end, p.state, p.built_at, p.closed_by, p.closed_at, s.statements, s.open, s.gross_amount, s.net_amount,
                s.payout_amount, s.carry_out_amount
         from settlement_periods p cross join lateral (
             select count(*) as statements, count(*) filter (where state in ('calculated', 'held')) as open, coalesce(sum(gross_amount), 0)::bigint as gross_amount,
                    coalesce(sum(net_amount), 0)::bigint as net_amount, coalesce(sum(payout_amount), 0)::bigint as payout_amount,
                    coalesce(sum(carry_out_amount), 0)::bigint as carry_out_amount
             from settlements where settlement_period_id = p.id) s "
    };
}

db::statements! {
    static LIST: (Option<SettlementCycle>, Option<PeriodState>, Option<NaiveDate>, Option<SettlementPeriodId>, i64) => PeriodCard = concat!(
        period!(),
        "where ($1::text is null or p.cycle = $1) and ($2::text is null or p.state = $2) and ($3::date is null or (p.period_end, p.id) < ($3, $4))
         order by p.period_end desc, p.id desc limit $5");
    static ONE: (SettlementPeriodId,) => PeriodCard = concat!(period!(), "where p.id = $1");
}

/// A period with what stands against closing it.
#[derive(Debug, Serialize, JsonSchema)]
pub struct PeriodView {
    #[serde(flatten)]
    pub period: PeriodCard,
    pub checklist: Checklist,
    /// Over, built and clear.
    pub closable: bool,
}

/// Periods, newest first.
pub async fn list(
    on: &impl On,
    cycle: Option<SettlementCycle>,
    state: Option<PeriodState>,
    cursor: Option<Cursor>,
    limit: Limit,
) -> Result<Page<PeriodCard>, Fault> {
    let (end, id) = cursor.and_then(|cursor| cursor.decode::<(NaiveDate, SettlementPeriodId)>()).unzip();
    let rows = LIST.all(on, (cycle, state, end, id, limit.fetch())).await?;
    Ok(Page::of(rows, limit, |row| (row.period_end, row.period_id)))
}

/// One period with its checklist.
pub async fn open(on: &impl On, id: SettlementPeriodId) -> Result<PeriodView, Failure<PeriodError>> {
    let row = periods::find(on, id).await?.ok_or(PeriodError::NotFound)?;
    let period = ONE.one(on, (id,)).await?;
    let checklist = checklist(on, &row).await?;
    let closable = period.state == PeriodState::Built && checklist.is_clear();
    Ok(PeriodView { period, checklist, closable })
}
