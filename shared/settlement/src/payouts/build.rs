//! A batch is built from the statements that are due on a pay date: confirmed, a plus, no hold, an account in force, and a
//! seller the provider pays. The first payout to a new account waits one business day; after a failure the account is
//! checked again first.

use crate::calendar::Calendar;
use crate::number::number;
use crate::seller_lock;
use audit::{By, Entry, Target};
use boot::Vault;
use chrono::{DateTime, NaiveDate, Utc};
use db::{Json, Tx};
use kernel::clock::kst_date;
use kernel::*;
use serde::{Deserialize, Serialize};
use serde_json::json;

kernel::refusals! {
    /// Why no batch is built.
    pub enum BuildBatchError {
        Past = 422 "pay_date_past" at "/pay_date", "The pay date is over.", "지난 지급일입니다.";
        Nothing = 409 "nothing_to_pay", "No confirmed statement is due and payable.", "지급할 정산서가 없습니다.";
    }
}

/// From here on the provider wants to know a seller better (KYC).
const KYC_FROM: i64 = 10_000_000;

db::row! {
    struct DueRow {
        settlement_id: SettlementId, seller_id: SellerId, amount: Money, bank_code: String, account_no_enc: Vec<u8>, account_holder: String, decided_at: Option<DateTime<Utc>>,
    }
}

/// The account a payout was prepared for, sealed with it.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct BankSnapshot {
    pub bank_code: String,
    pub account_no: String,
    pub holder: String,
}

#[derive(Debug, Serialize)]
struct PayoutRow {
    id: PayoutId,
    settlement_id: SettlementId,
    seller_id: SellerId,
    amount: Money,
    batch_no: String,
    ref_payout_id: String,
    payout_date: NaiveDate,
    bank_snapshot_enc: String,
    requested_at: DateTime<Utc>,
}

/// What can be paid by `$1`; up to `$2` won where the provider knows a seller in part.
macro_rules! payable {
    () => {
        " from settlements s join sellers v on v.id = s.seller_id join seller_bank_accounts a on a.seller_id = s.seller_id and a.state = 'active'
          where s.state = 'confirmed' and s.expected_pay_date <= $1 and s.payout_amount > 0 and v.pg_seller_id is not null
            and (v.pg_seller_state = 'approved' or v.pg_seller_state = 'partially_approved' and s.payout_amount < $2)
            and not exists (select 1 from settlement_holds h where h.seller_id = s.seller_id and h.released_at is null and (h.settlement_id is null or h.settlement_id = s.id))
            and not exists (select 1 from payouts p where p.settlement_id = s.id
                              and (p.state in ('prepared', 'requested', 'in_progress', 'completed') or p.state = 'failed' and p.requested_at > a.verified_at))"
    };
}

db::statements! {
    static SELLERS: (NaiveDate, Money) => (SellerId,) = concat!("select distinct s.seller_id", payable!(), " order by 1");
    static DUE: (NaiveDate, Money) => DueRow = concat!(
        "select s.id as settlement_id, s.seller_id, s.payout_amount as amount, a.bank_code, a.account_no_enc, a.account_holder, a.decided_at", payable!(), " order by s.id");
    static BATCH: (PayoutBatchId, String, NaiveDate, Option<OperatorId>, Now) => () =
        "insert into payout_batches (id, batch_no, pay_date, built_by, built_at) values ($1, $2, $3, $4, $5)";
    static PAYOUTS: (Json<Vec<PayoutRow>>,) => (PayoutId, Money) =
        "insert into payouts (id, settlement_id, seller_id, amount, batch_no, ref_payout_id, payout_date, bank_snapshot_enc, requested_at)
         select id, settlement_id, seller_id, amount, batch_no, ref_payout_id, payout_date, bank_snapshot_enc, requested_at from jsonb_populate_recordset(null::payouts, $1)
         on conflict do nothing returning id, amount";
}

/// Builds a batch; `by` is None for the night. The pay date moves to the next business day.
pub async fn build(
    tx: &Tx,
    vault: &Vault,
    by: Option<OperatorId>,
    pay_date: NaiveDate,
    now: Now,
) -> Result<PayoutBatchId, Failure<BuildBatchError>> {
    if pay_date < now.date() {
        return Err(BuildBatchError::Past.into());
    }
    let calendar = Calendar::load(tx, now.date() - chrono::Days::new(30)).await?;
    let pay_date = calendar.bank_day(pay_date);
    let most = Money::won(KYC_FROM);
    let sellers = SELLERS.all(tx, (pay_date, most)).await?.into_iter().map(|(id,)| id).collect();
    seller_lock::many(tx, sellers).await?;
    let settled_in = |row: &DueRow| row.decided_at.is_none_or(|at| calendar.after(kst_date(at), 1) <= pay_date);
    let due: Vec<DueRow> = DUE.all(tx, (pay_date, most)).await?.into_iter().filter(settled_in).collect();
    if due.is_empty() {
        return Err(BuildBatchError::Nothing.into());
    }
    let id = PayoutBatchId::new();
    let batch_no = number('P', pay_date, id.into());
    BATCH.run(tx, (id, batch_no.clone(), pay_date, by, now)).await?;
    let rows = due.iter().map(|row| payout(vault, row, &batch_no, pay_date, now)).collect::<Result<Vec<_>, _>>()?;
    let made = PAYOUTS.all(tx, (Json(rows),)).await?;
    let sum: Money = made.iter().map(|(_, amount)| *amount).sum();
    let after = json!({ "batch_no": batch_no, "pay_date": pay_date, "count": made.len(), "sum": sum });
    let entry = Entry::new(by.map_or(By::System, By::Operator), "payout_batch.built", Target::of("payout_batches", id));
    entry.after(after).write(tx, now).await?;
    Ok(id)
}

fn payout(vault: &Vault, row: &DueRow, batch_no: &str, pay_date: NaiveDate, now: Now) -> Result<PayoutRow, Fault> {
    let id = PayoutId::new();
    let snapshot = BankSnapshot {
        bank_code: row.bank_code.clone(),
        account_no: vault.open(&row.account_no_enc)?,
        holder: row.account_holder.clone(),
    };
    let sealed = vault.seal(&serde_json::to_string(&snapshot).map_err(Fault::internal)?)?;
    Ok(PayoutRow {
        id,
        settlement_id: row.settlement_id,
        seller_id: row.seller_id,
        amount: row.amount,
        batch_no: batch_no.to_owned(),
        ref_payout_id: format!("drrip-{}", id.0.simple()),
        payout_date: pay_date,
        bank_snapshot_enc: format!("\\x{}", hex::encode(sealed)),
        requested_at: now.0,
    })
}
