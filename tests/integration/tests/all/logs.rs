//! What is logged: one trace from the call to the last task it causes, and nobody's personal data.

use crate::buying::{order, piece, quote, window};
use harness::{Host, Shop, Value, json, serve};
use std::io::Write;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tracing::subscriber::DefaultGuard;

/// Everything logged on this thread while it lives.
#[derive(Clone, Default)]
pub struct Log(Arc<Mutex<Vec<u8>>>);

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }
    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl Log {
    pub fn start(level: &str) -> (Log, DefaultGuard) {
        let log = Log::default();
        let writer = log.clone();
        let guard = tracing::subscriber::set_default(boot::telemetry::subscriber(level, move || writer.clone()));
        (log, guard)
    }

    pub fn text(&self) -> String {
        String::from_utf8(self.0.lock().unwrap().clone()).unwrap()
    }

    fn lines(&self) -> Vec<Value> {
        self.text().lines().map(|line| serde_json::from_str(line).unwrap_or_else(|e| panic!("{e}: {line}"))).collect()
    }
}

#[tokio::test]
async fn a_request_id_leads_from_the_call_over_the_outbox_to_every_task_and_partner() {
    let shop = Shop::open().await;
    shop.make_queues().await;
    let (minji, seller) = (shop.customer().await, shop.seller().await);
    let tee = seller.product("티셔츠").sku("M", 5).on_sale().await;
    minji.address().await;
    let own = shop.own_client(&seller, &["partner:webhooks:manage", "partner:orders:read"]).await;
    let hook = json!({ "url": shop.hooks().endpoint("erp"), "event_types": ["order.paid"] });
    own.post("/v1/webhook-endpoints", hook).await.expect(201);
    let placed = order(&minji, &quote(&minji, &[piece(tee.sku("M"), 1)]).await).await;
    let returned = window(&shop, &placed).await;
    shop.run_tasks().await;

    let (log, _guard) = Log::start("info");
    serve::queues::poll(shop.boot()).await.unwrap();
    let trace = "story-0af7651916cd43dd";
    let paid = minji.post("/v1/payments/confirm", returned).header("x-request-id", trace).await.expect(200);
    assert_eq!(paid.header("x-request-id"), Some(trace));
    for event in ["order.paid", "product_order.status_changed"] {
        assert!(shop.events(event).await.iter().all(|event| event.trace_id == trace), "{event}");
    }
    let of_trace = || -> Vec<Value> { log.lines().into_iter().filter(|line| line["trace_id"] == trace).collect() };
    let wanted = ["finalize_stock", "order_status_alert", "notify_seller", "deliver_partner_webhook"];
    let done = |task: &str| of_trace().iter().any(|line| line["message"] == "task done" && line["task"] == task);
    for _ in 0..150 {
        if wanted.iter().all(|task| done(task)) && shop.hooks().received("erp").len() > 1 {
            break;
        }
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    for task in wanted {
        assert!(done(task), "{task} does not name {trace}:\n{}", log.text());
    }
    assert_eq!(shop.hooks().received("erp")[1].headers["x-request-id"], trace, "partners are told it too");
    let lines = of_trace();
    let request = lines.iter().find(|line| line["message"] == "request").unwrap();
    assert_eq!((&request["path"], &request["status"]), (&json!("/v1/payments/confirm"), &json!(200)));
    shop.close().await;
}

#[tokio::test]
async fn no_line_holds_personal_data() {
    let shop = Shop::open().await;
    let (log, _guard) = Log::start("debug,aws=info,hyper=info,h2=info,tokio_postgres=info,rustls=info");
    let minji = shop.customer().await;
    let seller = shop.seller().await;
    let tee = seller.product("티셔츠").sku("M", 5).on_sale().await;
    let address = json!({ "recipient": "황보은별", "phone": "010-8765-4321", "postcode": "06236", "address1": "비밀로 77길 12", "address2": "지하 3층 307호", "is_default": true });
    minji.post("/v1/me/addresses", address.clone()).await.expect(201);
    let placed = order(&minji, &quote(&minji, &[piece(tee.sku("M"), 1)]).await).await;
    crate::buying::pay(&shop, &minji, &placed).await;

    // Refused, malformed, conflicting: what goes wrong is logged most.
    let nobody = shop.anonymous(Host::Service);
    let mail = "eunbyeol@personal.test";
    nobody.post("/v1/auth/email-verifications", json!({ "email": mail })).await.expect(202);
    nobody.post("/v1/auth/email-verifications", json!({ "email": mail, "phone": "010-8765-4321" })).await.expect(422);
    let secret = "Correct-Horse-7";
    nobody.post("/v1/auth/sign-in", json!({ "email": minji.email, "password": secret })).await;
    let mut odd = address.clone();
    odd["postcode"] = json!("x".repeat(30));
    minji.post("/v1/me/addresses", odd).await.expect(422);
    nobody.get(&format!("/v1/me?email={mail}")).await.expect(401);
    shop.run_tasks().await;

    let text = log.text();
    assert!(log.lines().len() > 10, "{text}");
    // No token either: eyJ is how every one begins.
    for private in
        [minji.email.as_str(), &minji.phone, minji.name, mail, "황보은별", "8765", "비밀로", "307호", secret, "eyJ"]
    {
        assert!(!text.contains(private), "{private} is in the log:\n{text}");
    }
    shop.close().await;
}
