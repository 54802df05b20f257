//! `GET /v1/transactions` (거래 조회) and `GET /v1/settlements` (정산 조회): what a merchant reconciles with.
//!
//! Transactions are listed by `transactionAt`, oldest first, after `startingAfter` (a transactionKey), at most 5,000 a
//! page and 100 unless asked. The dates are Korean time without a zone, `yyyy-MM-dd'T'HH:mm:ss[.SSS]`. Settlement rows
//! are listed by `soldDate` or `paidOutDate`, in pages from 1.

use chrono::{NaiveDate, NaiveDateTime, TimeZone};
use serde::Deserialize;
use serde_json::{Value, json};

use super::book::Book;
use super::errors::TossError;
use crate::clock::{KST, Stamp};

const MOST: usize = 5_000;

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Period {
    start_date: String,
    end_date: String,
    #[serde(default)]
    starting_after: Option<String>,
    #[serde(default)]
    limit: Option<usize>,
}

pub(super) fn transactions(book: &Book, ask: &Period) -> Result<Value, TossError> {
    let (from, to) = (moment(&ask.start_date)?, moment(&ask.end_date)?);
    let limit = ask.limit.unwrap_or(100);
    if limit == 0 || limit > MOST {
        return Err(TossError::of("EXCEED_MAX_QUERY_LIMIT"));
    }
    let mut rows: Vec<_> = book.transactions.iter().filter(|row| (from..=to).contains(&row.transaction_at)).collect();
    rows.sort_by_key(|row| row.transaction_at);
    if let Some(after) = &ask.starting_after {
        let at = rows.iter().position(|row| row.transaction_key == *after);
        rows.drain(..=at.ok_or_else(|| TossError::of("INVALID_PAGING_KEY"))?);
    }
    rows.truncate(limit);
    Ok(json!(rows))
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct SettledPeriod {
    start_date: NaiveDate,
    end_date: NaiveDate,
    #[serde(default)]
    date_type: Option<String>,
    #[serde(default)]
    page: Option<usize>,
    #[serde(default)]
    size: Option<usize>,
}

pub(super) fn settlements(book: &Book, ask: &SettledPeriod) -> Result<Value, TossError> {
    let by_sale = match ask.date_type.as_deref() {
        None | Some("soldDate") => true,
        Some("paidOutDate") => false,
        Some(_) => return Err(TossError::of("INVALID_REQUEST").because("dateType")),
    };
    let (page, size) = (ask.page.unwrap_or(1), ask.size.unwrap_or(100));
    if page == 0 || size == 0 || size > MOST {
        return Err(TossError::of("EXCEED_MAX_QUERY_LIMIT"));
    }
    let dates = ask.start_date..=ask.end_date;
    let rows: Vec<_> = book
        .ledger
        .rows
        .iter()
        .filter(|row| dates.contains(if by_sale { &row.sold_date } else { &row.paid_out_date }))
        .skip((page - 1) * size)
        .take(size)
        .collect();
    Ok(json!(rows))
}

fn moment(text: &str) -> Result<Stamp, TossError> {
    NaiveDateTime::parse_from_str(text, "%Y-%m-%dT%H:%M:%S%.f")
        .ok()
        .and_then(|at| KST.from_local_datetime(&at).single())
        .ok_or_else(|| TossError::of("INVALID_ISO_DATE_FORMAT"))
}
