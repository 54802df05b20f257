//! What outside services tell us: taken once, proven where it can be, queued again when a copy was stored but not queued.

use crate::buying::{accepted, bought, lines, piece, quote};
use aws::aws_sdk_dynamodb::types::AttributeValue;
use harness::simulators::carrier::{ScanStatus, signature};
use harness::simulators::toss::Window;
use harness::simulators::toss::outbox::Targets;
use harness::{Actor, Answer, Host, Shop, json};

async fn received(shop: &Shop) -> usize {
    shop.events("payment_webhook.received").await.len()
}

pub fn toss(nobody: &Actor, path: &str, id: &str, body: &str) -> harness::Call {
    let call = nobody.post(&format!("/v1/inbound/toss/{path}"), json!({}));
    call.body(body).header("tosspayments-webhook-transmission-id", id).without("idempotency-key")
}

pub const CHANGED: &str = r#"{"eventType":"PAYMENT_STATUS_CHANGED","createdAt":"x","data":{"orderId":"nobody-1","paymentKey":"k","status":"DONE"}}"#;

#[tokio::test]
async fn an_event_is_taken_once() {
    let shop = Shop::open().await;
    let nobody = shop.anonymous(Host::External);
    assert_eq!(toss(&nobody, "payment-events", "t-1", CHANGED).await.expect(200)["queued"], true);
    assert_eq!(toss(&nobody, "payment-events", "t-1", CHANGED).await.expect(200)["queued"], false);
    assert_eq!(received(&shop).await, 1);
    toss(&nobody, "payment-events", "t-2", CHANGED).await.expect(200);
    assert_eq!(received(&shop).await, 2);
    // Unknown kinds and rubbish are kept and answered 200, so that nobody sends them for days.
    for (id, body) in [("t-3", r#"{"eventType":"BILLING_DELETED","data":{"billingKey":"b"}}"#), ("t-4", "rubbish")] {
        assert_eq!(toss(&nobody, "payment-events", id, body).await.expect(200)["queued"], false);
    }
    assert_eq!(received(&shop).await, 2);
    let events = shop.events("payment_webhook.received").await;
    assert_eq!(
        (&events[0].payload["pg_order_id"], &events[0].payload["kind"]),
        (&json!("nobody-1"), &json!("PAYMENT_STATUS_CHANGED"))
    );
    shop.close().await;
}

#[tokio::test]
async fn messages_are_told_on_in_the_order_they_came() {
    let shop = Shop::open().await;
    let nobody = shop.anonymous(Host::External);
    let came: Vec<String> = (1..=6).map(|n| format!("t-{n}")).collect();
    for id in &came {
        toss(&nobody, "payment-events", id, CHANGED).await.expect(200);
    }
    let events = shop.events("payment_webhook.received").await;
    let told: Vec<&str> = events.iter().filter_map(|event| event.payload["message_id"].as_str()).collect();
    assert_eq!(told, came);
    shop.close().await;
}

#[tokio::test]
async fn a_copy_that_was_stored_but_never_queued_is_queued_by_the_next() {
    let shop = Shop::open().await;
    let nobody = shop.anonymous(Host::External);
    let tables = shop.boot().aws.tables();
    let s = |text: &str| AttributeValue::S(text.to_owned());
    let state = |state: &'static str| {
        let update = tables.client.update_item().table_name(tables.name("payment_webhook_events"));
        update
            .key("message_key", s("toss#t-1"))
            .update_expression("SET #s = :s")
            .expression_attribute_names("#s", "state")
            .expression_attribute_values(":s", s(state))
            .send()
    };
    // The process died right after the put.
    state("stored").await.unwrap();
    assert_eq!(toss(&nobody, "payment-events", "t-1", CHANGED).await.expect(200)["queued"], true);
    assert_eq!(received(&shop).await, 1);
    // It died between the outbox and the mark: what makes the event one is the same, so there is still one.
    state("stored").await.unwrap();
    toss(&nobody, "payment-events", "t-1", CHANGED).await.expect(200);
    assert_eq!(received(&shop).await, 1);
    shop.close().await;
}

#[tokio::test]
async fn payout_events_are_signed() {
    let shop = Shop::open().await;
    let nobody = shop.anonymous(Host::External);
    let body =
        r#"{"eventType":"seller.changed","entityBody":{"id":"seller_1","refSellerId":"ours","status":"APPROVED"}}"#;
    let unsigned = || toss(&nobody, "payout-events", "p-1", body);
    unsigned().await.expect_code(401, "signature_invalid");
    let wrong = unsigned()
        .header("tosspayments-webhook-signature", "v1:AAAA")
        .header("tosspayments-webhook-transmission-time", "x");
    wrong.await.expect_code(401, "signature_invalid");
    assert_eq!(received(&shop).await, 0);

    // The gateway itself signs, with a retiring key's value first.
    let url = format!("{}/v1/inbound/toss/payout-events", shop.url(Host::External).await);
    shop.toss().set_targets(Targets { payout: Some(url), ..Targets::default() });
    let key = hmac(&shop, body, "2026-03-02T10:00:00+09:00");
    let signed = unsigned()
        .header("tosspayments-webhook-signature", &format!("v1:AAAA,v1:{key}"))
        .header("tosspayments-webhook-transmission-time", "2026-03-02T10:00:00+09:00");
    assert_eq!(signed.await.expect(200)["queued"], true);
    assert_eq!(shop.events("payment_webhook.received").await[0].payload["pg_seller_id"], "seller_1");
    shop.close().await;
}

#[tokio::test]
async fn an_address_that_floods_us_with_unsigned_events_comes_again_later() {
    let shop = Shop::open().await;
    let nobody = shop.anonymous(Host::External);
    let crowd = nobody.with_header("x-forwarded-for", "203.0.113.9");
    assert_eq!(toss(&crowd, "payment-events", "t-1", CHANGED).await.expect(200)["queued"], true);
    let tables = shop.boot().aws.tables();
    // Full for this minute and the next, so that it does not matter when the minute ends.
    let minute = shop.now().0.timestamp() / 60;
    for start in [minute * 60, (minute + 1) * 60] {
        let fill = tables.client.update_item().table_name(tables.name("rate_limit_counters"));
        let fill = fill.key("counter", AttributeValue::S("toss_unsigned_ip#203.0.113.9".into()));
        let fill = fill.key("window_start", AttributeValue::N(start.to_string())).update_expression("ADD hits :most");
        fill.expression_attribute_values(":most", AttributeValue::N("600".into())).send().await.unwrap();
    }
    let refused = toss(&crowd, "payment-events", "t-2", CHANGED).await.expect_code(429, "too_many_requests");
    assert!(refused.header("retry-after").is_some());
    assert_eq!(received(&shop).await, 1, "nothing is stored");
    toss(&nobody, "payment-events", "t-2", CHANGED).await.expect(200);
    shop.clock().advance(chrono::Duration::minutes(3));
    assert_eq!(toss(&crowd, "payment-events", "t-3", CHANGED).await.expect(200)["queued"], true);
    shop.close().await;
}

pub fn hmac(shop: &Shop, body: &str, time: &str) -> String {
    use base64::Engine as _;
    let key = hex::decode(&shop.toss().security_key).unwrap();
    let key = aws_lc_rs::hmac::Key::new(aws_lc_rs::hmac::HMAC_SHA256, &key);
    base64::engine::general_purpose::STANDARD.encode(aws_lc_rs::hmac::sign(&key, format!("{body}:{time}").as_bytes()))
}

/// An order that waits for a deposit.
async fn waiting_for_deposit(shop: &Shop) -> (harness::Customer, Answer) {
    let seller = shop.seller().await;
    let tee = seller.product("티셔츠").price(20_000).sku("M", 5).on_sale().await;
    let minji = shop.customer().await;
    minji.address().await;
    let quote = quote(&minji, &[piece(tee.only(), 1)]).await;
    let mut body = accepted(&quote);
    body["payment_method"] = json!("virtual_account");
    let placed = minji.post("/v1/purchase-orders", body).await.expect(201);
    let (id, amount) = (placed["payment"]["pg_order_id"].as_str().unwrap().to_owned(), placed.won("total_payable"));
    let redirect = shop.toss().window(Window::virtual_account(&id, amount, 24));
    let returned = json!({ "payment_key": redirect.payment_key(), "order_id": id, "amount": amount });
    let confirmed = minji.post("/v1/payments/confirm", returned).await.expect(200);
    assert_eq!(confirmed["state"], "waiting_for_deposit");
    shop.run_tasks().await;
    (minji, placed)
}

#[tokio::test]
async fn a_deposit_is_believed_with_the_secret_of_its_account() {
    let shop = Shop::open().await;
    let (_minji, placed) = waiting_for_deposit(&shop).await;
    let order_id = placed["payment"]["pg_order_id"].as_str().unwrap().to_owned();
    let nobody = shop.anonymous(Host::External);
    for (order, secret) in [(order_id.as_str(), "ps_wrong"), ("nobody-1", "ps_wrong")] {
        let body =
            json!({ "createdAt": "x", "secret": secret, "status": "DONE", "transactionKey": "t", "orderId": order });
        toss(&nobody, "deposits", "d-0", &body.to_string()).await.expect_code(401, "signature_invalid");
    }
    toss(&nobody, "deposits", "d-0", "{}").await.expect_code(400, "malformed_request");
    assert_eq!(received(&shop).await, 0);

    let external = shop.url(Host::External).await;
    let target = |path: &str| Some(format!("{external}/v1/inbound/toss/{path}"));
    shop.toss().set_targets(Targets { payment: target("payment-events"), deposit: target("deposits"), payout: None });
    shop.toss().deposit(&order_id).unwrap();
    // Both kinds of event arrive, each twice.
    shop.toss().travel(|travel| travel.duplicate = 1);
    shop.toss().flush_webhooks().await;
    assert_eq!(received(&shop).await, 2);
    shop.run_tasks().await;
    let id: kernel::PurchaseOrderId = placed.read("purchase_order_id");
    let states: Vec<String> =
        shop.values("select state from product_orders where purchase_order_id = $1", &[&id]).await;
    assert_eq!(states, ["paid"]);
    shop.close().await;
}

#[tokio::test]
async fn scans_move_a_parcel_and_wait_for_one_that_is_not_registered_yet() {
    let shop = Shop::open().await;
    let seller = shop.seller().await;
    let tee = seller.product("티셔츠").price(20_000).sku("M", 5).on_sale().await;
    let minji = shop.customer().await;
    let placed = bought(&shop, &minji, &[piece(tee.only(), 1)]).await;
    let line = lines(&shop, &placed).await[0];
    let carrier = shop.carrier();
    carrier.push_to(&shop.url(Host::External).await);
    let state = async || shop.value::<String>("select state from product_orders where id = $1", &[&line]).await;

    // The carrier is faster than the seller.
    let pushed = carrier.scan("CJ", "123456789012", ScanStatus::AtPickup).await;
    assert_eq!(
        (pushed.statuses.as_slice(), pushed.body.contains("waiting")),
        ([200].as_slice(), true),
        "{}",
        pushed.body
    );
    let own = shop.own_client(&seller, &["partner:orders:write"]).await;
    let item =
        json!({ "product_order_id": line, "method": "parcel", "carrier_code": "CJ", "invoice_no": "123456789012" });
    own.post("/v1/product-orders/dispatch", json!({ "items": [item] })).await.expect(200);
    shop.run_schedule("match_waiting_scans").await;
    shop.run_tasks().await;
    assert_eq!(state().await, "delivering");

    let pushed = carrier
        .scan_with(
            "CJ",
            "123456789012",
            harness::simulators::carrier::ScanRequest::of(ScanStatus::Delivered).repeated(2),
        )
        .await;
    assert_eq!(pushed.statuses, [200, 200, 200]);
    assert!(pushed.body.contains("accepted"));
    shop.run_tasks().await;
    assert_eq!(state().await, "delivered");
    let scans: i64 = shop.value("select count(*) from tracking_events", &[]).await;
    assert_eq!(scans, 2);

    // Proof, carrier and time.
    let nobody = shop.anonymous(Host::External);
    let body = json!({ "events": [{ "invoice_no": "1", "status": "IN_TRANSIT", "occurred_at": shop.now().0 }, { "odd": true }] }).to_string();
    let at = shop.now().0.timestamp();
    let push = |carrier: &str, signature: &str| {
        nobody
            .post(&format!("/v1/inbound/carriers/{carrier}/tracking-events"), json!({}))
            .body(body.clone())
            .header("drrip-carrier-signature", signature)
    };
    push("CJ", &signature("other", at, &body)).await.expect_code(401, "signature_invalid");
    push("CJ", &signature(&shop.carrier().secret, at - 301, &body)).await.expect_code(401, "signature_invalid");
    push("NOBODY", &signature(&shop.carrier().secret, at, &body)).await.expect_code(404, "carrier_not_found");
    let taken = push("CJ", &signature(&shop.carrier().secret, at, &body)).await.expect(200);
    assert_eq!(taken["results"], json!(["waiting", "invalid"]));
    shop.clock().advance(chrono::Duration::days(8));
    shop.run_schedule("match_waiting_scans").await;
    assert_eq!(shop.value::<i64>("select count(*) from waiting_scans", &[]).await, 0, "dropped after seven days");
    shop.close().await;
}

/// Used by the notification stories too.
pub async fn deposit_awaited(shop: &Shop) -> (harness::Customer, Answer) {
    waiting_for_deposit(shop).await
}
