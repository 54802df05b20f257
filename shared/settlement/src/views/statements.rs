//! Statements, for their seller and for operators.

use crate::SettlementCycle;
use crate::state::{HoldReason, PayoutState, SettlementState};
use crate::verify::StatementError;
use authz::SellerScope;
use chrono::{DateTime, NaiveDate, Utc};
use db::On;
use kernel::*;
use pricing::{CommissionBase, FeeVatPayer, LineType};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

db::row! {
    struct StatementRow {
        id: SettlementId, settlement_no: String, seller_id: SellerId, company_name: String, settlement_period_id: SettlementPeriodId, cycle: SettlementCycle,
        period_start: NaiveDate, period_end: NaiveDate, state: SettlementState, gross_amount: Money, seller_discount_amount: Money, fee_amount: Money, fee_vat_amount: Money,
        carry_in_amount: Money, net_amount: Money, payout_amount: Money, carry_out_amount: Money, expected_pay_date: NaiveDate, issued_at: Option<DateTime<Utc>>,
        confirmed_at: Option<DateTime<Utc>>, paid_at: Option<DateTime<Utc>>, version: i32,
    }
}
db::row! {
    struct PartsRow {
        contract_id: ContractId, commission_rate: Rate, commission_base: CommissionBase, fee_vat_payer: FeeVatPayer, payout_lag_days: i32, effective_from: NaiveDate,
        parts: serde_json::Value, holds: serde_json::Value, payouts: serde_json::Value,
    }
}

macro_rules! statement {
    () => {
        "select s.id, s.settlement_no, s.seller_id, v.company_name, s.settlement_period_id, p.cycle, s.period_start, s.period_end, s.state, s.gross_amount,
                s.seller_discount_amount, s.fee_amount, s.fee_vat_amount, s.carry_in_amount, s.net_amount, s.payout_amount, s.carry_out_amount, s.expected_pay_date, s.issued_at,
                s.confirmed_at, s.paid_at, s.version
         from settlements s join settlement_periods p on p.id = s.settlement_period_id join sellers v on v.id = s.seller_id "
    };
}

db::statements! {
    /// $1 one seller's, without drafts unless $2; amounts are of the payout.
    static LIST: (Option<SellerId>, bool, Option<SettlementState>, Option<SettlementPeriodId>, Option<SettlementCycle>, Option<NaiveDate>, Option<NaiveDate>, Option<Money>, Option<Money>, Option<NaiveDate>, Option<SettlementId>, i64) => StatementRow = concat!(
        statement!(),
        "where ($1::uuid is null or s.seller_id = $1) and ($2 or s.state <> 'calculated') and ($3::text is null or s.state = $3)
           and ($4::uuid is null or s.settlement_period_id = $4) and ($5::text is null or p.cycle = $5)
           and ($6::date is null or s.period_end >= $6) and ($7::date is null or s.period_start <= $7)
           and ($8::bigint is null or s.payout_amount >= $8) and ($9::bigint is null or s.payout_amount <= $9)
           and ($10::date is null or (s.period_end, s.id) < ($10, $11))
         order by s.period_end desc, s.id desc limit $12");
    static ONE: (SettlementId, Option<SellerId>, bool) => StatementRow = concat!(
        statement!(), "where s.id = $1 and ($2::uuid is null or s.seller_id = $2) and ($3 or s.state <> 'calculated')");
    static PARTS: (SettlementId,) => PartsRow =
        "select c.id as contract_id, c.commission_rate, c.commission_base, c.fee_vat_payer, c.payout_lag_days, c.effective_from,
                (select coalesce(jsonb_agg(jsonb_build_object('line_type', x.line_type, 'lines', x.lines, 'gross', x.gross, 'seller_discount', x.discount, 'fee', x.fee,
                                                              'fee_vat', x.fee_vat, 'payout', x.payout) order by x.line_type), '[]')
                 from (select line_type, count(*) as lines, sum(gross) as gross, sum(seller_discount) as discount, sum(fee) as fee, sum(fee_vat) as fee_vat, sum(payout) as payout
                       from settlement_lines where settlement_id = s.id group by line_type) x) as parts,
                (select coalesce(jsonb_agg(jsonb_build_object('hold_id', h.id, 'reason', h.reason, 'placed_at', h.placed_at) order by h.placed_at), '[]')
                 from settlement_holds h where h.seller_id = s.seller_id and h.released_at is null and (h.settlement_id is null or h.settlement_id = s.id)) as holds,
                (select coalesce(jsonb_agg(jsonb_build_object('payout_id', p.id, 'state', p.state, 'amount', p.amount, 'payout_date', p.payout_date,
                                                              'failure_code', p.failure_code, 'completed_at', p.completed_at) order by p.id), '[]')
                 from payouts p where p.settlement_id = s.id and p.state <> 'prepared' and (p.state <> 'canceled' or p.sent_at is not null)) as payouts
         from settlements s join seller_contracts c on c.id = s.contract_id where s.id = $1";
}

/// What a statement adds up to, in won.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct StatementSums {
    pub gross_amount: Money,
    /// What the seller itself gave away; nothing the platform paid for.
    pub seller_discount_amount: Money,
    pub fee_amount: Money,
    pub fee_vat_amount: Money,
    /// A minus of the statement before, 0 or less.
    pub carry_in_amount: Money,
    /// `gross − seller_discount − fee − fee_vat + carry_in`.
    pub net_amount: Money,
    pub payout_amount: Money,
    /// The minus that the next statement begins with, 0 or less.
    pub carry_out_amount: Money,
}

/// One statement of mine.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct StatementCard {
    pub settlement_id: SettlementId,
    pub settlement_no: String,
    pub cycle: SettlementCycle,
    pub period_start: NaiveDate,
    pub period_end: NaiveDate,
    pub state: SettlementState,
    #[serde(flatten)]
    pub sums: StatementSums,
    pub expected_pay_date: NaiveDate,
    pub issued_at: Option<DateTime<Utc>>,
    pub confirmed_at: Option<DateTime<Utc>>,
    pub paid_at: Option<DateTime<Utc>>,
}

/// One statement of any seller. `version` goes back with what is done about it.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct StatementOfSellerCard {
    pub seller_id: SellerId,
    pub company_name: String,
    pub period_id: SettlementPeriodId,
    pub version: i32,
    #[serde(flatten)]
    pub card: StatementCard,
}

/// The lines of one kind together, in won.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct StatementPart {
    pub line_type: LineType,
    pub lines: i64,
    pub gross: Money,
    pub seller_discount: Money,
    pub fee: Money,
    pub fee_vat: Money,
    pub payout: Money,
}

/// The contract a statement was made under. Each line carries the rate of its own order.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct StatementTerms {
    pub contract_id: ContractId,
    pub effective_from: NaiveDate,
    pub commission_rate: Rate,
    pub commission_base: CommissionBase,
    pub fee_vat_payer: FeeVatPayer,
    pub payout_lag_days: i32,
}

/// A hold that stands against a statement.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct StatementHold {
    pub hold_id: SettlementHoldId,
    pub reason: HoldReason,
    pub placed_at: DateTime<Utc>,
}

/// A transfer of a statement.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct StatementPayout {
    pub payout_id: PayoutId,
    pub state: PayoutState,
    pub amount: Money,
    pub payout_date: NaiveDate,
    pub failure_code: Option<String>,
    pub completed_at: Option<DateTime<Utc>>,
}

/// What a statement is made of, beside its sums.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct StatementInside {
    pub parts: Vec<StatementPart>,
    pub terms: StatementTerms,
    pub holds: Vec<StatementHold>,
    pub payouts: Vec<StatementPayout>,
}

/// A statement of mine, opened.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct StatementView {
    #[serde(flatten)]
    pub card: StatementCard,
    #[serde(flatten)]
    pub inside: StatementInside,
}

/// A statement of any seller, opened.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct StatementOfSellerView {
    #[serde(flatten)]
    pub card: StatementOfSellerCard,
    #[serde(flatten)]
    pub inside: StatementInside,
}

/// Which statements. `from` and `to` are days that the period touches.
#[derive(Debug, Clone, Copy, Default)]
pub struct StatementFilter {
    pub seller_id: Option<SellerId>,
    pub state: Option<SettlementState>,
    pub period_id: Option<SettlementPeriodId>,
    pub cycle: Option<SettlementCycle>,
    pub from: Option<NaiveDate>,
    pub to: Option<NaiveDate>,
    pub amount_from: Option<Money>,
    pub amount_to: Option<Money>,
}

impl From<StatementRow> for StatementOfSellerCard {
    fn from(row: StatementRow) -> StatementOfSellerCard {
        let sums = StatementSums {
            gross_amount: row.gross_amount,
            seller_discount_amount: row.seller_discount_amount,
            fee_amount: row.fee_amount,
            fee_vat_amount: row.fee_vat_amount,
            carry_in_amount: row.carry_in_amount,
            net_amount: row.net_amount,
            payout_amount: row.payout_amount,
            carry_out_amount: row.carry_out_amount,
        };
        let card = StatementCard {
            settlement_id: row.id,
            settlement_no: row.settlement_no,
            cycle: row.cycle,
            period_start: row.period_start,
            period_end: row.period_end,
            state: row.state,
            sums,
            expected_pay_date: row.expected_pay_date,
            issued_at: row.issued_at,
            confirmed_at: row.confirmed_at,
            paid_at: row.paid_at,
        };
        StatementOfSellerCard {
            seller_id: row.seller_id,
            company_name: row.company_name,
            period_id: row.settlement_period_id,
            version: row.version,
            card,
        }
    }
}

async fn page(
    on: &impl On,
    filter: StatementFilter,
    drafts: bool,
    cursor: Option<Cursor>,
    limit: Limit,
) -> Result<Page<StatementOfSellerCard>, Fault> {
    let after: Option<(NaiveDate, SettlementId)> = cursor.and_then(|cursor| cursor.decode());
    let StatementFilter { seller_id, state, period_id, cycle, from, to, amount_from, amount_to } = filter;
    let (end, id) = after.unzip();
    let row = (seller_id, drafts, state, period_id, cycle, from, to, amount_from, amount_to, end, id, limit.fetch());
    let rows = LIST.all(on, row).await?;
    Ok(Page::of(rows, limit, |row| (row.period_end, row.id)).map(StatementOfSellerCard::from))
}

/// A seller's statements, newest period first.
pub async fn of_seller(
    on: &impl On,
    by: SellerScope,
    filter: StatementFilter,
    cursor: Option<Cursor>,
    limit: Limit,
) -> Result<Page<StatementCard>, Fault> {
    let filter = StatementFilter { seller_id: Some(by.seller_id()), ..filter };
    Ok(page(on, filter, false, cursor, limit).await?.map(|one| one.card))
}

/// Every seller's statements, drafts included, newest period first.
pub async fn list(
    on: &impl On,
    filter: StatementFilter,
    cursor: Option<Cursor>,
    limit: Limit,
) -> Result<Page<StatementOfSellerCard>, Fault> {
    page(on, filter, true, cursor, limit).await
}

/// Opens a seller's statement.
pub async fn open_of_seller(
    on: &impl On,
    by: SellerScope,
    id: SettlementId,
) -> Result<StatementView, Failure<StatementError>> {
    let row = ONE.opt(on, (id, Some(by.seller_id()), false)).await?.ok_or(StatementError::NotFound)?;
    Ok(StatementView { card: StatementOfSellerCard::from(row).card, inside: inside(on, id).await? })
}

/// Opens any statement.
pub async fn open(on: &impl On, id: SettlementId) -> Result<StatementOfSellerView, Failure<StatementError>> {
    let row = ONE.opt(on, (id, None, true)).await?.ok_or(StatementError::NotFound)?;
    Ok(StatementOfSellerView { card: row.into(), inside: inside(on, id).await? })
}

async fn inside(on: &impl On, id: SettlementId) -> Result<StatementInside, Fault> {
    let row = PARTS.one(on, (id,)).await?;
    Ok(StatementInside {
        parts: serde_json::from_value(row.parts).map_err(Fault::internal)?,
        terms: StatementTerms {
            contract_id: row.contract_id,
            effective_from: row.effective_from,
            commission_rate: row.commission_rate,
            commission_base: row.commission_base,
            fee_vat_payer: row.fee_vat_payer,
            payout_lag_days: row.payout_lag_days,
        },
        holds: serde_json::from_value(row.holds).map_err(Fault::internal)?,
        payouts: serde_json::from_value(row.payouts).map_err(Fault::internal)?,
    })
}
