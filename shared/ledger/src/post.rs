//! Writing postings, all of a transaction in one statement.

use crate::{Account, Kind, Posting};
use chrono::{DateTime, Utc};
use db::{Json, Tx};
use kernel::{Fault, LedgerEntryId, LedgerTransactionId, Money, PurchaseOrderId, SellerId, UserId};
use serde::Serialize;
use uuid::Uuid;

#[derive(Debug, Serialize)]
struct HeaderRow {
    id: LedgerTransactionId,
    kind: Kind,
    ref_type: &'static str,
    ref_id: Uuid,
    occurred_at: DateTime<Utc>,
    created_at: DateTime<Utc>,
}

#[derive(Debug, Serialize)]
struct EntryRow {
    id: LedgerEntryId,
    ledger_transaction_id: LedgerTransactionId,
    account: Account,
    purchase_order_id: Option<PurchaseOrderId>,
    seller_id: Option<SellerId>,
    user_id: Option<UserId>,
    amount: Money,
}

db::statements! {
    /// Entries follow only the headers that were not there before. The schema checks at commit that each adds up to nothing.
    static POST: (Json<Vec<HeaderRow>>, Json<Vec<EntryRow>>) => (i64,) =
        "with posted as (
             insert into ledger_transactions (id, kind, ref_type, ref_id, occurred_at, created_at)
             select id, kind, ref_type, ref_id, occurred_at, created_at from jsonb_populate_recordset(null::ledger_transactions, $1)
             on conflict (kind, ref_type, ref_id) do nothing returning id),
         written as (
             insert into ledger_entries (id, ledger_transaction_id, account, purchase_order_id, seller_id, user_id, amount)
             select e.id, e.ledger_transaction_id, e.account, e.purchase_order_id, e.seller_id, e.user_id, e.amount
             from jsonb_populate_recordset(null::ledger_entries, $2) e join posted p on p.id = e.ledger_transaction_id)
         select count(*) from posted";
}

/// Posts one event. False when it was posted before, or moved no money.
pub async fn post(tx: &Tx, posting: Posting) -> Result<bool, Fault> {
    Ok(post_all(tx, vec![posting]).await? == 1)
}

/// Posts events; answers how many were not posted before.
pub async fn post_all(tx: &Tx, postings: Vec<Posting>) -> Result<i64, Fault> {
    let mut headers = Vec::with_capacity(postings.len());
    let mut entries = Vec::new();
    for posting in postings.iter().filter(|posting| !posting.entries.is_empty()) {
        if !posting.balance().is_zero() {
            return Err(Fault::internal(format!(
                "{} for {:?} is out of balance by {} won",
                posting.kind,
                posting.source,
                posting.balance()
            )));
        }
        let id = LedgerTransactionId::new();
        headers.push(HeaderRow {
            id,
            kind: posting.kind,
            ref_type: posting.source.table(),
            ref_id: posting.source.id(),
            occurred_at: posting.at.0,
            created_at: posting.at.0,
        });
        entries.extend(posting.entries.iter().map(|entry| EntryRow {
            id: LedgerEntryId::new(),
            ledger_transaction_id: id,
            account: entry.account,
            purchase_order_id: entry.purchase_order_id,
            seller_id: entry.seller_id,
            user_id: entry.user_id,
            amount: entry.amount,
        }));
    }
    if headers.is_empty() {
        return Ok(0);
    }
    let (posted,) = POST.one(tx, (Json(headers), Json(entries))).await?;
    Ok(posted)
}
