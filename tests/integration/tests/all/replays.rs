//! Signed messages of outside services, altered, late, for something else, and once more.

use crate::buying::{bought, lines, piece};
use crate::inbound::{CHANGED, deposit_awaited, hmac, toss};
use crate::order_steps::{by_cj, code, dispatched};
use crate::settlement_steps::{mornings_until_batch, pay_out, payable, payouts, sold, told};
use aws::aws_sdk_dynamodb::types::AttributeValue;
use chrono::Duration;
use harness::simulators::carrier::signature;
use harness::{Actor, Host, Shop, json};

fn scans(nobody: &Actor, body: &str, signature: &str) -> harness::Call {
    let call = nobody.post("/v1/inbound/carriers/CJ/tracking-events", json!({}));
    call.body(body).header("drrip-carrier-signature", signature)
}

#[tokio::test]
async fn a_carriers_signature_counts_for_its_body_and_five_minutes() {
    let shop = Shop::open().await;
    let seller = shop.seller().await;
    let tee = seller.product("티셔츠").price(20_000).sku("M", 5).on_sale().await;
    let minji = shop.customer().await;
    let placed = bought(&shop, &minji, &[piece(tee.only(), 1)]).await;
    let line = lines(&shop, &placed).await[0];
    assert_eq!(code(&dispatched(&seller, &[by_cj(line, "100000000001")]).await[0]), "ok");
    let (nobody, secret) = (shop.anonymous(Host::External), shop.carrier().secret.clone());
    let told = |invoice: &str, status: &str| {
        let scan = json!({ "invoice_no": invoice, "status": status, "occurred_at": shop.now().0 });
        json!({ "events": [scan] }).to_string()
    };
    // Five minutes are told to the second.
    shop.clock().stand_at(shop.now().0);
    let (body, at) = (told("100000000001", "AT_PICKUP"), shop.now().0.timestamp());
    for late in [-301, 301, -100_000, 100_000] {
        scans(&nobody, &body, &signature(&secret, at + late, &body)).await.expect_code(401, "signature_invalid");
    }
    let signed = signature(&secret, at, &body);
    let delivered = told("100000000001", "DELIVERED");
    scans(&nobody, &delivered, &signed).await.expect_code(401, "signature_invalid");
    let later = signed.replace(&format!("t={at}"), &format!("t={}", at + 1));
    assert_ne!(later, signed);
    let unsigned = ["", "t=", "v1=", &format!("t={at}"), &format!("t={at},v1="), &later, &signature("", at, &body)];
    for broken in unsigned {
        scans(&nobody, &body, broken).await.expect_code(401, "signature_invalid");
    }
    assert_eq!(shop.value::<i64>("select count(*) from tracking_events", &[]).await, 0);

    // The same request again is the same scan; after five minutes it is nothing.
    for _ in 0..3 {
        scans(&nobody, &body, &signed).await.expect(200);
    }
    shop.run_tasks().await;
    assert_eq!(shop.value::<i64>("select count(*) from tracking_events", &[]).await, 1);
    shop.clock().advance(Duration::seconds(301));
    scans(&nobody, &body, &signed).await.expect_code(401, "signature_invalid");
    shop.close().await;
}

#[tokio::test]
async fn a_payout_event_is_taken_as_it_was_signed_and_says_only_where_to_look() {
    let shop = Shop::open().await;
    let seller = shop.seller().await;
    sold(&shop, &seller, 60_000, "100000000013").await;
    payable(&shop, &seller).await;
    let lead = shop.operator("settlement_lead").await;
    let batch = mornings_until_batch(&shop, &lead).await;
    pay_out(&shop, &batch).await;
    shop.run_tasks().await;
    shop.toss().complete_payouts();
    told(&shop).await;
    assert_eq!(payouts(&shop, &seller).await, ["completed"]);
    let reference: String = shop.value("select ref_payout_id from payouts", &[]).await;
    let body = json!({ "eventType": "payout.changed", "entityBody": { "refPayoutId": reference, "status": "FAILED" } });
    let (body, time) = (body.to_string(), "2026-03-02T10:00:00+09:00");
    let nobody = shop.anonymous(Host::External);
    let sent = |id: &str, body: &str, time: &str, signature: &str| {
        toss(&nobody, "payout-events", id, body)
            .header("tosspayments-webhook-signature", &format!("v1:{signature}"))
            .header("tosspayments-webhook-transmission-time", time)
    };
    let good = hmac(&shop, &body, time);
    let altered = body.replace("FAILED", "CANCELED");
    let body = body.as_str();
    for (body, time) in [(altered.as_str(), time), (body, "2026-03-02T10:00:01+09:00"), (body, ""), ("", time)] {
        sent("p-1", body, time, &good).await.expect_code(401, "signature_invalid");
    }
    // An old one under new numbers, and one that lies under the right key: the provider is asked, and says the same as
    // before.
    let books =
        "select jsonb_build_array((select jsonb_agg(p) from payouts p), (select count(*) from ledger_entries))::text";
    let before: String = shop.value(books, &[]).await;
    for id in ["p-1", "p-2"] {
        assert_eq!(sent(id, body, time, &good).await.expect(200)["queued"], true);
        shop.run_tasks().await;
        shop.clock().advance(Duration::days(30));
    }
    assert_eq!(shop.value::<String>(books, &[]).await, before);
    shop.close().await;
}

#[tokio::test]
async fn the_secret_of_one_account_proves_no_deposit_into_another() {
    let shop = Shop::open().await;
    let (_minji, ours) = deposit_awaited(&shop).await;
    let (_sumin, theirs) = deposit_awaited(&shop).await;
    let order = |placed: &harness::Answer| placed["payment"]["pg_order_id"].as_str().unwrap().to_owned();
    let secret = shop.toss().payment_of_order(&order(&theirs)).unwrap().secret.unwrap();
    let nobody = shop.anonymous(Host::External);
    let deposit = |order: &str| {
        json!({ "createdAt": "x", "secret": secret, "status": "DONE", "transactionKey": "t", "orderId": order })
            .to_string()
    };
    toss(&nobody, "deposits", "d-1", &deposit(&order(&ours))).await.expect_code(401, "signature_invalid");
    // Its own, long before anything was paid: proven, and the gateway says that nothing was.
    toss(&nobody, "deposits", "d-2", &deposit(&order(&theirs))).await.expect(200);
    shop.run_tasks().await;
    let states: Vec<String> = shop.values("select distinct state from payments", &[]).await;
    assert_eq!(states, ["waiting_for_deposit"]);
    shop.close().await;
}

#[tokio::test]
async fn a_message_that_comes_again_when_nobody_remembers_it_causes_nothing_new() {
    let shop = Shop::open().await;
    let nobody = shop.anonymous(Host::External);
    toss(&nobody, "payment-events", "t-1", CHANGED).await.expect(200);
    shop.run_tasks().await;
    // The inbox forgets after its days.
    let tables = shop.boot().aws.tables();
    let forget = tables.client.delete_item().table_name(tables.name("payment_webhook_events"));
    forget.key("message_key", AttributeValue::S("toss#t-1".into())).send().await.unwrap();
    assert_eq!(toss(&nobody, "payment-events", "t-1", CHANGED).await.expect(200)["queued"], true);
    assert_eq!(shop.events("payment_webhook.received").await.len(), 1);
    shop.close().await;
}
