//! Operators: two factors, a lock, step-up, roles.

use chrono::Duration;
use harness::{Answer, Host, PASSWORD, Shop, Value, json};
use identity::totp::Totp;
use kernel::values::Password;
use kernel::{Now, OperatorId};

/// The code an authenticator with this secret shows.
pub fn totp_code(secret: &str, now: Now) -> String {
    Totp::from_base32(secret).unwrap().code_at(now).unwrap()
}

fn bearer(answer: &Answer) -> String {
    format!("Bearer {}", answer["access_token"].as_str().unwrap())
}

/// An operator who has never signed in; answers their address.
async fn newcomer(shop: &Shop, role: &str) -> String {
    let id = OperatorId::new();
    let email = format!("{role}-{}@office.test", id.0.simple());
    let hash = identity::passwords::hash(&Password::new(PASSWORD).unwrap()).await.unwrap();
    shop.sql(
        "insert into admin_users (id, email, name, password_hash, role_id, state, created_at)
         select $1, $2, '운영자', $3, id, 'active', $4 from roles where scope = 'admin' and code = $5",
        &[&id, &email, &hash, &shop.now(), &role],
    )
    .await;
    email
}

/// An operator with an authenticator, who has not signed in with it yet; answers address and secret.
pub async fn enrolled(shop: &Shop, role: &str) -> (String, String) {
    let (email, totp) = (newcomer(shop, role).await, Totp::generate().unwrap());
    let sealed = totp.seal(&shop.boot().vault).unwrap();
    shop.sql("update admin_users set mfa_enabled = true, totp_secret_enc = $2 where email = $1", &[&email, &sealed])
        .await;
    (email, totp.base32())
}

#[tokio::test]
async fn an_operator_enrols_once_and_signs_in_with_two_factors() {
    let shop = Shop::open().await;
    let email = newcomer(&shop, "md_lead").await;
    let door = shop.anonymous(Host::Admin);
    let sign_in = || door.post("/v1/auth/sign-in", json!({ "email": email, "password": PASSWORD }));
    let challenge = sign_in().await.expect(200);
    assert_eq!((&challenge["must_enroll"], &challenge["access_token"]), (&json!(true), &Value::Null), "no token yet");
    let verify = |challenge: &Answer, proof: Value| {
        door.post("/v1/auth/mfa-verifications", json!({ "challenge_id": challenge["challenge_id"], "proof": proof }))
    };
    verify(&challenge, json!({ "code": "000000" })).await.expect_code(403, "second_factor_required");
    door.post("/v1/auth/mfa-enrollments", json!({})).await.expect_code(403, "step_up_required");
    let enroll = json!({ "challenge_id": challenge["challenge_id"] });
    let enrollment = door.post("/v1/auth/mfa-enrollments", enroll).await.expect(201);
    let secret = enrollment["secret"].as_str().unwrap().to_owned();
    let confirm = format!("/v1/auth/mfa-enrollments/{}/confirm", enrollment["enrollment_id"].as_str().unwrap());
    door.post(&confirm, json!({ "code": "000000" })).await.expect_code(422, "code_mismatch");
    let codes = door.post(&confirm, json!({ "code": totp_code(&secret, shop.now()) })).await.expect(200);
    assert_eq!(codes["recovery_codes"].as_array().unwrap().len(), 10);
    shop.clock().advance(Duration::seconds(30));
    let tokens = verify(&challenge, json!({ "code": totp_code(&secret, shop.now()) })).await.expect(200);
    let me = door.get("/v1/me").header("authorization", &bearer(&tokens)).await.expect(200);
    assert_eq!(me["role"], "md_lead");
    let held: Vec<&str> = me["permissions"].as_array().unwrap().iter().filter_map(Value::as_str).collect();
    assert!(held.contains(&"contracts:write") && held.contains(&"products.inspections:review"), "own and inherited");
    assert!(!held.contains(&"payouts:approve"));
    assert!(me["documents"]["review"].as_array().unwrap().contains(&json!("trademark_certificate")));

    // A challenge proves a password; it cannot replace the factor that is there.
    let second = sign_in().await.expect(200);
    assert_eq!(second["must_enroll"], false);
    let replace = json!({ "challenge_id": second["challenge_id"] });
    door.post("/v1/auth/mfa-enrollments", replace).await.expect_code(403, "second_factor_enrolled");
    let plain = door.post("/v1/auth/mfa-enrollments", json!({})).header("authorization", &bearer(&tokens));
    plain.await.expect_code(403, "step_up_required");
    let step_up =
        |code: String| door.post("/v1/auth/step-up", json!({ "code": code })).header("authorization", &bearer(&tokens));
    step_up(totp_code(&secret, shop.now())).await.expect_code(422, "code_mismatch");
    shop.clock().advance(Duration::seconds(30));
    let elevated = step_up(totp_code(&secret, shop.now())).await.expect(200);
    let again = door.post("/v1/auth/mfa-enrollments", json!({})).header("authorization", &bearer(&elevated));
    again.await.expect(201);
    let recovery = json!({ "recovery_code": codes["recovery_codes"][0] });
    verify(&second, recovery.clone()).await.expect(200);
    let third = sign_in().await.expect(200);
    verify(&third, recovery).await.expect_code(422, "code_mismatch");
    shop.close().await;
}

#[tokio::test]
async fn five_failures_lock_for_a_quarter_of_an_hour_and_look_like_any_other() {
    let shop = Shop::open().await;
    let email = newcomer(&shop, "cs_agent").await;
    let door = shop.anonymous(Host::Admin);
    let sign_in =
        |email: &str, password: &str| door.post("/v1/auth/sign-in", json!({ "email": email, "password": password }));
    let unknown = sign_in("nobody@office.test", PASSWORD).await.expect_code(401, "sign_in_failed");
    for _ in 0..5 {
        let wrong = sign_in(&email, "wrong-horse-7").await.expect_code(401, "sign_in_failed");
        assert_eq!(wrong["title"], unknown["title"]);
    }
    sign_in(&email, PASSWORD).await.expect_code(401, "sign_in_failed");
    shop.clock().advance(Duration::minutes(16));
    sign_in(&email, PASSWORD).await.expect(200);
    shop.sql("update admin_users set allowed_ips = '{192.0.2.0/24}' where email = $1", &[&email]).await;
    sign_in(&email, PASSWORD).await.expect_code(403, "ip_not_allowed");
    sign_in(&email, PASSWORD).header("x-forwarded-for", "192.0.2.1").await.expect(200);
    shop.sql("update admin_users set allowed_ips = null, state = 'locked' where email = $1", &[&email]).await;
    sign_in(&email, PASSWORD).await.expect_code(401, "sign_in_failed");
    let failures: i64 =
        shop.value("select count(*) from audit_logs where action = 'operator.sign_in_failed'", &[]).await;
    assert_eq!(failures, 8);
    shop.close().await;
}

#[tokio::test]
async fn roles_are_read_again_at_each_refresh_and_a_token_of_one_host_is_worth_nothing_on_another() {
    let shop = Shop::open().await;
    let email = newcomer(&shop, "md_lead").await;
    let door = shop.anonymous(Host::Admin);
    let challenge = door.post("/v1/auth/sign-in", json!({ "email": email, "password": PASSWORD })).await.expect(200);
    let body = json!({ "challenge_id": challenge["challenge_id"] });
    let enrollment = door.post("/v1/auth/mfa-enrollments", body).await.expect(201);
    let secret = enrollment["secret"].as_str().unwrap().to_owned();
    let confirm = format!("/v1/auth/mfa-enrollments/{}/confirm", enrollment["enrollment_id"].as_str().unwrap());
    door.post(&confirm, json!({ "code": totp_code(&secret, shop.now()) })).await.expect(200);
    shop.clock().advance(Duration::seconds(30));
    let proof =
        json!({ "challenge_id": challenge["challenge_id"], "proof": { "code": totp_code(&secret, shop.now()) } });
    let tokens = door.post("/v1/auth/mfa-verifications", proof).await.expect(200);
    door.get("/v1/contracts").header("authorization", &bearer(&tokens)).await.expect(200);
    door.at(Host::Seller)
        .get("/v1/contracts")
        .header("authorization", &bearer(&tokens))
        .await
        .expect_code(401, "unauthenticated");
    shop.sql("update admin_users set role_id = (select id from roles where scope = 'admin' and code = 'marketer') where email = $1", &[&email]).await;
    let refresh = |token: &Value| door.post("/v1/auth/token-refresh", json!({ "refresh_token": token }));
    let next = refresh(&tokens["refresh_token"]).await.expect(200);
    door.get("/v1/contracts").header("authorization", &bearer(&next)).await.expect_code(403, "forbidden");
    shop.clock().advance(Duration::minutes(15));
    door.get("/v1/me").header("authorization", &bearer(&next)).await.expect_code(401, "token_expired");
    let next = refresh(&next["refresh_token"]).await.expect(200);
    door.post("/v1/auth/sign-out", json!({})).header("authorization", &bearer(&next)).await.expect(204);
    refresh(&next["refresh_token"]).await.expect_code(401, "refresh_token_invalid");
    // A locked operator's session ends at the next refresh.
    let challenge = door.post("/v1/auth/sign-in", json!({ "email": email, "password": PASSWORD })).await.expect(200);
    let proof =
        json!({ "challenge_id": challenge["challenge_id"], "proof": { "code": totp_code(&secret, shop.now()) } });
    let tokens = door.post("/v1/auth/mfa-verifications", proof).await.expect(200);
    shop.sql("update admin_users set state = 'locked' where email = $1", &[&email]).await;
    refresh(&tokens["refresh_token"]).await.expect_code(401, "refresh_token_invalid");
    shop.close().await;
}
