//! Customers: joining, signing in, sessions.

use chrono::{Duration, NaiveDate};
use harness::simulators::agency::{Gender, Person};
use harness::{Actor, Answer, Host, PASSWORD, Shop, Value, json};

/// Proves an e-mail address; answers its ticket.
pub async fn proven_email(shop: &Shop, visitor: &Actor, email: &str) -> Value {
    let asked = visitor.post("/v1/auth/email-verifications", json!({ "email": email })).await.expect(202);
    shop.run_tasks().await;
    let path = format!("/v1/auth/email-verifications/{}/confirm", asked["email_verification_id"].as_str().unwrap());
    let code = shop.mailed_code(email).await;
    visitor.post(&path, json!({ "code": code })).await.expect(200)["verified_email_ticket"].clone()
}

/// Proves who somebody is; answers the verification's id.
pub async fn proven_person(shop: &Shop, visitor: &Actor, person: Person) -> Answer {
    let who = shop.agency().person(person);
    let started = visitor.post("/v1/identity-verifications", json!({ "purpose": "signup" })).await.expect(201);
    let id = started["identity_verification_id"].as_str().unwrap().to_owned();
    let path = format!("/v1/identity-verifications/{id}/complete");
    visitor.post(&path, json!({})).await.expect_code(409, "identity_verification_pending");
    shop.agency().verify(&id, &who).unwrap();
    visitor.post(&path, json!({})).await
}

pub fn minji() -> Person {
    Person::new("김민지", NaiveDate::from_ymd_opt(1995, 3, 2).unwrap(), "010-1234-5678", Gender::Female)
}

pub async fn required_terms(visitor: &Actor) -> Vec<Value> {
    let terms = visitor.get("/v1/terms?step=signup").await.expect(200);
    let required = terms.items().iter().filter(|term| term["required"] == true);
    required.map(|term| term["id"].clone()).collect()
}

fn bearer(answer: &Answer) -> String {
    format!("Bearer {}", answer["access_token"].as_str().unwrap())
}

#[tokio::test]
async fn one_person_joins_once_and_is_signed_in() {
    let shop = Shop::open().await;
    let visitor = shop.anonymous(Host::Service);
    let terms = required_terms(&visitor).await;
    assert_eq!(terms.len(), 3);
    let ticket = proven_email(&shop, &visitor, "minji@drrip.test").await;
    let person = proven_person(&shop, &visitor, minji()).await.expect(200);
    assert_eq!((&person["name"], &person["phone"]), (&json!("김*지"), &json!("010-****-5678")));
    let mut body = json!({
        "verified_email_ticket": ticket, "identity_verification_id": person["identity_verification_id"], "password": PASSWORD,
        "agreed_term_ids": [terms[0]], "nickname": "민지", "marketing": { "push": true, "night": true },
    });
    let refused = visitor.post("/v1/auth/sign-up", body.clone()).await.expect_code(422, "required_term_missing");
    assert_eq!(refused["details"]["codes"].as_array().unwrap().len(), 2);
    body["agreed_term_ids"] = json!(terms);
    let joined = visitor.post("/v1/auth/sign-up", body.clone()).await.expect(201);
    let me = visitor.get("/v1/me").header("authorization", &bearer(&joined)).await.expect(200);
    assert_eq!(me["email"], "mi***@drrip.test");
    assert_eq!(
        (&me["name"], &me["grade"]["code"], &me["birth_date"]),
        (&json!("김*지"), &json!("BRONZE"), &json!("1995-03-02"))
    );
    let consents = visitor.get("/v1/me/consents").header("authorization", &bearer(&joined)).await.expect(200);
    let agreed: Vec<&str> = consents.items().iter().filter_map(|row| row["purpose"].as_str()).collect();
    assert_eq!(agreed.len(), 5, "three terms, push and night: {agreed:?}");
    let told: i64 = shop.value("select count(*) from outbox_events where event = 'user.registered'", &[]).await;
    assert_eq!(told, 1);

    // The ticket and the identity serve once; the same person with another phone has an account already.
    visitor.post("/v1/auth/sign-up", body.clone()).await.expect_code(410, "ticket_expired");
    let moved = Person { phone_number: "01099998888".into(), ..minji() };
    body["verified_email_ticket"] = proven_email(&shop, &visitor, "other@drrip.test").await;
    visitor.post("/v1/auth/sign-up", body.clone()).await.expect_code(422, "identity_verification_invalid");
    let again = proven_person(&shop, &visitor, moved).await.expect(200);
    body["identity_verification_id"] = again["identity_verification_id"].clone();
    body["nickname"] = json!("민지2");
    let exists = visitor.post("/v1/auth/sign-up", body).await.expect_code(409, "account_exists");
    assert_eq!(exists["details"]["email"], "mi***@drrip.test");
    shop.close().await;
}

#[tokio::test]
async fn a_taken_address_is_answered_like_a_free_one() {
    let shop = Shop::open().await;
    let (minji, visitor) = (shop.customer().await, shop.anonymous(Host::Service));
    let asked = visitor.post("/v1/auth/email-verifications", json!({ "email": minji.email })).await.expect(202);
    shop.run_tasks().await;
    assert!(shop.letters(&minji.email).await[0].text.contains("이미"), "the letter says that there is an account");
    let path = format!("/v1/auth/email-verifications/{}/confirm", asked["email_verification_id"].as_str().unwrap());
    for tries_left in (0..5).rev() {
        let wrong = visitor.post(&path, json!({ "code": "000000" })).await.expect_code(422, "code_mismatch");
        assert_eq!(wrong["details"]["tries_left"], tries_left);
    }
    visitor.post(&path, json!({ "code": "000000" })).await.expect_code(410, "code_exhausted");
    // Another code may be asked for after a minute, by anybody.
    let early = shop.anonymous(Host::Service).post("/v1/auth/email-verifications", json!({ "email": minji.email }));
    let early = early.await.expect_code(429, "too_many_requests");
    let seconds: i64 = early.header("retry-after").unwrap().parse().unwrap();
    assert!((1..=60).contains(&seconds));
    shop.clock().advance(Duration::seconds(61));
    visitor.post("/v1/auth/email-verifications", json!({ "email": minji.email })).await.expect(202);
    shop.close().await;
}

#[tokio::test]
async fn a_code_lives_ten_minutes_and_a_child_leaves_nothing_behind() {
    let shop = Shop::open().await;
    let visitor = shop.anonymous(Host::Service);
    let asked = visitor.post("/v1/auth/email-verifications", json!({ "email": "late@drrip.test" })).await.expect(202);
    shop.run_tasks().await;
    let code = shop.mailed_code("late@drrip.test").await;
    shop.clock().advance(Duration::minutes(10));
    let path = format!("/v1/auth/email-verifications/{}/confirm", asked["email_verification_id"].as_str().unwrap());
    visitor.post(&path, json!({ "code": code })).await.expect_code(410, "code_expired");
    let birthday = shop.now().date() - chrono::Months::new(12 * 14) + Duration::days(1);
    let child = Person::new("이아이", birthday, "01011112222", Gender::Male);
    proven_person(&shop, &visitor, child).await.expect_code(403, "under_age");
    let kept: i64 = shop.value("select count(*) from identity_verifications", &[]).await;
    assert_eq!(kept, 0);
    shop.close().await;
}

#[tokio::test]
async fn signing_in_gives_nothing_away_and_slows_down_guessing() {
    let shop = Shop::open().await;
    let (minji, visitor) = (shop.customer().await, shop.anonymous(Host::Service));
    let sign_in =
        |email: &str, password: &str| visitor.post("/v1/auth/sign-in", json!({ "email": email, "password": password }));
    let unknown = sign_in("nobody@drrip.test", PASSWORD).await.expect_code(401, "sign_in_failed");
    let wrong = sign_in(&minji.email, "wrong-horse-7").await.expect_code(401, "sign_in_failed");
    assert_eq!(unknown["title"], wrong["title"]);
    let right = sign_in(&minji.email, PASSWORD).await.expect(200);
    assert_eq!(right["pending_terms"], json!([]));
    for _ in 0..10 {
        sign_in(&minji.email, "wrong-horse-7").await.expect_code(401, "sign_in_failed");
    }
    sign_in(&minji.email, PASSWORD).await.expect_code(429, "too_many_requests");
    shop.clock().advance(Duration::minutes(15));
    shop.sql("update users set state = 'suspended' where id = $1", &[&minji.user_id]).await;
    sign_in(&minji.email, PASSWORD).await.expect_code(403, "account_suspended");
    // A revised required term is asked for at the next sign-in.
    shop.sql("update users set state = 'active' where id = $1", &[&minji.user_id]).await;
    shop.sql(
        "insert into terms (id, code, title, body, version_no, required, step, effective_from) values (gen_random_uuid(), 'terms', '이용약관', '본문', 2, true, 'signup', $1)",
        &[&shop.now()],
    )
    .await;
    let revised = sign_in(&minji.email, PASSWORD).await.expect(200);
    assert_eq!(revised["pending_terms"][0]["version"], 2);
    let agree = |ids: Value| minji.post("/v1/me/term-agreements", json!({ "term_ids": ids }));
    agree(json!([uuid::Uuid::now_v7()])).await.expect_code(409, "term_outdated");
    agree(json!([revised["pending_terms"][0]["id"]])).await.expect(200);
    assert_eq!(sign_in(&minji.email, PASSWORD).await.expect(200)["pending_terms"], json!([]));
    shop.close().await;
}

#[tokio::test]
async fn a_refresh_token_works_once_and_a_stolen_one_ends_the_session() {
    let shop = Shop::open().await;
    let (minji, visitor) = (shop.customer().await, shop.anonymous(Host::Service));
    let body = json!({ "email": minji.email, "password": PASSWORD });
    let first = visitor.post("/v1/auth/sign-in", body.clone()).await.expect(200);
    let refresh = |token: &Value| visitor.post("/v1/auth/token-refresh", json!({ "refresh_token": token }));
    let second = refresh(&first["refresh_token"]).await.expect(200);
    // Two requests of one app at once hold the same token: both get the same next one.
    let raced = refresh(&first["refresh_token"]).await.expect(200);
    assert_eq!(raced["refresh_token"], second["refresh_token"]);
    shop.clock().advance(Duration::seconds(11));
    refresh(&first["refresh_token"]).await.expect_code(401, "refresh_token_reused");
    refresh(&second["refresh_token"]).await.expect_code(401, "refresh_token_invalid");

    // Signing out ends the session; step-up needs a live one.
    let session = visitor.post("/v1/auth/sign-in", body).await.expect(200);
    let wrong = json!({ "password": "wrong-horse-7" });
    let step_up =
        |body: Value| visitor.post("/v1/auth/reauthentication", body).header("authorization", &bearer(&session));
    step_up(wrong).await.expect_code(422, "password_mismatch");
    let elevated = step_up(json!({ "password": PASSWORD })).await.expect(200);
    let account = json!({ "bank_code": "088", "account_no": "110-123-456789" });
    let save = |token: &str| visitor.put("/v1/me/refund-account", account.clone()).header("authorization", token);
    save(&bearer(&session)).await.expect_code(403, "step_up_required");
    save(&bearer(&elevated)).await.expect_code(422, "holder_mismatch");
    visitor.post("/v1/auth/sign-out", json!({})).header("authorization", &bearer(&session)).await.expect(204);
    visitor.post("/v1/auth/sign-out", json!({})).header("authorization", &bearer(&session)).await.expect(204);
    refresh(&session["refresh_token"]).await.expect_code(401, "refresh_token_invalid");
    step_up(json!({ "password": PASSWORD })).await.expect_code(401, "session_ended");
    shop.close().await;
}
