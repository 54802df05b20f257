//! A payment as the gateway shows it (Toss, version 2022-11-16), reduced to what we act on.

use crate::Method;
use crate::evidence::masked;
use chrono::{DateTime, NaiveDateTime, Utc};
use kernel::Money;
use kernel::clock::kst_at;
use serde::Deserialize;
use serde_json::Value;

/// Where the gateway says a payment stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum PgStatus {
    Ready,
    InProgress,
    WaitingForDeposit,
    Done,
    Canceled,
    PartialCanceled,
    Aborted,
    Expired,
}

/// One cancel of a payment.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PgCancel {
    pub transaction_key: String,
    pub cancel_amount: Money,
    /// What can still be refunded after it.
    pub refundable_amount: Money,
    pub canceled_at: DateTime<Utc>,
}

/// The account a customer is to pay into.
#[derive(Clone, PartialEq, Eq)]
pub struct PgVirtualAccount {
    pub bank_code: String,
    pub account_no: String,
    pub depositor_name: Option<String>,
    pub due_at: DateTime<Utc>,
    pub expired: bool,
    /// `NONE`, `PENDING`, `FAILED`, `PARTIAL_FAILED`, `COMPLETED`.
    pub refund_status: Option<String>,
}

impl std::fmt::Debug for PgVirtualAccount {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("PgVirtualAccount").field("bank_code", &self.bank_code).field("due_at", &self.due_at).finish()
    }
}

/// One payment at the gateway.
#[derive(Clone, PartialEq)]
pub struct PgPayment {
    pub payment_key: String,
    pub pg_order_id: String,
    pub status: PgStatus,
    pub method: Option<Method>,
    pub easy_pay_provider: Option<String>,
    /// Never changes.
    pub total_amount: Money,
    /// What is left after cancels.
    pub balance_amount: Money,
    pub approved_at: Option<DateTime<Utc>>,
    pub last_transaction_key: Option<String>,
    pub cancels: Vec<PgCancel>,
    pub virtual_account: Option<PgVirtualAccount>,
    /// What a deposit callback must carry; virtual accounts only.
    pub secret: Option<String>,
    pub failure_code: Option<String>,
    /// The whole answer with numbers, names and secret masked: evidence.
    pub evidence: Value,
}

impl std::fmt::Debug for PgPayment {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("PgPayment")
            .field("payment_key", &self.payment_key)
            .field("pg_order_id", &self.pg_order_id)
            .field("status", &self.status)
            .field("total_amount", &self.total_amount)
            .field("balance_amount", &self.balance_amount)
            .finish_non_exhaustive()
    }
}

impl PgPayment {
    /// Reads the gateway's answer; None when it is not a payment in a state we know.
    pub fn read(answer: &Value) -> Option<PgPayment> {
        let wire: Wire = serde_json::from_value(answer.clone()).ok()?;
        Some(PgPayment {
            payment_key: wire.payment_key,
            pg_order_id: wire.order_id,
            status: wire.status,
            method: wire.method.as_deref().and_then(method),
            easy_pay_provider: wire.easy_pay.and_then(|easy| easy.provider),
            total_amount: wire.total_amount,
            balance_amount: wire.balance_amount,
            approved_at: wire.approved_at,
            last_transaction_key: wire.last_transaction_key,
            cancels: wire.cancels.unwrap_or_default(),
            virtual_account: match wire.virtual_account {
                Some(account) => Some(account.read()?),
                None => None,
            },
            secret: wire.secret,
            failure_code: wire.failure.map(|failure| failure.code),
            evidence: masked(answer.clone()),
        })
    }

    /// The cancel of `amount` that was made while `refundable` could be refunded: each cancel lowers what can be refunded,
    /// so no two of a payment are alike in both.
    pub fn find_cancel(&self, amount: Money, refundable: Money) -> Option<&PgCancel> {
        self.cancels.iter().find(|c| c.cancel_amount == amount && c.refundable_amount == refundable - amount)
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Wire {
    payment_key: String,
    order_id: String,
    status: PgStatus,
    method: Option<String>,
    easy_pay: Option<WireEasyPay>,
    total_amount: Money,
    balance_amount: Money,
    approved_at: Option<DateTime<Utc>>,
    last_transaction_key: Option<String>,
    cancels: Option<Vec<PgCancel>>,
    virtual_account: Option<WireAccount>,
    secret: Option<String>,
    failure: Option<WireFailure>,
}

#[derive(Deserialize)]
struct WireEasyPay {
    provider: Option<String>,
}

#[derive(Deserialize)]
struct WireFailure {
    code: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct WireAccount {
    account_number: String,
    bank_code: String,
    customer_name: Option<String>,
    depositor_name: Option<String>,
    due_date: String,
    #[serde(default)]
    expired: bool,
    refund_status: Option<String>,
}

impl WireAccount {
    fn read(self) -> Option<PgVirtualAccount> {
        Some(PgVirtualAccount {
            bank_code: self.bank_code,
            account_no: self.account_number,
            depositor_name: self.depositor_name.or(self.customer_name),
            due_at: korean_time(&self.due_date)?,
            expired: self.expired,
            refund_status: self.refund_status,
        })
    }
}

/// With an offset, or without one: then it is Korean time.
fn korean_time(text: &str) -> Option<DateTime<Utc>> {
    let zoned = DateTime::parse_from_rfc3339(text).ok().map(|at| at.with_timezone(&Utc));
    zoned.or_else(|| {
        let local = NaiveDateTime::parse_from_str(text, "%Y-%m-%dT%H:%M:%S%.f").ok()?;
        Some(kst_at(local.date(), local.time()))
    })
}

/// The Korean names the API uses.
fn method(name: &str) -> Option<Method> {
    match name {
        "카드" => Some(Method::Card),
        "간편결제" => Some(Method::EasyPay),
        "가상계좌" => Some(Method::VirtualAccount),
        "계좌이체" => Some(Method::Transfer),
        "휴대폰" => Some(Method::Mobile),
        name if name.ends_with("상품권") => Some(Method::GiftCertificate),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn answer() -> Value {
        json!({
            "paymentKey": "pk_1", "orderId": "drrip-1", "status": "WAITING_FOR_DEPOSIT", "method": "가상계좌",
            "totalAmount": 50_000, "balanceAmount": 50_000, "secret": "ps_secret", "approvedAt": null,
            "virtualAccount": { "accountNumber": "88123456789012", "bankCode": "88", "customerName": "김고객",
                "dueDate": "2026-03-02T10:00:00+09:00", "expired": false, "refundStatus": "NONE" },
            "card": null, "somethingNew": 1,
        })
    }

    #[test]
    fn a_virtual_account_is_read_and_its_evidence_masked() {
        let payment = PgPayment::read(&answer()).unwrap();
        assert_eq!(payment.status, PgStatus::WaitingForDeposit);
        assert_eq!(payment.method, Some(Method::VirtualAccount));
        let account = payment.virtual_account.as_ref().unwrap();
        assert_eq!(account.due_at.to_rfc3339(), "2026-03-02T01:00:00+00:00");
        let evidence = payment.evidence.to_string();
        for private in ["88123456789012", "ps_secret", "김고객"] {
            assert!(!evidence.contains(private), "{evidence}");
            assert!(!format!("{payment:?}").contains(private));
        }
    }

    #[test]
    fn a_due_date_without_offset_is_korean_time() {
        assert_eq!(korean_time("2026-03-02T10:00:00").unwrap().to_rfc3339(), "2026-03-02T01:00:00+00:00");
        assert!(korean_time("tomorrow").is_none());
    }

    #[test]
    fn a_state_we_do_not_know_is_no_payment() {
        let mut strange = answer();
        strange["status"] = json!("ON_HOLD");
        assert!(PgPayment::read(&strange).is_none());
    }

    #[test]
    fn a_cancel_is_told_from_its_twin_by_what_was_left() {
        let mut twice = answer();
        let cancel = |key: &str, left: i64| json!({"transactionKey": key, "cancelAmount": 10_000, "refundableAmount": left, "canceledAt": "2026-03-02T10:00:00+09:00"});
        twice["cancels"] = json!([cancel("t1", 40_000), cancel("t2", 30_000)]);
        let payment = PgPayment::read(&twice).unwrap();
        let found = |refundable| payment.find_cancel(Money::won(10_000), Money::won(refundable));
        assert_eq!(found(40_000).unwrap().transaction_key, "t2");
        assert!(found(30_000).is_none());
    }
}
