//! An operator has a period built: asked for in a moment, done by the worker.
//!
//! Context: a statement is a transaction of its own, and a call of the back office ends after half a minute.
//! Decision: the task `build_settlement_period` builds a page of sellers per message and asks for the next page with an
//! event whose id comes from its own, so that a message handled twice goes on once.
//! Rejected: one message for the whole period (its time grows with the sellers), one per seller (nobody would know when
//! the period is built).
//! Consequences: the period is `building` until the last page; who asks again meanwhile finds little left to do.

use crate::build::{self, Built};
use crate::calendar::Calendar;
use crate::periods::{self, PeriodError};
use crate::state::{PeriodAction, PeriodState};
use audit::{By, Target};
use chrono::Days;
use db::{Db, Tx};
use events::queues::{BUILD_SETTLEMENT_PERIOD, Queue};
use events::{Envelope, PeriodBuildDue};
use jobs::outbox::{Outbox, emit};
use jobs::{Task, TaskError, TaskFuture};
use kernel::*;
use uuid::Uuid;

/// Sellers per message.
const PAGE: usize = 100;

/// Asks for a period's statements to be built, or built again.
pub async fn ask(tx: &Tx, by: OperatorId, id: SettlementPeriodId, now: Now) -> Result<(), Failure<PeriodError>> {
    build::buildable(tx, id, now).await?;
    emit(tx, &PeriodBuildDue { period_id: id, after: None, failed: 0 }, now).await?;
    let target = Target::of("settlement_periods", id);
    Ok(audit::record(tx, By::Operator(by), "settlement_period.build_asked", target, None, None, now).await?)
}

/// Task `build_settlement_period`.
pub struct BuildSettlementPeriod {
    pub db: Db,
}

impl Task for BuildSettlementPeriod {
    fn queue(&self) -> &'static Queue {
        &BUILD_SETTLEMENT_PERIOD
    }

    fn run<'a>(&'a self, event: &'a Envelope, now: Now) -> TaskFuture<'a> {
        Box::pin(async move {
            let Some(due) = event.read::<PeriodBuildDue>() else { return Ok(()) };
            let due = due.map_err(|error| TaskError::Poison(error.to_string()))?;
            Ok(page(&self.db, event.id, due, PAGE, now).await?)
        })
    }
}

/// Builds the next `most` sellers of a period, and asks for those after them.
pub async fn page(db: &Db, event: Uuid, due: PeriodBuildDue, most: usize, now: Now) -> Result<(), Fault> {
    let conn = db.writer().await?;
    let Some(period) = periods::find(&conn, due.period_id).await? else { return Ok(()) };
    let mut sellers = build::sellers(&conn, &period).await?;
    sellers.retain(|seller| due.after.is_none_or(|after| *seller > after));
    if sellers.is_empty() && period.state == PeriodState::Built {
        return Ok(());
    }
    if !periods::step(&conn, period.id, period.state, PeriodAction::Start, None, now).await? {
        // Closed meanwhile.
        return Ok(());
    }
    let calendar = Calendar::load(&conn, now.date() - Days::new(100)).await?;
    drop(conn);
    let more = sellers.len() > most;
    sellers.truncate(most);
    let mut built = Built::default();
    build::each(db, &calendar, &period, &sellers, now, &mut built).await;
    let failed = due.failed + built.failed.len();
    if more {
        let next = PeriodBuildDue { period_id: period.id, after: sellers.last().copied(), failed };
        let mut outbox = Outbox::new();
        outbox.add_once(Uuid::new_v5(&event, b"next"), &next, now)?;
        let tx = db.begin().await?;
        outbox.write(&tx).await?;
        return tx.commit().await;
    }
    if failed == 0 {
        periods::step(&db.writer().await?, period.id, PeriodState::Building, PeriodAction::Finish, None, now).await?;
    }
    Ok(())
}
