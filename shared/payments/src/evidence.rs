//! Evidence: every answer of the gateway, kept as it came with private data masked. Rows are written once.

use crate::{TransactionKind, TransactionResult};
use chrono::{DateTime, Utc};
use db::{Json, On, Tx};
use kernel::{Fault, Money, Now, PaymentId, PaymentTransactionId};
use serde_json::Value;

/// One answer, or one movement of money, at the gateway.
#[derive(Debug, Clone)]
pub struct Evidence {
    pub id: PaymentTransactionId,
    pub payment_id: PaymentId,
    pub kind: TransactionKind,
    /// The gateway's key of the movement; the same one is kept once per payment and kind.
    pub pg_transaction_key: Option<String>,
    /// Positive in, negative out, zero for questions.
    pub amount: Money,
    pub result: TransactionResult,
    /// The idempotency key that was sent.
    pub request_key: Option<String>,
    pub pg_code: Option<String>,
    /// The gateway's answer, masked.
    pub response: Option<Value>,
}

impl Evidence {
    /// The answer to a question.
    pub fn query(payment_id: PaymentId, result: TransactionResult, pg_code: Option<String>) -> Evidence {
        Evidence {
            id: PaymentTransactionId::new(),
            payment_id,
            kind: TransactionKind::Query,
            pg_transaction_key: None,
            amount: Money::ZERO,
            result,
            request_key: None,
            pg_code,
            response: None,
        }
    }
}

db::statements! {
    static RECORD: (PaymentTransactionId, PaymentId, TransactionKind, Option<String>, Money, TransactionResult, Option<String>, Option<String>, Option<Json<Value>>, Now) => (PaymentTransactionId,) =
        "insert into payment_transactions (id, payment_id, kind, pg_transaction_key, amount, result, request_key, pg_code, response, occurred_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
         on conflict (payment_id, kind, pg_transaction_key) where pg_transaction_key is not null do nothing returning id";
    static KNOWS: (PaymentId, String) => (bool,) =
        "select exists (select from payment_transactions where payment_id = $1 and pg_transaction_key = $2)";
    static LAST_ASKED: (PaymentId,) => (Option<DateTime<Utc>>,) =
        "select max(occurred_at) from payment_transactions where payment_id = $1 and kind in ('query', 'confirm')";
}

/// Keeps an answer. None: this movement was recorded before.
pub async fn record(tx: &Tx, evidence: Evidence, now: Now) -> Result<Option<PaymentTransactionId>, Fault> {
    let e = evidence;
    let params = (
        e.id,
        e.payment_id,
        e.kind,
        e.pg_transaction_key,
        e.amount,
        e.result,
        e.request_key,
        e.pg_code,
        e.response.map(Json),
        now,
    );
    Ok(RECORD.opt(tx, params).await?.map(|(id,)| id))
}

/// Whether a movement at the gateway is in our books.
pub async fn knows(on: &impl On, payment_id: PaymentId, pg_transaction_key: &str) -> Result<bool, Fault> {
    Ok(KNOWS.one(on, (payment_id, pg_transaction_key.to_owned())).await?.0)
}

/// When the gateway was last asked about a payment.
pub async fn last_asked(on: &impl On, payment_id: PaymentId) -> Result<Option<DateTime<Utc>>, Fault> {
    let (at,) = LAST_ASKED.one(on, (payment_id,)).await?;
    Ok(at)
}

/// Masks what evidence does not need: card and account numbers, names, phones, the deposit secret.
pub fn masked(mut answer: Value) -> Value {
    mask(&mut answer);
    answer
}

fn mask(value: &mut Value) {
    match value {
        Value::Object(map) => {
            for (key, value) in map {
                match (key.as_str(), &*value) {
                    ("number" | "accountNumber", Value::String(number)) => *value = digits_hidden(number).into(),
                    ("secret" | "customerMobilePhone" | "cardNumber", Value::String(_)) => *value = "***".into(),
                    ("customerName" | "depositorName" | "holderName", Value::String(name)) => {
                        *value = initial(name).into()
                    }
                    _ => mask(value),
                }
            }
        }
        Value::Array(items) => items.iter_mut().for_each(mask),
        _ => {}
    }
}

/// `43301234****123*` → `433012**********`: the issuer's six digits stay.
fn digits_hidden(number: &str) -> String {
    let keep = if number.len() >= 14 { 6 } else { 2 };
    number.chars().enumerate().map(|(at, c)| if at < keep { c } else { '*' }).collect()
}

fn initial(name: &str) -> String {
    name.chars().enumerate().map(|(at, c)| if at == 0 { c } else { '*' }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn numbers_names_and_secrets_are_masked_wherever_they_stand() {
        let answer = json!({
            "card": { "number": "43301234****123*", "issuerCode": "61" },
            "secret": "ps_abc",
            "virtualAccount": { "accountNumber": "88123456789012", "customerName": "김고객",
                "refundReceiveAccount": { "accountNumber": "110123456789", "holderName": "홍길동" } },
            "cashReceipts": [{ "customerName": "김고객" }],
            "totalAmount": 1000,
        });
        let text = masked(answer).to_string();
        assert!(text.contains("433012**********") && text.contains("홍**") && text.contains("1000"));
        for private in ["4330123", "ps_abc", "8812345", "김고객", "110123456789", "홍길동"] {
            assert!(!text.contains(private), "{private} in {text}");
        }
    }
}
