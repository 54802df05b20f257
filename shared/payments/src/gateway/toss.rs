//! Toss Payments, core API v1.

use super::http::{self, Answer, ErrorBody};
use super::{Cancel, Canceled, Confirm, Gateway, Lookup, Outcome, PgPayment, PgStatus};
use async_trait::async_trait;
use boot::{Boot, Patience};
use kernel::{Fault, Money};
use reqwest::RequestBuilder;
use serde_json::{Value, json};

/// The client.
#[derive(Clone)]
pub struct Toss {
    http: reqwest::Client,
    base: String,
    auth: String,
    patience: Patience,
}

impl Toss {
    /// For a function that holds the gateway's secret.
    pub fn new(boot: &Boot) -> Result<Toss, Fault> {
        let secrets =
            boot.secrets.toss.as_ref().ok_or_else(|| Fault::internal("this function holds no Toss secret"))?;
        Ok(Toss::at(boot.http.clone(), &boot.config.toss_url, &secrets.secret_key, boot.patience.clone()))
    }

    /// From parts: what tests do.
    pub fn at(http: reqwest::Client, base: &str, secret_key: &str, patience: Patience) -> Toss {
        Toss { http, base: base.trim_end_matches('/').to_owned(), auth: http::basic(secret_key), patience }
    }

    fn get(&self, path: &[&str]) -> RequestBuilder {
        self.http.get(self.url(path)).header("authorization", &self.auth)
    }

    fn post(&self, path: &[&str], key: &str, body: &Value) -> RequestBuilder {
        self.http.post(self.url(path)).header("authorization", &self.auth).header("idempotency-key", key).json(body)
    }

    /// Keys come from browsers: a path segment must not become two.
    fn url(&self, path: &[&str]) -> String {
        let mut url = self.base.clone();
        for segment in path {
            url.push('/');
            url.extend(
                segment.chars().filter(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '=' | '.' | '~')),
            );
        }
        url
    }

    async fn order(&self, path: &[&str], key: &str, body: Value) -> Outcome<PgPayment> {
        match http::order(|| self.post(path, key, &body), &self.patience).await {
            Ok(answer) => understand(&answer),
            Err(why) => Outcome::Unknown { why },
        }
    }

    async fn look(&self, path: &[&str]) -> Lookup {
        let answer = match http::ask(|| self.get(path), &self.patience).await {
            Ok(answer) => answer,
            Err(why) => return Lookup::Unknown { why },
        };
        match understand(&answer) {
            Outcome::Done(payment) => Lookup::Found(Box::new(payment)),
            Outcome::Refused { code, .. } if code.starts_with("NOT_FOUND") => Lookup::Nothing,
            Outcome::Refused { code: why, .. } | Outcome::Unknown { why } => Lookup::Unknown { why },
        }
    }
}

#[async_trait]
impl Gateway for Toss {
    async fn confirm(&self, ask: &Confirm) -> Outcome<PgPayment> {
        let body = json!({ "paymentKey": ask.payment_key, "orderId": ask.pg_order_id, "amount": ask.amount });
        let outcome = self.order(&["v1", "payments", "confirm"], &ask.idempotency_key, body).await;
        let Outcome::Refused { code, .. } = &outcome else { return outcome };
        if code != "ALREADY_PROCESSED_PAYMENT" {
            return outcome;
        }
        match self.by_order(&ask.pg_order_id).await {
            Lookup::Found(payment) => Outcome::Done(*payment),
            Lookup::Nothing => Outcome::unknown("processed before, but not found"),
            Lookup::Unknown { why } => Outcome::Unknown { why },
        }
    }

    async fn by_key(&self, payment_key: &str) -> Lookup {
        self.look(&["v1", "payments", payment_key]).await
    }

    async fn by_order(&self, pg_order_id: &str) -> Lookup {
        self.look(&["v1", "payments", "orders", pg_order_id]).await
    }

    async fn cancel(&self, ask: &Cancel) -> Outcome<Canceled> {
        let mut body = json!({ "cancelReason": ask.reason });
        if let Some(amount) = ask.amount {
            body["cancelAmount"] = json!(amount);
        }
        if let Some(refundable) = ask.refundable {
            body["refundableAmount"] = json!(refundable);
        }
        if let Some(account) = &ask.account {
            body["refundReceiveAccount"] = json!({ "bank": two_digits(&account.bank_code), "accountNumber": account.account_no, "holderName": account.holder });
        }
        let outcome = self.order(&["v1", "payments", &ask.payment_key, "cancel"], &ask.idempotency_key, body).await;
        let refused = match outcome {
            Outcome::Done(payment) => return canceled(ask, payment),
            Outcome::Unknown { why } => return Outcome::Unknown { why },
            Outcome::Refused { code, message } => (code, message),
        };
        // An earlier try whose answer was lost looks like these from here.
        if !matches!(refused.0.as_str(), "ALREADY_CANCELED_PAYMENT" | "NOT_MATCHES_REFUNDABLE_AMOUNT") {
            return Outcome::Refused { code: refused.0, message: refused.1 };
        }
        match self.by_key(&ask.payment_key).await {
            Lookup::Found(payment) => match canceled(ask, *payment) {
                Outcome::Done(canceled) => Outcome::Done(canceled),
                _ => Outcome::Refused { code: refused.0, message: refused.1 },
            },
            Lookup::Nothing => Outcome::unknown("canceled before, but not found"),
            Lookup::Unknown { why } => Outcome::Unknown { why },
        }
    }
}

fn understand(answer: &Answer) -> Outcome<PgPayment> {
    if !answer.status.is_success() {
        return http::refusal(answer.status, serde_json::from_str::<ErrorBody>(&answer.body).ok());
    }
    let payment = serde_json::from_str(&answer.body).ok().and_then(|value: Value| PgPayment::read(&value));
    payment.map_or_else(|| Outcome::unknown("an answer that is not a payment"), Outcome::Done)
}

/// Banks have three digits with the payouts and everywhere else, two in this API.
fn two_digits(bank_code: &str) -> &str {
    bank_code.strip_prefix('0').filter(|short| short.len() == 2).unwrap_or(bank_code)
}

/// Finds what was asked for among the payment's cancels.
fn canceled(ask: &Cancel, payment: PgPayment) -> Outcome<Canceled> {
    let refundable = ask.refundable.unwrap_or(ask.amount.unwrap_or(payment.total_amount));
    let found = match ask.amount {
        Some(amount) => payment.find_cancel(amount, refundable),
        None => payment.cancels.last().filter(|_| payment.status == PgStatus::Canceled && is_empty(&payment)),
    };
    match found.cloned() {
        Some(cancel) => Outcome::Done(Canceled { payment, cancel }),
        None => Outcome::unknown("the cancel is not among the payment's cancels"),
    }
}

fn is_empty(payment: &PgPayment) -> bool {
    payment.balance_amount == Money::ZERO
}

#[cfg(test)]
mod tests {
    use super::two_digits;

    #[test]
    fn a_bank_has_two_digits_here() {
        assert_eq!(["088", "88", "S0"].map(two_digits), ["88", "88", "S0"]);
    }
}
