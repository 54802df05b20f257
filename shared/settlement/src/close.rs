//! An operator closes a period: nothing more enters it, for good. Open items stand against it and are answered as a
//! checklist; holds and minuses do not, they are shown.

use crate::build;
use crate::periods::{self, PeriodError, PeriodRow};
use crate::state::{PeriodAction, PeriodState};
use audit::{Entry, Target};
use chrono::NaiveDate;
use db::{On, Tx};
use kernel::clock::kst_midnight;
use kernel::*;
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::json;

/// What stands between a period and its closing, and what an operator should know.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Checklist {
    /// Blocking: confirmed order lines of the period that have no settlement line.
    pub lines_not_accrued: i64,
    /// Blocking: sellers with lines of the period on no statement.
    pub sellers_not_built: i64,
    /// Blocking: statements that are drafts.
    pub drafts: i64,
    pub held_statements: i64,
    pub held_amount: Money,
    /// Sellers who end the period in a minus.
    pub negative_sellers: i64,
    pub negative_amount: Money,
}

impl Checklist {
    pub fn is_clear(&self) -> bool {
        self.lines_not_accrued == 0 && self.sellers_not_built == 0 && self.drafts == 0
    }
}

db::row! { struct CountsRow { drafts: i64, held_statements: i64, held_amount: Money, negative_sellers: i64, negative_amount: Money } }

db::statements! {
    static COUNTS: (SettlementPeriodId,) => CountsRow =
        "select count(*) filter (where state = 'calculated') as drafts, count(*) filter (where state = 'held') as held_statements,
                coalesce(sum(payout_amount) filter (where state = 'held'), 0)::bigint as held_amount,
                count(*) filter (where net_amount < 0) as negative_sellers, coalesce(sum(carry_out_amount), 0)::bigint as negative_amount
         from settlements where settlement_period_id = $1";
    static NOT_ACCRUED: (crate::SettlementCycle, NaiveDate, chrono::DateTime<chrono::Utc>) => (i64,) =
        "select count(*) from product_orders o
         cross join lateral (select c.settlement_cycle as cycle from seller_contracts c
                             where c.seller_id = o.seller_id and c.state <> 'draft' and c.effective_from <= $2 order by c.effective_from desc limit 1) terms
         where o.state = 'purchase_decided' and o.decided_at < $3 and o.remaining_quantity > 0 and terms.cycle = $1
           and not exists (select 1 from settlement_lines l where l.product_order_id = o.id and l.line_type = 'product')";
}

/// The checklist of a period.
pub async fn checklist(on: &impl On, period: &PeriodRow) -> Result<Checklist, Fault> {
    let counts = COUNTS.one(on, (period.id,)).await?;
    let end = kst_midnight(period.period_end + chrono::Days::new(1));
    let (lines_not_accrued,) = NOT_ACCRUED.one(on, (period.cycle, period.period_end, end)).await?;
    let sellers_not_built = build::sellers(on, period).await?.len();
    let CountsRow { drafts, held_statements, held_amount, negative_sellers, negative_amount } = counts;
    Ok(Checklist {
        lines_not_accrued,
        sellers_not_built: i64::try_from(sellers_not_built).unwrap_or(i64::MAX),
        drafts,
        held_statements,
        held_amount,
        negative_sellers,
        negative_amount,
    })
}

/// Closes a period; closing it twice changes nothing.
pub async fn close(tx: &Tx, by: OperatorId, id: SettlementPeriodId, now: Now) -> Result<(), Failure<PeriodError>> {
    let period = periods::find(tx, id).await?.ok_or(PeriodError::NotFound)?;
    if period.state == PeriodState::Closed {
        return Ok(());
    }
    if period.period_end >= now.date() {
        return Err(PeriodError::NotOver.into());
    }
    // From here on no statement enters it; the checklist is read after those that were under way.
    if !periods::step(tx, id, period.state, PeriodAction::Close, Some(by), now).await? {
        return Err(PeriodError::NotBuilt.into());
    }
    let list = checklist(tx, &period).await?;
    if !list.is_clear() {
        return Err(PeriodError::Blocked(serde_json::to_value(&list).map_err(Fault::internal)?).into());
    }
    let entry = Entry::new(by, "settlement_period.closed", Target::of("settlement_periods", id));
    Ok(entry.after(json!(list)).write(tx, now).await?)
}
