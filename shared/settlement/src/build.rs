//! Statements (정산서): the lines of one seller that waited until a period ended, added up.
//!
//! A statement is a draft while it is `calculated`: building again takes in what has come since, as long as it is its
//! seller's last one. A minus of the statement before becomes the first line of this one, whole. A seller whose contract
//! changes its cycle stays on the old one until a period of the new one begins that no statement reaches into.
//!
//! The night builds what has ended; an operator's build is asked for and done by [`crate::build_period`].

use crate::calendar::{Calendar, SettlementCycle};
use crate::line::{self, NewLine};
use crate::number::number;
use crate::periods::{self, PeriodError, PeriodRow};
use crate::seller_lock;
use crate::state::{PeriodAction, PeriodState, SettlementAction, SettlementState};
use chrono::NaiveDate;
use db::{Db, On, Tx};
use kernel::*;
use pricing::{LineAmounts, LineType};
use schemars::JsonSchema;
use serde::Serialize;

db::row! { struct TermsRow { id: ContractId, payout_lag_days: i32 } }
db::row! {
    struct BeforeRow { id: SettlementId, period_end: NaiveDate, state: SettlementState, net_amount: Money, carry_out_amount: Money }
}
db::row! { struct DraftRow { id: SettlementId, state: SettlementState, net_amount: Money } }
db::row! { struct RehearsedRow { seller_id: SellerId, settlement_id: Option<SettlementId>, lines: i64, net_before: Money, net_after: Money } }

/// A seller is built with a period when its contract's cycle is the period's and nothing reaches into it, or when it is
/// leaving this cycle and the period of its new one is still reached into.
macro_rules! of_period {
    () => {
        " cross join lateral (
              select c.settlement_cycle as cycle from seller_contracts c
              where c.seller_id = w.seller_id and c.state <> 'draft' and c.effective_from <= $4 order by c.effective_from desc limit 1) terms
          left join lateral (
              select s.settlement_period_id, s.period_end, p.cycle from settlements s join settlement_periods p on p.id = s.settlement_period_id
              where s.seller_id = w.seller_id order by s.period_end desc limit 1) last on true
          where (last.period_end is null or last.period_end < $3 or last.settlement_period_id = $1)
            and (terms.cycle = $2 or last.cycle = $2 and last.period_end >= case terms.cycle
                     when 'daily' then $4 when 'weekly' then date_trunc('week', $4::timestamp)::date
                     when 'semi_monthly' then date_trunc('month', $4::timestamp)::date + case when extract(day from $4) > 15 then 15 else 0 end
                     else date_trunc('month', $4::timestamp)::date end)"
    };
}

db::statements! {
    /// Sellers with lines that wait for this period: its id, cycle, first and last day.
    static SELLERS: (SettlementPeriodId, SettlementCycle, NaiveDate, NaiveDate) => (SellerId,) = concat!(
        "select w.seller_id from (select distinct seller_id from settlement_lines where settlement_id is null and basis_date <= $4) w", of_period!(), " order by w.seller_id");
    /// What building now would make of each: its draft, or a new statement with the minus of the one before.
    static REHEARSE: (SettlementPeriodId, SettlementCycle, NaiveDate, NaiveDate) => RehearsedRow = concat!(
        "select w.seller_id, d.id as settlement_id, w.lines, coalesce(d.net_amount, 0) as net_before,
                (coalesce(d.net_amount, 0) + w.payout + case when d.id is null then coalesce(before.carry_out_amount, 0) else 0 end)::bigint as net_after
         from (select seller_id, count(*) as lines, coalesce(sum(payout), 0)::bigint as payout
               from settlement_lines where settlement_id is null and basis_date <= $4 group by seller_id) w
         left join settlements d on d.seller_id = w.seller_id and d.settlement_period_id = $1
         left join lateral (select s.carry_out_amount from settlements s
                            where s.seller_id = w.seller_id and s.period_end < $3 order by s.period_end desc limit 1) before on true", of_period!(),
        " and (d.id is null or d.state = 'calculated') order by w.seller_id");
    static STATE: (SettlementPeriodId,) => (PeriodState,) = "select state from settlement_periods where id = $1 for share";
    static WAITING: (SellerId, NaiveDate) => (i64, Money) =
        "select count(*), coalesce(sum(payout), 0)::bigint from settlement_lines where seller_id = $1 and settlement_id is null and basis_date <= $2";
    /// In force on the last day, or the last there was: a seller who left is still paid.
    static TERMS: (SellerId, NaiveDate) => TermsRow =
        "select id, payout_lag_days from seller_contracts where seller_id = $1 and state <> 'draft' and effective_from <= $2 order by effective_from desc limit 1";
    static BEFORE: (SellerId, NaiveDate) => BeforeRow =
        "select id, period_end, state, net_amount, carry_out_amount from settlements where seller_id = $1 and period_end < $2 order by period_end desc limit 1";
    static CARRY: (SettlementId,) => (SettlementId,) =
        "update settlements set state = 'carried', version = version + 1 where id = $1 and state = 'calculated' and net_amount <= 0 returning id";
    static DRAFT: (SellerId, SettlementPeriodId) => DraftRow = "select id, state, net_amount from settlements where seller_id = $1 and settlement_period_id = $2";
    static OPEN: (SettlementId, String, SettlementPeriodId, SellerId, ContractId, NaiveDate, NaiveDate, NaiveDate) => () =
        "insert into settlements (id, settlement_no, settlement_period_id, seller_id, contract_id, period_start, period_end, expected_pay_date)
         values ($1, $2, $3, $4, $5, $6, $7, $8)";
    static TAKE: (SettlementId, SellerId, NaiveDate) => (i64,) =
        "with taken as (update settlement_lines set settlement_id = $1 where seller_id = $2 and settlement_id is null and basis_date <= $3 returning id) select count(*) from taken";
    static ADD_UP: (SettlementId,) => (Money,) =
        "update settlements s set gross_amount = l.gross, seller_discount_amount = l.discount, fee_amount = l.fee, fee_vat_amount = l.fee_vat, carry_in_amount = l.carry_in,
             net_amount = l.net, payout_amount = greatest(l.net, 0), carry_out_amount = least(l.net, 0), version = s.version + 1
         from (select coalesce(sum(gross) filter (where line_type <> 'carry_forward'), 0)::bigint as gross,
                      coalesce(sum(seller_discount) filter (where line_type <> 'carry_forward'), 0)::bigint as discount,
                      coalesce(sum(fee), 0)::bigint as fee, coalesce(sum(fee_vat), 0)::bigint as fee_vat,
                      coalesce(sum(payout) filter (where line_type = 'carry_forward'), 0)::bigint as carry_in, coalesce(sum(payout), 0)::bigint as net
               from settlement_lines where settlement_id = $1) l
         where s.id = $1 and s.state = 'calculated' returning s.net_amount";
}

/// What building did to one seller's statement, or would do.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct BuiltStatement {
    pub seller_id: SellerId,
    /// Absent in a rehearsal of a statement that is not there yet.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub settlement_id: Option<SettlementId>,
    /// Lines taken in.
    pub lines: i64,
    pub net_before: Money,
    pub net_after: Money,
}

/// What a build did.
#[derive(Debug, Default)]
pub(crate) struct Built {
    /// Statements that changed.
    pub statements: Vec<BuiltStatement>,
    /// Sellers whose rows contradict each other: left as they were, for people.
    pub failed: Vec<SellerId>,
}

/// Builds every period that is over and was not built.
pub(crate) async fn ended(db: &Db, now: Now) -> Result<Built, Fault> {
    let mut done = Built::default();
    let calendar = Calendar::load(&db.writer().await?, now.date() - chrono::Days::new(100)).await?;
    // Outside the loop: a connection in its head would be held through every turn.
    let ended = periods::ended(&db.writer().await?, now).await?;
    for period in ended {
        let built = run(db, &calendar, &period, now).await?;
        done.statements.extend(built.statements);
        done.failed.extend(built.failed);
    }
    Ok(done)
}

/// A period that may be built now.
pub(crate) async fn buildable(
    on: &impl On,
    id: SettlementPeriodId,
    now: Now,
) -> Result<PeriodRow, Failure<PeriodError>> {
    let period = periods::find(on, id).await?.ok_or(PeriodError::NotFound)?;
    if period.state == PeriodState::Closed {
        return Err(PeriodError::Closed.into());
    }
    if period.period_end >= now.date() {
        return Err(PeriodError::NotOver.into());
    }
    Ok(period)
}

/// What building a period now would change; changes nothing.
pub async fn rehearse(
    on: &impl On,
    id: SettlementPeriodId,
    now: Now,
) -> Result<Vec<BuiltStatement>, Failure<PeriodError>> {
    let period = buildable(on, id, now).await?;
    let rows = REHEARSE.all(on, (period.id, period.cycle, period.period_start, period.period_end)).await?;
    let statement = |row: RehearsedRow| {
        let RehearsedRow { seller_id, settlement_id, lines, net_before, net_after } = row;
        BuiltStatement { seller_id, settlement_id, lines, net_before, net_after }
    };
    Ok(rows.into_iter().map(statement).collect())
}

async fn run(db: &Db, calendar: &Calendar, period: &PeriodRow, now: Now) -> Result<Built, Fault> {
    let mut built = Built::default();
    if !periods::step(&db.writer().await?, period.id, period.state, PeriodAction::Start, None, now).await? {
        // Somebody else works on it, or has closed it.
        return Ok(built);
    }
    let sellers = sellers(&db.writer().await?, period).await?;
    each(db, calendar, period, &sellers, now, &mut built).await;
    if built.failed.is_empty() {
        let conn = db.writer().await?;
        periods::step(&conn, period.id, PeriodState::Building, PeriodAction::Finish, None, now).await?;
    }
    Ok(built)
}

/// Builds some sellers' statements. One seller's trouble must not keep the others waiting; the log tells people.
pub(crate) async fn each(
    db: &Db,
    calendar: &Calendar,
    period: &PeriodRow,
    sellers: &[SellerId],
    now: Now,
    built: &mut Built,
) {
    for seller_id in sellers {
        match one(db, calendar, period, *seller_id, now).await {
            Ok(statement) => built.statements.extend(statement),
            Err(error) => {
                tracing::error!(%seller_id, period_id = %period.id, %error, "a seller's statement was not built");
                built.failed.push(*seller_id);
            }
        }
    }
}

/// The sellers whose waiting lines belong into a period.
pub(crate) async fn sellers(on: &impl On, period: &PeriodRow) -> Result<Vec<SellerId>, Fault> {
    let rows = SELLERS.all(on, (period.id, period.cycle, period.period_start, period.period_end)).await?;
    Ok(rows.into_iter().map(|(id,)| id).collect())
}

async fn one(
    db: &Db,
    calendar: &Calendar,
    period: &PeriodRow,
    seller: SellerId,
    now: Now,
) -> Result<Option<BuiltStatement>, Fault> {
    let tx = db.begin().await?;
    let built = statement(&tx, calendar, period, seller, now).await?;
    tx.commit().await?;
    Ok(built)
}

/// Builds one seller's statement of a period. None: it has left the draft, or nothing waits.
pub(crate) async fn statement(
    tx: &Tx,
    calendar: &Calendar,
    period: &PeriodRow,
    seller: SellerId,
    now: Now,
) -> Result<Option<BuiltStatement>, Fault> {
    seller_lock::one(tx, seller).await?;
    // Whoever closes the period meanwhile waits for this statement, or this one stays away.
    let (state,) = STATE.one(tx, (period.id,)).await?;
    if state == PeriodState::Closed {
        return Ok(None);
    }
    let draft = DRAFT.opt(tx, (seller, period.id)).await?;
    if draft.as_ref().is_some_and(|draft| draft.state != SettlementState::Calculated) {
        return Ok(None);
    }
    let (waiting, _) = WAITING.one(tx, (seller, period.period_end)).await?;
    if waiting == 0 {
        return Ok(None);
    }
    let net_before = draft.as_ref().map_or(Money::ZERO, |draft| draft.net_amount);
    let id = match draft {
        Some(draft) => draft.id,
        None => open(tx, calendar, period, seller).await?,
    };
    carry(tx, period, seller, now).await?;
    let (lines,) = TAKE.one(tx, (id, seller, period.period_end)).await?;
    let (net_after,) = ADD_UP.one(tx, (id,)).await?;
    Ok(Some(BuiltStatement { seller_id: seller, settlement_id: Some(id), lines, net_before, net_after }))
}

async fn open(tx: &Tx, calendar: &Calendar, period: &PeriodRow, seller: SellerId) -> Result<SettlementId, Fault> {
    let terms = TERMS.one(tx, (seller, period.period_end)).await?;
    let id = SettlementId::new();
    let pay_day = calendar.pay_day(period.period_end, terms.payout_lag_days);
    let no = number('S', period.period_end, id.into());
    OPEN.run(tx, (id, no, period.id, seller, terms.id, period.period_start, period.period_end, pay_day)).await?;
    Ok(id)
}

/// The minus of the statement before, which is final from here on, becomes a line that waits for this one.
async fn carry(tx: &Tx, period: &PeriodRow, seller: SellerId, now: Now) -> Result<(), Fault> {
    let Some(before) = BEFORE.opt(tx, (seller, period.period_start)).await? else { return Ok(()) };
    if before.state.next(SettlementAction::Carry).is_some() {
        CARRY.opt(tx, (before.id,)).await?;
    }
    if before.carry_out_amount.is_negative() {
        let amounts = LineAmounts::bare(before.carry_out_amount);
        let line = NewLine {
            carried_from_settlement_id: Some(before.id),
            ..NewLine::new(LineType::CarryForward, seller, before.period_end, amounts, now)
        };
        // The minus stands in the ledger already.
        line::write(tx, vec![(line, None)]).await?;
    }
    Ok(())
}
