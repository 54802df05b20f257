//! Second factors and second proofs: a code works once, a challenge ends, presence is proven for five minutes, and a new
//! device is told of.

use crate::admin_identity::{enrolled, totp_code};
use crate::sessions::{operator_session, sign_in};
use chrono::Duration;
use harness::{Answer, Host, PASSWORD, Shop, json};

#[tokio::test]
async fn one_code_opens_one_session_even_at_once() {
    let shop = Shop::open().await;
    let (operator, secret) = enrolled(&shop, "md").await;
    let door = shop.anonymous(Host::Admin);
    let one = sign_in(&door, &operator, PASSWORD).await.expect(200);
    let two = sign_in(&door, &operator, PASSWORD).await.expect(200);
    shop.clock().advance(Duration::seconds(30));
    let code = totp_code(&secret, shop.now());
    let verify = |challenge: &Answer, code: &str| {
        let body = json!({ "challenge_id": challenge["challenge_id"], "proof": { "code": code } });
        door.post("/v1/auth/mfa-verifications", body)
    };
    let (first, second) = futures::join!(async { verify(&one, &code).await }, async { verify(&two, &code).await });
    let mut statuses = [first.status.as_u16(), second.status.as_u16()];
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 422], "{} {}", first.text, second.text);
    // A challenge of one host is unknown on another, and five wrong codes end it.
    let elsewhere = json!({ "challenge_id": two["challenge_id"], "proof": { "code": code } });
    door.at(Host::Seller).post("/v1/auth/second-factor", elsewhere).await.expect_code(410, "ticket_expired");
    let three = sign_in(&door, &operator, PASSWORD).await.expect(200);
    let four = sign_in(&door, &operator, PASSWORD).await.expect(200);
    for _ in 0..5 {
        verify(&three, "000000").await.expect_code(422, "code_mismatch");
    }
    verify(&three, "000000").await.expect_code(410, "code_exhausted");
    // Five failures lock the account: neither a right code nor the password counts for a quarter of an hour.
    shop.clock().advance(Duration::seconds(30));
    verify(&four, &totp_code(&secret, shop.now())).await.expect_code(422, "code_mismatch");
    sign_in(&door, &operator, PASSWORD).await.expect_code(401, "sign_in_failed");
    shop.clock().advance(Duration::minutes(15));
    sign_in(&door, &operator, PASSWORD).await.expect(200);
    shop.close().await;
}

#[tokio::test]
async fn a_sign_in_from_a_new_device_is_mailed_to_the_operator() {
    let shop = Shop::open().await;
    let (operator, secret) = enrolled(&shop, "md").await;
    let door = shop.anonymous(Host::Admin).with_header("x-forwarded-for", "192.0.2.10");
    operator_session(&shop, &door, &operator, &secret).await;
    shop.run_tasks().await;
    let letters = shop.letters(&operator).await;
    assert_eq!(letters.len(), 1, "the first sign-in is from a new device");
    assert_eq!(letters[0].subject, "[Drrip] 새 기기에서 로그인했습니다 / Sign-in from a new device");
    for told in ["IP: 192.0.2.10", "브라우저: drrip-tests", "Browser: drrip-tests", "보안 담당자", "security officer"]
    {
        assert!(letters[0].text.contains(told), "{told} in {}", letters[0].text);
    }
    // The same browser, and another address of the same network.
    operator_session(&shop, &door, &operator, &secret).await;
    operator_session(&shop, &door.with_header("x-forwarded-for", "192.0.2.77"), &operator, &secret).await;
    shop.run_tasks().await;
    assert_eq!(shop.letters(&operator).await.len(), 1);
    let phone = door.with_header("user-agent", "somebody's phone");
    operator_session(&shop, &phone, &operator, &secret).await;
    shop.run_tasks().await;
    let letters = shop.letters(&operator).await;
    assert!(letters.len() == 2 && letters[1].text.contains("somebody's phone"));
    // A wrong code is no sign-in; after 90 days without one a device is new again.
    shop.clock().advance(Duration::days(91));
    let challenge = sign_in(&door, &operator, PASSWORD).await.expect(200);
    let body = json!({ "challenge_id": challenge["challenge_id"], "proof": { "code": "000000" } });
    door.post("/v1/auth/mfa-verifications", body).await.expect_code(422, "code_mismatch");
    shop.run_tasks().await;
    assert_eq!(shop.letters(&operator).await.len(), 2);
    operator_session(&shop, &door, &operator, &secret).await;
    shop.run_tasks().await;
    assert_eq!(shop.letters(&operator).await.len(), 3);
    let written: i64 = shop
        .value(
            "select count(*) from outbox_events where event = 'code.requested' and payload::text ~ '192[.]0|phone|@'",
            &[],
        )
        .await;
    assert_eq!(written, 0, "an event says nothing of a person");
    shop.close().await;
}

#[tokio::test]
async fn a_second_proof_counts_for_five_minutes_and_for_nobody_else() {
    let shop = Shop::open().await;
    let (minji, seller) = (shop.customer().await, shop.seller().await);
    let lead = shop.operator("settlement_lead").await;
    let batch = format!("/v1/payout-batches/{}/approve", uuid::Uuid::now_v7());
    let account = json!({ "bank_code": "088", "account_no": "110123456789" });
    let sensitive = [
        ((*minji.elevated()).clone(), http::Method::PUT, "/v1/me/refund-account", account.clone()),
        ((*seller.elevated()).clone(), http::Method::POST, "/v1/settlement-account/change-requests", account),
        (lead.elevated(), http::Method::POST, &batch, json!({ "count": 1, "sum": 1000 })),
    ];
    for (actor, method, path, body) in sensitive {
        let token = format!("Bearer {}", actor.token().unwrap());
        let door = shop.anonymous(actor.host());
        let call = || door.call(method.clone(), path, Some(body.clone())).header("authorization", &token);
        let at_once = call().await;
        assert_ne!(at_once["code"], "step_up_required", "{}", at_once.text);
        shop.clock().advance(Duration::minutes(4));
        assert_ne!(call().await["code"], "step_up_required");
        shop.clock().advance(Duration::minutes(1));
        call().await.expect_code(403, "step_up_required");
        door.get("/v1/me").header("authorization", &token).await.expect(200);
    }
    shop.close().await;
}
