//! Batches of payouts, for operators.

use crate::state::{BatchState, PayoutState};
use crate::views::payouts::{MaskedAccount, masked};
use boot::Vault;
use chrono::{DateTime, NaiveDate, Utc};
use db::On;
use kernel::*;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

kernel::refusals! {
    /// Why a batch is not shown.
    pub enum BatchError {
        NotFound = 404 "payout_batch_not_found", "There is no such payout batch.", "지급 묶음을 찾을 수 없습니다.";
    }
}

db::row! {
    struct BatchRow {
        id: PayoutBatchId, batch_no: String, pay_date: NaiveDate, state: BatchState, built_by: Option<OperatorId>, built_at: DateTime<Utc>, approved_by: Option<OperatorId>,
        approved_count: Option<i32>, approved_sum: Option<Money>, approved_at: Option<DateTime<Utc>>, submitted_at: Option<DateTime<Utc>>, totals: serde_json::Value,
    }
}
db::row! {
    struct PayoutRow {
        id: PayoutId, settlement_id: SettlementId, settlement_no: String, seller_id: SellerId, company_name: String, amount: Money, state: PayoutState, payout_date: NaiveDate,
        bank_snapshot_enc: Option<Vec<u8>>, account_checked_at: Option<DateTime<Utc>>, provider_state: Option<String>, held: bool, pg_payout_id: Option<String>,
        failure_code: Option<String>, sent_at: Option<DateTime<Utc>>, completed_at: Option<DateTime<Utc>>,
    }
}

macro_rules! batch {
    () => {
        "select b.id, b.batch_no, b.pay_date, b.state, b.built_by, b.built_at, b.approved_by, b.approved_count, b.approved_sum, b.approved_at, b.submitted_at,
                (select coalesce(jsonb_agg(jsonb_build_object('state', x.state, 'failure_code', x.failure_code, 'count', x.count, 'sum', x.sum) order by x.state, x.failure_code), '[]')
                 from (select state, failure_code, count(*) as count, sum(amount) as sum from payouts where batch_no = b.batch_no group by state, failure_code) x) as totals
         from payout_batches b "
    };
}

db::statements! {
    static LIST: (Option<BatchState>, Option<NaiveDate>, Option<NaiveDate>, Option<NaiveDate>, Option<PayoutBatchId>, i64) => BatchRow = concat!(
        batch!(),
        "where ($1::text is null or b.state = $1) and ($2::date is null or b.pay_date >= $2) and ($3::date is null or b.pay_date <= $3)
           and ($4::date is null or (b.pay_date, b.id) < ($4, $5))
         order by b.pay_date desc, b.id desc limit $6");
    static ONE: (PayoutBatchId,) => BatchRow = concat!(batch!(), "where b.id = $1");
    static PAYOUTS: (String, Option<PayoutId>, i64) => PayoutRow =
        "select p.id, p.settlement_id, s.settlement_no, p.seller_id, v.company_name, p.amount, p.state, p.payout_date, p.bank_snapshot_enc,
                (select a.verified_at from seller_bank_accounts a where a.seller_id = p.seller_id and a.state = 'active') as account_checked_at, v.pg_seller_state as provider_state,
                exists (select 1 from settlement_holds h where h.seller_id = p.seller_id and h.released_at is null and (h.settlement_id is null or h.settlement_id = p.settlement_id)) as held,
                p.pg_payout_id, p.failure_code, p.sent_at, p.completed_at
         from payouts p join settlements s on s.id = p.settlement_id join sellers v on v.id = p.seller_id
         where p.batch_no = $1 and ($2::uuid is null or p.id > $2) order by p.id limit $3";
}

/// Payouts of a batch that stand alike. Amounts in won.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct BatchTotal {
    pub state: PayoutState,
    pub failure_code: Option<String>,
    pub count: i64,
    pub sum: Money,
}

/// One batch.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct BatchCard {
    pub batch_id: PayoutBatchId,
    pub batch_no: String,
    pub pay_date: NaiveDate,
    pub state: BatchState,
    /// Absent: the night.
    pub built_by: Option<OperatorId>,
    pub built_at: DateTime<Utc>,
    pub approved_by: Option<OperatorId>,
    pub approved_count: Option<i32>,
    pub approved_sum: Option<Money>,
    pub approved_at: Option<DateTime<Utc>>,
    pub submitted_at: Option<DateTime<Utc>>,
    /// Payouts that were not called off.
    pub count: i64,
    pub sum: Money,
    pub totals: Vec<BatchTotal>,
}

/// One payout of a batch.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct BatchPayout {
    pub payout_id: PayoutId,
    pub settlement_id: SettlementId,
    pub settlement_no: String,
    pub seller_id: SellerId,
    pub company_name: String,
    pub amount: Money,
    pub state: PayoutState,
    pub payout_date: NaiveDate,
    pub account: Option<MaskedAccount>,
    /// When the bank last named the holder of the account in force.
    pub account_checked_at: Option<DateTime<Utc>>,
    /// The seller at the payout provider.
    pub provider_state: Option<String>,
    pub held: bool,
    pub pg_payout_id: Option<String>,
    pub failure_code: Option<String>,
    pub sent_at: Option<DateTime<Utc>>,
    pub completed_at: Option<DateTime<Utc>>,
}

impl TryFrom<BatchRow> for BatchCard {
    type Error = Fault;
    fn try_from(row: BatchRow) -> Result<BatchCard, Fault> {
        let totals: Vec<BatchTotal> = serde_json::from_value(row.totals).map_err(Fault::internal)?;
        let live = || totals.iter().filter(|total| total.state != PayoutState::Canceled);
        Ok(BatchCard {
            batch_id: row.id,
            batch_no: row.batch_no,
            pay_date: row.pay_date,
            state: row.state,
            built_by: row.built_by,
            built_at: row.built_at,
            approved_by: row.approved_by,
            approved_count: row.approved_count,
            approved_sum: row.approved_sum,
            approved_at: row.approved_at,
            submitted_at: row.submitted_at,
            count: live().map(|total| total.count).sum(),
            sum: live().map(|total| total.sum).sum(),
            totals,
        })
    }
}

/// Which batches. Days are of the pay date, both inclusive.
#[derive(Debug, Clone, Copy, Default)]
pub struct BatchFilter {
    pub state: Option<BatchState>,
    pub from: Option<NaiveDate>,
    pub to: Option<NaiveDate>,
}

/// Batches, newest pay date first.
pub async fn list(
    on: &impl On,
    filter: BatchFilter,
    cursor: Option<Cursor>,
    limit: Limit,
) -> Result<Page<BatchCard>, Fault> {
    let (day, id) = cursor.and_then(|cursor| cursor.decode::<(NaiveDate, PayoutBatchId)>()).unzip();
    let rows = LIST.all(on, (filter.state, filter.from, filter.to, day, id, limit.fetch())).await?;
    let page = Page::of(rows, limit, |row| (row.pay_date, row.id));
    let items = page.items.into_iter().map(BatchCard::try_from).collect::<Result<_, _>>()?;
    Ok(Page { items, next_cursor: page.next_cursor })
}

/// One batch.
pub async fn one(on: &impl On, id: PayoutBatchId) -> Result<BatchCard, Failure<BatchError>> {
    Ok(ONE.opt(on, (id,)).await?.ok_or(BatchError::NotFound)?.try_into()?)
}

/// The payouts of a batch.
pub async fn payouts(
    on: &impl On,
    vault: &Vault,
    batch_no: String,
    cursor: Option<Cursor>,
    limit: Limit,
) -> Result<Page<BatchPayout>, Fault> {
    let after = cursor.and_then(|cursor| cursor.decode());
    let page = Page::of(PAYOUTS.all(on, (batch_no, after, limit.fetch())).await?, limit, |row| row.id);
    let view = |row: PayoutRow| -> Result<BatchPayout, Fault> {
        Ok(BatchPayout {
            payout_id: row.id,
            settlement_id: row.settlement_id,
            settlement_no: row.settlement_no,
            seller_id: row.seller_id,
            company_name: row.company_name,
            amount: row.amount,
            state: row.state,
            payout_date: row.payout_date,
            account: masked(vault, row.bank_snapshot_enc.as_deref())?,
            account_checked_at: row.account_checked_at,
            provider_state: row.provider_state,
            held: row.held,
            pg_payout_id: row.pg_payout_id,
            failure_code: row.failure_code,
            sent_at: row.sent_at,
            completed_at: row.completed_at,
        })
    };
    let items = page.items.into_iter().map(view).collect::<Result<_, _>>()?;
    Ok(Page { items, next_cursor: page.next_cursor })
}
