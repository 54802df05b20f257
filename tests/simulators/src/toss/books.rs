//! The simulator's books: every won it took, gave back and owes, for a test to compare with ours.
//!
//! Money rows are written when money really moves: a capture and a deposit are positive, a cancel of captured money
//! and a deposit taken back are negative, closing an unpaid virtual account is nothing. Each row is also a line of
//! `GET /v1/settlements`: fee = floor(|amount| × rate), fee VAT = floor(fee × 10 %), `payOutAmount` = amount − fee −
//! VAT. It stands in `pendingAmount` until its `paidOutDate` (two days after the sale), then in `availableAmount`.
//! The fee rate is 0 unless the test sets one.

use chrono::{Days, NaiveDate};
use serde::Serialize;

use super::payment::{Cancel, Method, Payment};

/// One movement of money at the PG.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct MoneyRow {
    pub m_id: String,
    pub payment_key: String,
    pub transaction_key: String,
    pub order_id: String,
    pub currency: &'static str,
    pub method: Method,
    /// Signed.
    pub amount: i64,
    pub interest_fee: i64,
    pub fees: Vec<Fee>,
    pub supplied_amount: i64,
    pub vat: i64,
    pub pay_out_amount: i64,
    pub sold_date: NaiveDate,
    pub paid_out_date: NaiveDate,
    pub cancel: Option<Cancel>,
    #[serde(skip)]
    pub(super) paid_out: bool,
}

#[derive(Clone, Debug, Serialize)]
pub struct Fee {
    #[serde(rename = "type")]
    pub kind: &'static str,
    pub fee: i64,
}

/// What one payment did, from the money rows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct LedgerLine {
    pub payment_key: String,
    pub order_id: String,
    pub method: Option<Method>,
    pub status: super::payment::Status,
    /// Money that came in and was not taken back by the bank.
    pub captured: i64,
    pub refunded: i64,
    pub net: i64,
}

/// Sums over all payments.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Totals {
    pub captured: i64,
    pub refunded: i64,
    pub net: i64,
}

/// The payout balance.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Balance {
    pub pending: i64,
    pub available: i64,
}

/// The rows and what hangs on them.
#[derive(Clone, Debug, Default)]
pub struct Ledger {
    pub rows: Vec<MoneyRow>,
    pub balance: Balance,
    /// Parts per 100,000.
    pub fee_rate: i64,
}

impl Ledger {
    /// Writes a movement of money down.
    pub(super) fn post(&mut self, payment: &Payment, key: &str, amount: i64, on: NaiveDate, cancel: Option<Cancel>) {
        let Some(method) = payment.method else { return };
        let fee = amount.abs() * self.fee_rate / 100_000 * amount.signum();
        let vat = fee / 10;
        let pay_out_amount = amount - fee - vat;
        self.balance.pending += pay_out_amount;
        self.rows.push(MoneyRow {
            m_id: payment.m_id.clone(),
            payment_key: payment.payment_key.clone(),
            transaction_key: key.to_owned(),
            order_id: payment.order_id.clone(),
            currency: "KRW",
            method,
            amount,
            interest_fee: 0,
            fees: vec![Fee { kind: "BASE", fee }],
            supplied_amount: fee,
            vat,
            pay_out_amount,
            sold_date: on,
            paid_out_date: on.checked_add_days(Days::new(2)).unwrap_or(on),
            cancel,
            paid_out: false,
        });
    }

    /// Money whose payout day has come can be paid out; `None` is every day.
    pub(super) fn pay_out_until(&mut self, today: Option<NaiveDate>) {
        for row in &mut self.rows {
            if !row.paid_out && today.is_none_or(|today| row.paid_out_date <= today) {
                row.paid_out = true;
                self.balance.pending -= row.pay_out_amount;
                self.balance.available += row.pay_out_amount;
            }
        }
    }

    /// What a payment did so far. A deposit taken back cancels the capture, it is not a refund.
    pub(super) fn line(&self, payment: &Payment) -> LedgerLine {
        let of = |row: &&MoneyRow| row.payment_key == payment.payment_key;
        let captured = self.rows.iter().filter(of).filter(|row| row.cancel.is_none()).map(|row| row.amount).sum();
        let refunded =
            -self.rows.iter().filter(of).filter(|row| row.cancel.is_some()).map(|row| row.amount).sum::<i64>();
        LedgerLine {
            payment_key: payment.payment_key.clone(),
            order_id: payment.order_id.clone(),
            method: payment.method,
            status: payment.status,
            captured,
            refunded,
            net: captured - refunded,
        }
    }
}

impl Totals {
    pub(super) fn of(lines: &[LedgerLine]) -> Self {
        lines.iter().fold(Self::default(), |sum, line| Self {
            captured: sum.captured + line.captured,
            refunded: sum.refunded + line.refunded,
            net: sum.net + line.net,
        })
    }
}
