//! A merchant's plain HTTP client.

use reqwest::{Client, RequestBuilder};
use serde_json::{Value, json};
use simulators::TossSim;
use simulators::toss::{Redirect, Window};

pub struct Shop<'a> {
    pub toss: &'a TossSim,
    pub http: Client,
}

/// Status and body.
pub type Answer = (u16, Value);

impl<'a> Shop<'a> {
    pub fn of(toss: &'a TossSim) -> Self {
        Self { toss, http: Client::builder().no_proxy().build().unwrap() }
    }

    pub fn post(&self, path: &str) -> RequestBuilder {
        self.http.post(format!("{}{path}", self.toss.url)).basic_auth(&self.toss.secret_key, Some(""))
    }

    pub fn get(&self, path: &str) -> RequestBuilder {
        self.http.get(format!("{}{path}", self.toss.url)).basic_auth(&self.toss.secret_key, Some(""))
    }

    /// Plays a window that succeeds; answers the paymentKey.
    pub fn window(&self, window: Window) -> String {
        match self.toss.window(window) {
            Redirect::Success { payment_key, .. } => payment_key,
            Redirect::Fail { code, .. } => panic!("the window failed: {code}"),
        }
    }

    pub async fn confirm(&self, payment_key: &str, order_id: &str, amount: i64) -> Answer {
        let body = json!({"paymentKey": payment_key, "orderId": order_id, "amount": amount});
        answer(self.post("/v1/payments/confirm").json(&body)).await
    }

    pub async fn cancel(&self, payment_key: &str, body: Value) -> Answer {
        answer(self.post(&format!("/v1/payments/{payment_key}/cancel")).json(&body)).await
    }

    pub async fn payment_of(&self, order_id: &str) -> Answer {
        answer(self.get(&format!("/v1/payments/orders/{order_id}"))).await
    }

    /// Window and confirm.
    pub async fn paid(&self, window: Window) -> String {
        let (order_id, amount) = (window.order_id.clone(), window.amount);
        let payment_key = self.window(window);
        let (status, body) = self.confirm(&payment_key, &order_id, amount).await;
        assert_eq!(status, 200, "{body}");
        payment_key
    }
}

pub async fn answer(request: RequestBuilder) -> Answer {
    let response = request.send().await.unwrap();
    (response.status().as_u16(), response.json().await.unwrap())
}

/// Status and code of a refusal.
pub fn refusal(answer: &Answer) -> (u16, &str) {
    (answer.0, answer.1["code"].as_str().or(answer.1["error"]["code"].as_str()).unwrap_or_default())
}
