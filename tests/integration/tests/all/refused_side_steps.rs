//! Every state with every action, of coupons in wallets, applications, and partners' endpoints and deliveries: what the
//! tables of states do not list is refused, or changes nothing.

use crate::buying::{accepted, piece, quote};
use crate::seller_account::opened;
use crate::webhook::{SCOPES, endpoint, heard, path, reviewed};
use harness::{Answer, Shop, json};

/// `ok`, or the code of a refusal.
fn said(answer: &Answer) -> &str {
    if answer.status.is_success() { "ok" } else { answer["code"].as_str().unwrap() }
}

#[tokio::test]
async fn a_coupon_of_a_wallet_is_reserved_when_it_is_issued_and_never_else() {
    let shop = Shop::open().await;
    let seller = shop.seller().await;
    let tee = seller.product("티셔츠").price(30_000).sku("M", 9).on_sale().await;
    let minji = shop.customer().await;
    minji.address().await;
    let coupon = shop.coupon("장바구니 3천원").cart().fixed(3_000).make().await;
    let take = format!("/v1/coupons/{coupon}/download");
    let mine = minji.post(&take, json!({})).await.expect(201);
    let mine: kernel::UserCouponId = mine.read("user_coupon_id");
    let kept = quote(&minji, &[piece(tee.only(), 1)]).await;
    let quote = format!("/v1/checkout-quotes/{}", kept["quote_id"].as_str().unwrap());
    let select = json!({ "coupons": { "cart": mine } });
    let kept = minji.patch(&quote, select.clone()).await.expect(200);
    // Carried from state to state without an order.
    shop.sql("alter table user_coupons drop constraint user_coupons_bound_to_order", &[]).await;
    for state in ["reserved", "used", "expired", "revoked"] {
        shop.sql("update user_coupons set state = $2 where id = $1", &[&mine, &state]).await;
        let placed = minji.post("/v1/purchase-orders", accepted(&kept)).await;
        placed.expect_code(409, "coupon_unavailable");
        minji.patch(&quote, select.clone()).await.expect_code(404, "user_coupon_not_found");
        assert_eq!(minji.get(&format!("{quote}/coupons")).await.expect(200).items().len(), 0);
        minji.post(&take, json!({})).await.expect_code(409, "already_issued");
        let after: String = shop.value("select state from user_coupons where id = $1", &[&mine]).await;
        assert_eq!(after, state, "it stays as it was");
    }
    shop.sql("update user_coupons set state = 'issued' where id = $1", &[&mine]).await;
    minji.post("/v1/purchase-orders", accepted(&kept)).await.expect(201);
    shop.close().await;
}

#[tokio::test]
async fn an_application_takes_only_the_steps_its_state_allows() {
    let shop = Shop::open().await;
    let (owner, joined) = opened(&shop).await;
    let token = format!("Bearer {}", joined["access_token"].as_str().unwrap());
    let lead = shop.operator("md_lead").await;
    let approve = format!("/v1/seller-applications/{}/approve", joined["application_id"].as_str().unwrap());
    let terms = json!({ "commission_rate": "0.12", "effective_from": shop.now().date().to_string() });
    // Sending it and accepting it. Its payout account is not there yet, which is the last thing asked for.
    let table = [
        ("draft", "application_incomplete", "invalid_state"),
        ("submitted", "ok", "payout_account_missing"),
        ("reviewing", "invalid_state", "payout_account_missing"),
        ("supplement_requested", "application_incomplete", "invalid_state"),
        ("approved", "invalid_state", "invalid_state"),
        ("rejected", "invalid_state", "invalid_state"),
        ("withdrawn", "invalid_state", "invalid_state"),
    ];
    for (state, submitted, approved) in table {
        shop.sql("update seller_applications set state = $1", &[&state]).await;
        let version: i32 = shop.value("select version from seller_applications", &[]).await;
        let answer = owner.post("/v1/onboarding/submit", json!({})).header("authorization", &token).await;
        assert_eq!(said(&answer), submitted, "submit of {state}: {}", answer.text);
        let answer = lead.post(&approve, json!({ "terms": terms })).await;
        assert_eq!(said(&answer), approved, "approve of {state}: {}", answer.text);
        let after: String = shop.value("select state || ' ' || version from seller_applications", &[]).await;
        assert_eq!(after, format!("{state} {version}"), "it stays as it was");
    }
    shop.close().await;
}

#[tokio::test]
async fn an_endpoint_takes_only_the_steps_its_state_allows() {
    let shop = Shop::open().await;
    let seller = shop.seller().await;
    let partner = shop.own_client(&seller, SCOPES).await;
    let made = endpoint(&shop, &partner, "erp", &["product.reviewed"]).await;
    let now = shop.now().0;
    let window = json!({ "endpoint_id": made["endpoint_id"], "from": now, "until": now + chrono::Duration::hours(1) });
    // Pausing, resuming and sending a window again, and where the first two lead.
    let table = [
        ("active", [("ok", "paused"), ("ok", "active")], "ok"),
        ("paused", [("ok", "paused"), ("ok", "active")], "webhook_endpoint_inactive"),
        ("disabled", [("invalid_state", "disabled"), ("ok", "active")], "webhook_endpoint_inactive"),
    ];
    for (state, switched, replayed) in table {
        for (paused, (answered, becomes)) in [true, false].into_iter().zip(switched) {
            shop.sql("update webhook_endpoints set state = $1", &[&state]).await;
            let answer = partner.patch(&path(&made), json!({ "paused": paused })).await;
            assert_eq!(said(&answer), answered, "paused {paused} of {state}: {}", answer.text);
            assert_eq!(shop.value::<String>("select state from webhook_endpoints", &[]).await, becomes);
        }
        shop.sql("update webhook_endpoints set state = $1", &[&state]).await;
        let answer = partner.post("/v1/webhook-deliveries/replay", json!({ "failed_between": window })).await;
        assert_eq!(said(&answer), replayed, "replay to {state}: {}", answer.text);
    }
    // Removed in whatever state; then there is none.
    partner.delete(&path(&made)).await.expect(204);
    for again in [partner.delete(&path(&made)).await, partner.patch(&path(&made), json!({ "paused": false })).await] {
        again.expect_code(404, "webhook_endpoint_not_found");
    }
    shop.close().await;
}

#[tokio::test]
async fn a_delivery_is_sent_while_it_waits_and_again_when_it_ended() {
    let shop = Shop::open().await;
    let seller = shop.seller().await;
    let partner = shop.own_client(&seller, SCOPES).await;
    endpoint(&shop, &partner, "erp", &["product.reviewed"]).await;
    reviewed(&shop, &seller).await;
    let id: kernel::WebhookDeliveryId = shop.value("select id from webhook_deliveries", &[]).await;
    // What its message and a replay do.
    let table = [
        ("pending", "sent", "not_replayable"),
        ("retrying", "sent", "not_replayable"),
        ("delivered", "left", "queued"),
        ("dead", "left", "queued"),
        ("canceled", "left", "not_replayable"),
    ];
    let put = "update webhook_deliveries set state = $1, attempts = 1, next_attempt_at = $2, queued_until = null, delivered_at = null";
    for (state, message, replayed) in table {
        shop.sql(put, &[&state, &shop.now()]).await;
        let before = heard(&shop, "erp").len();
        let due = events::WebhookDue { delivery_id: id, attempt: 2, delay_seconds: 0 };
        let tx = shop.boot().db.begin().await.unwrap();
        jobs::outbox::emit(&tx, &due, shop.now()).await.unwrap();
        tx.commit().await.unwrap();
        shop.run_tasks().await;
        let sent = if heard(&shop, "erp").len() > before { "sent" } else { "left" };
        assert_eq!(sent, message, "the message of {state}");
        shop.sql(put, &[&state, &shop.now()]).await;
        let answer = partner.post("/v1/webhook-deliveries/replay", json!({ "delivery_ids": [id] })).await.expect(202);
        assert_eq!(answer.items()[0]["outcome"], replayed, "a replay of {state}");
    }
    shop.run_tasks().await;
    shop.close().await;
}
