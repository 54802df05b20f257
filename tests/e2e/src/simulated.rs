//! What the outside does: customers at the payment window, carriers with parcels, the bank.

use serde_json::{Value, json};

/// The simulators' control calls.
#[derive(Clone)]
pub struct Simulated {
    http: reqwest::Client,
    toss: String,
    carrier: String,
}

impl Simulated {
    /// From TOSS_URL and CARRIER_URL.
    ///
    /// # Panics
    /// When they are not set.
    pub fn find(http: &reqwest::Client) -> Simulated {
        let url = |name: &str| std::env::var(name).unwrap_or_else(|_| panic!("{name}"));
        Simulated { http: http.clone(), toss: url("TOSS_URL"), carrier: url("CARRIER_URL") }
    }

    async fn tell(&self, url: String, body: Value) -> Value {
        let answer = self.http.post(&url).json(&body).send().await.unwrap_or_else(|error| panic!("{url}: {error}"));
        let status = answer.status();
        let body: Value = answer.json().await.unwrap_or_default();
        assert!(status.is_success(), "{url}: {status} {body}");
        body
    }

    pub async fn set_clock(&self, offset_seconds: i64) {
        self.tell(format!("{}/sim/clock", self.toss), json!({ "offset_seconds": offset_seconds })).await;
    }

    /// The customer pays by card in the payment window; answers what the window hands back.
    pub async fn pays_by_card(&self, pg_order_id: &str, amount: i64) -> Value {
        let ask = json!({ "orderId": pg_order_id, "amount": amount, "method": "카드", "outcome": "success" });
        self.tell(format!("{}/sim/window", self.toss), ask).await
    }

    /// The carrier scans a parcel and pushes the scan.
    pub async fn scans(&self, carrier: &str, invoice_no: &str, status: &str) -> Value {
        self.tell(format!("{}/sim/parcels/{carrier}/{invoice_no}/scan", self.carrier), json!({ "status": status }))
            .await
    }

    /// All pending sales become available for payouts, and some more money.
    pub async fn fills_balance(&self, won: i64) {
        self.tell(format!("{}/sim/balances", self.toss), json!({ "top_up": won })).await;
    }

    /// The bank executes what was ordered.
    pub async fn settles_payouts(&self) -> Value {
        self.tell(format!("{}/sim/payouts/settle", self.toss), json!({ "result": "COMPLETED" })).await
    }

    /// The payment provider's books.
    pub async fn books(&self) -> Value {
        let url = format!("{}/sim/books", self.toss);
        self.http.get(&url).send().await.expect("the simulator answers").json().await.expect("its books")
    }
}
