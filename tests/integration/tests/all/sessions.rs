//! Sessions on the three hosts of people, side by side: guessing, tokens of another host, keys, step-up, the end.

use crate::admin_identity::{enrolled, totp_code};
use crate::seller_account::papers;
use chrono::{Duration, NaiveDate};
use harness::{Actor, Answer, Host, PASSWORD, Shop, Value, json};
use identity::Limits;
use identity::limits::{SIGN_IN_ACCOUNT, SIGN_IN_IP};
use std::time::Instant;

fn bearer(answer: &Answer) -> String {
    format!("Bearer {}", answer["access_token"].as_str().unwrap())
}

/// Somebody of each host who knows the password: who has no session yet, and the e-mail address.
async fn people(shop: &Shop) -> Vec<(Actor, String)> {
    let (minji, seller) = (shop.customer().await, shop.seller().await);
    let (operator, _) = enrolled(shop, "md").await;
    vec![
        (shop.anonymous(Host::Service), minji.email.clone()),
        (shop.anonymous(Host::Seller), seller.owner_email.clone()),
        (shop.anonymous(Host::Admin), operator),
    ]
}

async fn sign_in(door: &Actor, email: &str, password: &str) -> Answer {
    door.post("/v1/auth/sign-in", json!({ "email": email, "password": password })).await
}

async fn refresh(door: &Actor, token: &Value) -> Answer {
    door.post("/v1/auth/token-refresh", json!({ "refresh_token": token })).await
}

/// Tokens of a fresh session of an operator.
async fn operator_session(shop: &Shop, door: &Actor, email: &str, secret: &str) -> Answer {
    shop.clock().advance(Duration::seconds(30));
    let challenge = sign_in(door, email, PASSWORD).await.expect(200);
    let proof = json!({ "code": totp_code(secret, shop.now()) });
    let body = json!({ "challenge_id": challenge["challenge_id"], "proof": proof });
    door.post("/v1/auth/mfa-verifications", body).await.expect(200)
}

#[tokio::test]
async fn guessing_is_slowed_by_address_and_by_account_on_every_host() {
    let shop = Shop::open().await;
    let limits = Limits::new(&shop.boot().aws);
    for (n, (door, email)) in people(&shop).await.into_iter().enumerate() {
        let ip = format!("203.0.113.{n}");
        for _ in 0..SIGN_IN_IP.most {
            limits.hit(&SIGN_IN_IP, &ip, shop.now()).await.unwrap();
        }
        let crowded = door.with_header("x-forwarded-for", &ip);
        let refused = sign_in(&crowded, &email, PASSWORD).await.expect_code(429, "too_many_requests");
        assert!(refused.header("retry-after").is_some());
        sign_in(&door, &email, PASSWORD).await.expect(200);
        // An account that does not exist is counted like one that does.
        for address in [email.as_str(), "nobody@drrip.test"] {
            let hash = hex::encode(shop.boot().vault.hash("email", address).unwrap());
            let principal = format!("{}:{hash}", door.host().as_str());
            for _ in 0..SIGN_IN_ACCOUNT.most {
                limits.hit(&SIGN_IN_ACCOUNT, &principal, shop.now()).await.unwrap();
            }
            sign_in(&door, address, PASSWORD).await.expect_code(429, "too_many_requests");
        }
    }
    shop.clock().advance(Duration::minutes(15));
    for (door, email) in people(&shop).await {
        sign_in(&door, &email, PASSWORD).await.expect(200);
    }
    shop.close().await;
}

#[tokio::test]
async fn an_unknown_address_takes_as_long_as_a_wrong_password() {
    let shop = Shop::open().await;
    for (door, email) in people(&shop).await {
        let mut fastest = [f64::MAX; 2];
        let mut bodies = Vec::new();
        for _ in 0..3 {
            for (kind, address) in [email.as_str(), "nobody@drrip.test"].into_iter().enumerate() {
                let started = Instant::now();
                let answer = sign_in(&door, address, "wrong-horse-7").await.expect_code(401, "sign_in_failed");
                fastest[kind] = fastest[kind].min(started.elapsed().as_secs_f64());
                let mut body = answer.json().clone();
                body["trace_id"] = Value::Null;
                bodies.push(body);
            }
        }
        assert!(bodies.windows(2).all(|two| two[0] == two[1]), "{bodies:?}");
        let [known, unknown] = fastest;
        assert!(unknown > known * 0.5 && known > unknown * 0.5, "{}: {known} and {unknown}", door.host().as_str());
    }
    shop.close().await;
}

#[tokio::test]
async fn a_suspended_customer_is_told_why_after_the_password_and_loses_the_session() {
    let shop = Shop::open().await;
    let (minji, door) = (shop.customer().await, shop.anonymous(Host::Service));
    let session = sign_in(&door, &minji.email, PASSWORD).await.expect(200);
    shop.sql(
        "update users set state = 'suspended', suspended_reason = '부정 거래 확인 중' where id = $1",
        &[&minji.user_id],
    )
    .await;
    sign_in(&door, &minji.email, "wrong-horse-7").await.expect_code(401, "sign_in_failed");
    let told = sign_in(&door, &minji.email, PASSWORD).await.expect_code(403, "account_suspended");
    assert_eq!(told["details"]["reason"], "부정 거래 확인 중");
    let told = refresh(&door, &session["refresh_token"]).await.expect_code(403, "account_suspended");
    assert_eq!(told["details"]["reason"], "부정 거래 확인 중");
    shop.sql("update users set state = 'active' where id = $1", &[&minji.user_id]).await;
    refresh(&door, &session["refresh_token"]).await.expect_code(401, "refresh_token_invalid");
    shop.close().await;
}

#[tokio::test]
async fn a_refresh_token_is_good_on_its_own_host_once() {
    let shop = Shop::open().await;
    let (minji, seller) = (shop.customer().await, shop.seller().await);
    let (operator, secret) = enrolled(&shop, "md").await;
    let doors = [Host::Service, Host::Seller, Host::Admin].map(|host| shop.anonymous(host));
    let sessions = [
        sign_in(&doors[0], &minji.email, PASSWORD).await.expect(200),
        sign_in(&doors[1], &seller.owner_email, PASSWORD).await.expect(200),
        operator_session(&shop, &doors[2], &operator, &secret).await,
    ];
    for (home, session) in sessions.iter().enumerate() {
        for (_, door) in doors.iter().enumerate().filter(|(host, _)| *host != home) {
            refresh(door, &session["refresh_token"]).await.expect_code(401, "refresh_token_invalid");
            door.get("/v1/me").header("authorization", &bearer(session)).await.expect_code(401, "unauthenticated");
        }
        // The tries elsewhere did not end it.
        let door = &doors[home];
        let next = refresh(door, &session["refresh_token"]).await.expect(200);
        assert_ne!(next["refresh_token"], session["refresh_token"]);
        shop.clock().advance(Duration::seconds(11));
        refresh(door, &session["refresh_token"]).await.expect_code(401, "refresh_token_reused");
        refresh(door, &next["refresh_token"]).await.expect_code(401, "refresh_token_invalid");
        for broken in ["", "x", "00000000-0000-0000-0000-000000000000.x", &"a".repeat(201)] {
            let refused = refresh(door, &json!(broken)).await;
            assert!([401, 422].contains(&refused.status.as_u16()), "{broken}: {}", refused.text);
        }
    }
    shop.close().await;
}

#[tokio::test]
async fn of_two_refreshes_at_once_one_goes_on_or_both_hold_the_same() {
    let shop = Shop::open().await;
    let (minji, seller) = (shop.customer().await, shop.seller().await);
    let (shoppers, stores) = (shop.anonymous(Host::Service), shop.anonymous(Host::Seller));
    let session = sign_in(&shoppers, &minji.email, PASSWORD).await.expect(200);
    let token = &session["refresh_token"];
    let (one, two) = futures::join!(refresh(&shoppers, token), refresh(&shoppers, token));
    assert_eq!(one.expect(200)["refresh_token"], two.expect(200)["refresh_token"]);
    // No grace for people at work: the second has seen a token that was used.
    let session = sign_in(&stores, &seller.owner_email, PASSWORD).await.expect(200);
    let token = &session["refresh_token"];
    let (one, two) = futures::join!(refresh(&stores, token), refresh(&stores, token));
    let mut statuses = [one.status.as_u16(), two.status.as_u16()];
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 401]);
    shop.close().await;
}

#[tokio::test]
async fn keys_rotate_without_signing_anybody_out_and_a_forged_token_is_nothing() {
    let shop = Shop::open().await;
    let seller = shop.seller().await;
    let people = [(*shop.customer().await).clone(), (*seller).clone(), shop.operator("md").await];
    for actor in people {
        actor.get("/v1/me").await.expect(200);
        actor.signed_before_rotation().get("/v1/me").await.expect(200);
        actor.forged().get("/v1/me").await.expect_code(401, "unauthenticated");
        let token = actor.token().unwrap();
        let (head, rest) = token.split_once('.').unwrap();
        let unsigned = format!("Bearer {head}.{}.", rest.split_once('.').unwrap().0);
        let door = shop.anonymous(actor.host());
        door.get("/v1/me").header("authorization", &unsigned).await.expect_code(401, "unauthenticated");
    }
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
        shop.clock().advance(Duration::seconds(4 * 60 + 59));
        assert_ne!(call().await["code"], "step_up_required");
        shop.clock().advance(Duration::seconds(1));
        call().await.expect_code(403, "step_up_required");
        door.get("/v1/me").header("authorization", &token).await.expect(200);
    }
    shop.close().await;
}

#[tokio::test]
async fn signing_out_ends_the_session_and_leaves_the_access_token_its_minutes() {
    let shop = Shop::open().await;
    let (minji, seller) = (shop.customer().await, shop.seller().await);
    let (operator, secret) = enrolled(&shop, "md").await;
    let doors = [Host::Service, Host::Seller, Host::Admin].map(|host| shop.anonymous(host));
    let minutes = [10, 10, 15];
    for (n, door) in doors.iter().enumerate() {
        let session = match n {
            0 => sign_in(door, &minji.email, PASSWORD).await.expect(200),
            1 => sign_in(door, &seller.owner_email, PASSWORD).await.expect(200),
            _ => operator_session(&shop, door, &operator, &secret).await,
        };
        let mine = door.with_header("authorization", &bearer(&session));
        for _ in 0..2 {
            mine.post("/v1/auth/sign-out", json!({})).await.expect(204);
        }
        refresh(door, &session["refresh_token"]).await.expect_code(401, "refresh_token_invalid");
        mine.get("/v1/me").await.expect(200);
        shop.clock().advance(Duration::minutes(minutes[n]));
        mine.get("/v1/me").await.expect_code(401, "token_expired");
        mine.post("/v1/auth/sign-out", json!({})).await.expect_code(401, "token_expired");
    }
    shop.close().await;
}

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
async fn a_member_whose_last_day_is_over_ends_with_the_next_refresh() {
    let shop = Shop::open().await;
    let (seller, door) = (shop.seller().await, shop.anonymous(Host::Seller));
    let email: String = {
        seller.member("order").await;
        let sql = "select email from seller_members where seller_id = $1 and not is_owner";
        shop.value(sql, &[&seller.seller_id]).await
    };
    let last: NaiveDate = shop.now().date();
    shop.sql("update seller_members set access_ends_on = $2 where email = $1", &[&email, &last]).await;
    let session = sign_in(&door, &email, PASSWORD).await.expect(200);
    let session = refresh(&door, &session["refresh_token"]).await.expect(200);
    shop.sql("update seller_members set access_ends_on = $2 where email = $1", &[&email, &(last - Duration::days(1))])
        .await;
    let mine = door.with_header("authorization", &bearer(&session));
    mine.post("/v1/auth/reauthentication", json!({ "password": PASSWORD })).await.expect_code(401, "session_ended");
    mine.get("/v1/me").await.expect_code(401, "session_ended");
    refresh(&door, &session["refresh_token"]).await.expect_code(401, "refresh_token_invalid");
    sign_in(&door, &email, PASSWORD).await.expect_code(403, "member_locked");
    shop.close().await;
}

#[tokio::test]
async fn the_owner_of_a_store_is_an_adult_and_proves_it_once() {
    let shop = Shop::open().await;
    let door = shop.anonymous(Host::Seller);
    let body = papers(&shop, &door, "one@sungsu.test", "124-81-00998", "박대표").await;
    let mut wrong = body.clone();
    wrong["email_code"] = json!("000000");
    let refused = door.post("/v1/auth/sign-up", wrong).await.expect_code(422, "code_mismatch");
    assert_eq!(refused["errors"][0]["field"], "/email_code");
    door.post("/v1/auth/sign-up", body.clone()).await.expect(201);
    let mut again = papers(&shop, &door, "two@sungsu.test", "120-81-47521", "박대표").await;
    again["identity_verification_id"] = body["identity_verification_id"].clone();
    let refused = door.post("/v1/auth/sign-up", again).await.expect_code(422, "identity_verification_invalid");
    assert_eq!(refused["errors"][0]["field"], "/identity_verification_id");
    let stores: i64 = shop.value("select count(*) from sellers", &[]).await;
    assert_eq!(stores, 1);
    shop.close().await;
}
