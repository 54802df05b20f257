//! Sessions on the three hosts of people, side by side: guessing, tokens of another host, keys, step-up, the end.

use crate::admin_identity::{enrolled, totp_code};
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

pub async fn sign_in(door: &Actor, email: &str, password: &str) -> Answer {
    door.post("/v1/auth/sign-in", json!({ "email": email, "password": password })).await
}

async fn refresh(door: &Actor, token: &Value) -> Answer {
    door.post("/v1/auth/token-refresh", json!({ "refresh_token": token })).await
}

/// Tokens of a fresh session of an operator.
pub async fn operator_session(shop: &Shop, door: &Actor, email: &str, secret: &str) -> Answer {
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
