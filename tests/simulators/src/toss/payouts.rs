//! Payouts v2 (지급대행 요청): money from our balance to a seller's bank account.
//!
//! Up to a hundred in one request, all or none: the first error refuses them all and names its refPayoutId. EXPRESS goes
//! IN_PROGRESS at once, SCHEDULED waits as REQUESTED for its `payoutDate` (a business day from tomorrow to a year ahead)
//! and can be cancelled until then. The amount leaves `availableAmount` at the request and comes back on FAILED or
//! CANCELED. COMPLETED and FAILED send a signed `payout.changed`; CANCELED sends nothing.
//!
//! `refPayoutId` is the idempotency: the same id with the same destination and amount answers the payout that exists, a
//! different one is DUPLICATED_REQUEST.

use chrono::{Datelike, Days, NaiveDate, Weekday};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::book::{Book, token};
use super::errors::{Failure, TossError};
use super::outbox::Topic;
use super::sellers::{self, SellerStatus, event};
use crate::clock::{Stamp, as_iso};

/// From here on a seller needs KYC.
const KYC_FROM: i64 = 10_000_000;
/// Accounts that always fail, as in the provider's test environment.
const FAILING_ACCOUNTS: [&str; 3] = ["77701777777", "3025353430761", "02004240994312"];

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum PayoutStatus {
    Requested,
    InProgress,
    Completed,
    Failed,
    Canceled,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum ScheduleType {
    Express,
    Scheduled,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Won {
    pub currency: String,
    pub value: i64,
}

impl Won {
    pub fn of(value: i64) -> Self {
        Self { currency: "KRW".to_owned(), value }
    }
}

#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Ask {
    ref_payout_id: String,
    destination: String,
    schedule_type: ScheduleType,
    #[serde(default)]
    payout_date: Option<NaiveDate>,
    amount: Won,
    #[serde(default)]
    transaction_description: Option<String>,
    #[serde(default)]
    metadata: Option<Value>,
}

/// One payout or several.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
pub(super) enum Asks {
    Many(Vec<Ask>),
    One(Box<Ask>),
}

#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Payout {
    pub id: String,
    pub ref_payout_id: String,
    pub destination: String,
    pub schedule_type: ScheduleType,
    pub payout_date: NaiveDate,
    pub amount: Won,
    pub transaction_description: Option<String>,
    #[serde(serialize_with = "as_iso")]
    pub requested_at: Stamp,
    pub status: PayoutStatus,
    pub error: Option<Failure>,
    pub metadata: Option<Value>,
}

pub(super) fn request(book: &mut Book, asks: Asks, now: Stamp) -> Result<Value, TossError> {
    let asks = match asks {
        Asks::Many(asks) => asks,
        Asks::One(ask) => vec![*ask],
    };
    if asks.is_empty() || asks.len() > 100 {
        return Err(TossError::of("INVALID_REQUEST").because("1 to 100 payouts"));
    }
    let mut needed = 0;
    let mut fresh = Vec::new();
    let mut items = Vec::new();
    for ask in &asks {
        let known =
            book.payouts.iter().chain(&fresh).find(|payout: &&Payout| payout.ref_payout_id == ask.ref_payout_id);
        if let Some(known) = known {
            if known.destination != ask.destination || known.amount != ask.amount {
                return Err(named(TossError::of("DUPLICATED_REQUEST"), ask));
            }
            items.push(json!(known));
            continue;
        }
        check(book, ask, now)?;
        needed += ask.amount.value;
        if needed > book.ledger.balance.available {
            return Err(named(TossError::of("NOT_ENOUGH_AMOUNT"), ask));
        }
        let payout = accept(ask, now);
        items.push(json!(payout));
        fresh.push(payout);
    }
    book.ledger.balance.available -= needed;
    book.payouts.extend(fresh);
    Ok(json!({"hasMore": false, "size": items.len(), "nextCursor": null, "items": items}))
}

fn check(book: &mut Book, ask: &Ask, now: Stamp) -> Result<(), TossError> {
    if ask.ref_payout_id.is_empty()
        || ask.ref_payout_id.len() > 64
        || ask.amount.currency != "KRW"
        || !(1..1_000_000_000).contains(&ask.amount.value)
    {
        return Err(named(TossError::of("INVALID_REQUEST"), ask));
    }
    let status = sellers::find(book, &ask.destination).map_err(|error| named(error, ask))?.status;
    if matches!(status, SellerStatus::ApprovalRequired | SellerStatus::KycRequired) {
        return Err(named(TossError::of("FORBIDDEN_SELLER_PAYOUT"), ask));
    }
    if status == SellerStatus::PartiallyApproved && ask.amount.value >= KYC_FROM {
        sellers::change(book, &ask.destination, SellerStatus::KycRequired, now)?;
        return Err(named(TossError::of("FORBIDDEN_SELLER_PAYOUT"), ask));
    }
    if ask.schedule_type == ScheduleType::Scheduled {
        let today = now.date_naive();
        let date = ask.payout_date.ok_or_else(|| named(TossError::of("INVALID_PAYABLE_DATE"), ask))?;
        if date <= today || today.checked_add_days(Days::new(365)).is_some_and(|last| date > last) {
            return Err(named(TossError::of("INVALID_PAYABLE_DATE"), ask));
        }
        if matches!(date.weekday(), Weekday::Sat | Weekday::Sun) {
            return Err(named(TossError::of("NOT_ALLOWED_HOLIDAY"), ask));
        }
    }
    Ok(())
}

fn named(error: TossError, ask: &Ask) -> TossError {
    let message = format!("{} (refPayoutId: {})", error.message, ask.ref_payout_id);
    error.because(message)
}

fn accept(ask: &Ask, now: Stamp) -> Payout {
    let status = match ask.schedule_type {
        ScheduleType::Express => PayoutStatus::InProgress,
        ScheduleType::Scheduled => PayoutStatus::Requested,
    };
    Payout {
        id: token("FPA_", 20),
        ref_payout_id: ask.ref_payout_id.clone(),
        destination: ask.destination.clone(),
        schedule_type: ask.schedule_type,
        payout_date: ask.payout_date.unwrap_or(now.date_naive()),
        amount: ask.amount.clone(),
        transaction_description: ask.transaction_description.clone(),
        requested_at: now,
        status,
        error: None,
        metadata: ask.metadata.clone(),
    }
}

pub(super) fn find<'a>(book: &'a mut Book, id: &str) -> Result<&'a mut Payout, TossError> {
    book.payouts.iter_mut().find(|payout| payout.id == id).ok_or_else(|| TossError::of("PAYOUT_NOT_FOUND"))
}

/// 지급대행 요청 취소: only while REQUESTED.
pub(super) fn cancel(book: &mut Book, id: &str) -> Result<Value, TossError> {
    let payout = find(book, id)?;
    if payout.status != PayoutStatus::Requested {
        return Err(TossError::of("NOT_CANCELABLE_PAYOUT"));
    }
    payout.status = PayoutStatus::Canceled;
    let (shown, back) = (json!(payout), payout.amount.value);
    book.ledger.balance.available += back;
    Ok(shown)
}

/// How the bank's batch ends.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Settle {
    /// COMPLETED or FAILED.
    pub result: PayoutStatus,
    /// Only this one; otherwise all that are pending.
    #[serde(default, rename = "refPayoutId")]
    pub ref_payout_id: Option<String>,
    /// Code of a failure.
    #[serde(default)]
    pub code: Option<String>,
}

/// Finishes pending payouts and tells about each; answers their refPayoutIds.
pub(super) fn settle(book: &mut Book, order: &Settle, now: Stamp) -> Result<Vec<String>, TossError> {
    if !matches!(order.result, PayoutStatus::Completed | PayoutStatus::Failed) {
        return Err(TossError::of("INVALID_REQUEST").because("result: COMPLETED or FAILED"));
    }
    let mut done = Vec::new();
    for at in 0..book.payouts.len() {
        let payout = &book.payouts[at];
        let pending = matches!(payout.status, PayoutStatus::Requested | PayoutStatus::InProgress);
        let meant = order.ref_payout_id.as_ref().is_none_or(|id| *id == payout.ref_payout_id);
        if !pending || !meant {
            continue;
        }
        let account = book.sellers.iter().find(|seller| seller.id == payout.destination).map(|seller| &seller.account);
        let refused = account.is_some_and(|account| FAILING_ACCOUNTS.contains(&account.account_number.as_str()));
        let failed = refused || order.result == PayoutStatus::Failed;
        let payout = &mut book.payouts[at];
        if failed {
            let code = order.code.clone().unwrap_or_else(|| "BANK_PROCESSING_ERROR".to_owned());
            payout.status = PayoutStatus::Failed;
            payout.error = Some(Failure { code, message: "은행이 이체를 처리하지 못함".to_owned() });
        } else {
            payout.status = PayoutStatus::Completed;
        }
        let (shown, subject, amount) = (json!(payout), payout.ref_payout_id.clone(), payout.amount.value);
        if failed {
            book.ledger.balance.available += amount;
        }
        let event = event("payout.changed", "payout", &shown, now);
        book.outbox.push(Topic::Payout, "payout.changed", &subject, &event, now);
        done.push(subject);
    }
    Ok(done)
}
