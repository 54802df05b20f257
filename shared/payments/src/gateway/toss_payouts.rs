//! Toss payouts v2 (지급대행): every body encrypted, both ways.

use super::http::{self, Answer, ErrorBody};
use super::jwe::Jwe;
use super::*;
use boot::{Boot, Patience};
use kernel::{Clock, Fault, Money};
use reqwest::{Method, RequestBuilder};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

/// The client.
#[derive(Clone)]
pub struct TossPayouts {
    http: reqwest::Client,
    base: String,
    auth: String,
    jwe: Jwe,
    patience: Patience,
}

impl TossPayouts {
    /// For a function that holds the gateway's and the payouts' secrets.
    pub fn new(boot: &Boot) -> Result<TossPayouts, Fault> {
        let missing = || Fault::internal("this function holds no payout secrets");
        let toss = boot.secrets.toss.as_ref().ok_or_else(missing)?;
        let payouts = boot.secrets.payouts.as_ref().ok_or_else(missing)?;
        let (http, patience) = (boot.http.clone(), boot.patience.clone());
        TossPayouts::at(http, &boot.config.toss_url, &toss.secret_key, &payouts.body_key, patience)
    }

    /// From parts: what tests do.
    pub fn at(
        http: reqwest::Client,
        base: &str,
        secret_key: &str,
        body_key: &str,
        patience: Patience,
    ) -> Result<TossPayouts, Fault> {
        let base = base.trim_end_matches('/').to_owned();
        Ok(TossPayouts { http, base, auth: http::basic(secret_key), jwe: Jwe::new(body_key)?, patience })
    }

    fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.http
            .request(method, format!("{}{path}", self.base))
            .header("authorization", &self.auth)
            .header("tosspayments-api-security-mode", "ENCRYPTION")
    }

    async fn read<T: DeserializeOwned>(&self, path: &str) -> Outcome<T> {
        match http::ask(|| self.request(Method::GET, path), &self.patience).await {
            Ok(answer) => self.understand(&answer),
            Err(why) => Outcome::Unknown { why },
        }
    }

    async fn write<T: DeserializeOwned>(&self, path: &str, key: &str, body: Option<&Value>) -> Outcome<T> {
        let mut request = self.request(Method::POST, path).header("idempotency-key", key);
        if let Some(body) = body {
            // The machine's time: the provider compares it with its own.
            let sealed = match self.jwe.seal(body.to_string().as_bytes(), Clock::default().now()) {
                Ok(sealed) => sealed,
                Err(error) => return Outcome::unknown(error.to_string()),
            };
            request = request.header("content-type", "text/plain").body(sealed);
        }
        let Some(first) = request.try_clone() else { return Outcome::unknown("a body that cannot be sent twice") };
        match http::order(move || first.try_clone().unwrap_or_else(|| self.request(Method::POST, path)), &self.patience)
            .await
        {
            Ok(answer) => self.understand(&answer),
            Err(why) => Outcome::Unknown { why },
        }
    }

    /// Opens the envelope `{entityBody, error}`.
    fn understand<T: DeserializeOwned>(&self, answer: &Answer) -> Outcome<T> {
        let plain = match answer.body.trim_start().starts_with('{') {
            true => Some(answer.body.clone().into_bytes()),
            false => self.jwe.open(&answer.body),
        };
        let envelope = plain.and_then(|bytes| serde_json::from_slice::<Envelope<Value>>(&bytes).ok());
        let Some(envelope) = envelope else {
            return Outcome::unknown(format!("status {} that does not open", answer.status));
        };
        if !answer.status.is_success() {
            return http::refusal(answer.status, envelope.error);
        }
        let body = envelope.entity_body.and_then(|body| serde_json::from_value(body).ok());
        body.map_or_else(|| Outcome::unknown("an answer of another shape"), Outcome::Done)
    }
}

#[async_trait]
impl PayoutGateway for TossPayouts {
    async fn register_seller(&self, form: &PayeeForm, key: &str) -> Outcome<PgSeller> {
        seller(self.write("/v2/sellers", key, Some(&wire_form(form))).await)
    }

    async fn update_seller(&self, pg_seller_id: &str, form: &PayeeForm, key: &str) -> Outcome<PgSeller> {
        seller(self.write(&format!("/v2/sellers/{pg_seller_id}"), key, Some(&wire_form(form))).await)
    }

    async fn seller(&self, pg_seller_id: &str) -> Outcome<PgSeller> {
        seller(self.read(&format!("/v2/sellers/{pg_seller_id}")).await)
    }

    async fn request_payouts(&self, orders: &[PayoutOrder], key: &str) -> Outcome<Vec<PgPayout>> {
        let body = Value::Array(orders.iter().map(wire_order).collect());
        let list: Outcome<WireList> = self.write("/v2/payouts", key, Some(&body)).await;
        list.map(|list| list.items.into_iter().map(PgPayout::from).collect())
    }

    async fn payout(&self, pg_payout_id: &str) -> Outcome<PgPayout> {
        self.read::<WirePayout>(&format!("/v2/payouts/{pg_payout_id}")).await.map(PgPayout::from)
    }

    async fn cancel_payout(&self, pg_payout_id: &str, key: &str) -> Outcome<PgPayout> {
        self.write::<WirePayout>(&format!("/v2/payouts/{pg_payout_id}/cancel"), key, None).await.map(PgPayout::from)
    }

    async fn balances(&self) -> Outcome<Balances> {
        let wire: Outcome<WireBalances> = self.read("/v2/balances").await;
        wire.map(|wire| Balances { pending: wire.pending_amount.value, available: wire.available_amount.value })
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Envelope<T> {
    entity_body: Option<T>,
    error: Option<ErrorBody>,
}

#[derive(Deserialize)]
struct Won {
    value: Money,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct WireSeller {
    id: String,
    ref_seller_id: String,
    status: String,
}

#[derive(Deserialize)]
struct WireList {
    items: Vec<WirePayout>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct WirePayout {
    id: String,
    ref_payout_id: String,
    amount: Won,
    status: PgPayoutStatus,
    error: Option<ErrorBody>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct WireBalances {
    pending_amount: Won,
    available_amount: Won,
}

impl From<WirePayout> for PgPayout {
    fn from(wire: WirePayout) -> PgPayout {
        PgPayout {
            id: wire.id,
            ref_payout_id: wire.ref_payout_id,
            amount: wire.amount.value,
            status: wire.status,
            failure_code: wire.error.map(|error| error.code),
        }
    }
}

fn seller(answer: Outcome<WireSeller>) -> Outcome<PgSeller> {
    match answer {
        Outcome::Done(wire) => match PayeeStatus::of_wire(&wire.status) {
            Some(status) => Outcome::Done(PgSeller { id: wire.id, ref_seller_id: wire.ref_seller_id, status }),
            None => Outcome::unknown(format!("seller state {}", wire.status)),
        },
        Outcome::Refused { code, message } => Outcome::Refused { code, message },
        Outcome::Unknown { why } => Outcome::Unknown { why },
    }
}

fn wire_form(form: &PayeeForm) -> Value {
    json!({
        "refSellerId": form.ref_seller_id,
        "businessType": form.kind,
        "company": {
            "name": form.company_name,
            "representativeName": form.representative,
            "businessRegistrationNumber": form.business_no,
            "email": form.email,
            "phone": form.phone,
        },
        "account": form.account,
    })
}

fn wire_order(order: &PayoutOrder) -> Value {
    let mut wire = json!({
        "refPayoutId": order.ref_payout_id,
        "destination": order.pg_seller_id,
        "amount": { "currency": "KRW", "value": order.amount },
        "transactionDescription": order.description,
    });
    match order.when {
        PayoutWhen::Express => wire["scheduleType"] = json!("EXPRESS"),
        PayoutWhen::On(date) => {
            wire["scheduleType"] = json!("SCHEDULED");
            wire["payoutDate"] = json!(date);
        }
    }
    wire
}
