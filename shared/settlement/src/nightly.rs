//! The schedule of every morning at 04:00: what was confirmed is accrued, periods that ended become statements, statements
//! are issued and confirm themselves, and the day's batch is prepared for people to approve. A rerun finds nothing left.

use crate::calendar::{Calendar, yesterday};
use crate::payouts::build::BuildBatchError;
use crate::payouts::{build as batch, follow};
use crate::{accrue, build, confirm, issue, periods};
use boot::Boot;
use chrono::{Days, NaiveDate};
use jobs::{Nudge, Schedule, ScheduleFuture};
use kernel::*;
use serde_json::{Value, json};

db::statements! {
    /// Lines confirmed before the limit whose seller was not paid, carried minuses and holds apart.
    static LATE: (NaiveDate,) => (i64,) =
        "select count(*) from (
             select l.id from settlement_lines l where l.settlement_id is null and l.line_type = 'product' and l.basis_date < $1
             union all
             select l.id from settlements s join settlement_lines l on l.settlement_id = s.id
             where s.state in ('calculated', 'issued', 'confirmed') and l.line_type = 'product' and l.basis_date < $1) late";
    /// The oldest day whose confirmed lines are not paid out.
    static OLDEST: () => (Option<NaiveDate>,) =
        "select least(
             (select min(basis_date) from settlement_lines where settlement_id is null and line_type = 'product'),
             (select min(l.basis_date) from settlements s join settlement_lines l on l.settlement_id = s.id
              where s.state in ('calculated', 'issued', 'confirmed') and l.line_type = 'product'))";
}

/// Schedule `build_settlements`.
pub struct BuildSettlements {
    pub boot: Boot,
    pub nudge: Nudge,
}

impl Schedule for BuildSettlements {
    fn name(&self) -> &'static str {
        "build_settlements"
    }
    fn cron(&self) -> &'static str {
        "0 4 * * ? *"
    }
    fn run(&self, now: Now) -> ScheduleFuture<'_> {
        Box::pin(self.night(now))
    }
}

impl BuildSettlements {
    async fn night(&self, now: Now) -> Result<Value, Fault> {
        let db = &self.boot.db;
        let accrued = accrue::all(db, now).await?;
        let tx = db.begin().await?;
        periods::keep(&tx, now).await?;
        tx.commit().await?;
        let built = build::ended(db, now).await?;
        let calendar = Calendar::load(&db.writer().await?, yesterday(now) - Days::new(60)).await?;
        let issued = issue::due(db, &calendar, now).await?;
        let confirmed = confirm::due(db, &calendar, now).await?;
        let tx = db.begin().await?;
        let reminded = follow::remind(&tx, now).await?;
        tx.commit().await?;
        let prepared = self.prepare(&calendar, now).await?;
        let limit = now.date() - Days::new(u64::from(calendar.legal_limit));
        let (late,) = LATE.one(&db.writer().await?, (limit,)).await?;
        if late > 0 {
            tracing::error!(late, days = calendar.legal_limit, "sellers wait longer than the law allows");
        }
        let (oldest,) = OLDEST.one(&db.writer().await?, ()).await?;
        let lag = oldest.map_or(0, |day| (now.date() - day).num_days());
        boot::metrics::business("SettlementLagDays", "None", f64::from(i32::try_from(lag).unwrap_or(i32::MAX)));
        self.nudge.relay().await;
        let failed = accrued.failed + built.failed.len();
        let report = json!({
            "accrued": accrued, "statements": built.statements.len(), "failed": failed, "issued": issued,
            "confirmed": confirmed, "asked_after": reminded, "batch": prepared, "late": late, "lag_days": lag,
        });
        if failed > 0 {
            // Everybody else is done; the run is repeated for these, and people are told.
            return Err(Fault::internal(format!("{failed} sellers are left: {report}")));
        }
        Ok(report)
    }

    /// The batch of today, if today is a business day and anything is due.
    async fn prepare(&self, calendar: &Calendar, now: Now) -> Result<Option<PayoutBatchId>, Fault> {
        if calendar.bank_day(now.date()) != now.date() {
            return Ok(None);
        }
        let tx = self.boot.db.begin().await?;
        match batch::build(&tx, &self.boot.vault, None, now.date(), now).await {
            Ok(id) => {
                tx.commit().await?;
                Ok(Some(id))
            }
            Err(Failure::Refused(BuildBatchError::Nothing | BuildBatchError::Past)) => Ok(None),
            Err(Failure::Fault(fault)) => Err(fault),
        }
    }
}
