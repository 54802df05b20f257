//! Sellers: opening a store, its members' sessions, contract, shipping terms, payout account.

use crate::admin_identity::totp_code;
use chrono::{Duration, NaiveDate};
use harness::simulators::agency::{Gender, Person};
use harness::{Actor, Answer, Host, PASSWORD, Shop, Value, json};

fn bearer(answer: &Answer) -> String {
    format!("Bearer {}", answer["access_token"].as_str().unwrap())
}

/// What a company signs up with; the code and the identity are proven.
pub async fn papers(shop: &Shop, visitor: &Actor, email: &str, business_no: &str, person: &str) -> Value {
    let asked = visitor.post("/v1/auth/verification-codes", json!({ "email": email })).await.expect(202);
    shop.run_tasks().await;
    let birthday = NaiveDate::from_ymd_opt(1985, 5, 5).unwrap();
    let who = shop.agency().person(Person::new(person, birthday, "01033334444", Gender::Male));
    let started = visitor.post("/v1/auth/identity-verifications", json!({})).await.expect(201);
    shop.agency().verify(started["identity_verification_id"].as_str().unwrap(), &who).unwrap();
    json!({
        "email_verification_id": asked["verification_id"], "email_code": shop.mailed_code(email).await,
        "identity_verification_id": started["identity_verification_id"], "password": PASSWORD,
        "company_name": "주식회사 성수스튜디오", "representative": person, "business_no": business_no,
    })
}

/// A store whose owner just signed up.
pub async fn opened(shop: &Shop) -> (Actor, Answer) {
    let visitor = shop.anonymous(Host::Seller);
    let body = papers(shop, &visitor, "owner@sungsu.test", "124-81-00998", "박대표").await;
    let answer = visitor.post("/v1/auth/sign-up", body).await.expect(201);
    (visitor, answer)
}

/// The tokens of another sign-in of the owner.
async fn sign_in(visitor: &Actor) -> Answer {
    let body = json!({ "email": "owner@sungsu.test", "password": PASSWORD });
    visitor.post("/v1/auth/sign-in", body).await.expect(200)
}

#[tokio::test]
async fn a_company_joins_is_accepted_signs_and_may_sell() {
    let shop = Shop::open().await;
    let (visitor, joined) = opened(&shop).await;
    let get = |path: &str, token: &Answer| visitor.get(path).header("authorization", &bearer(token));
    let me = get("/v1/me", &joined).await.expect(200);
    assert_eq!((&me["store"]["state"], &me["is_owner"]), (&json!("onboarding"), &json!(true)));
    // Until it may sell, only what setting up needs answers.
    get("/v1/carriers", &joined).await.expect_code(403, "seller_not_active");
    get("/v1/seller-addresses", &joined).await.expect(200);

    let submit = || visitor.post("/v1/onboarding/submit", json!({})).header("authorization", &bearer(&joined));
    // Whoever is to be paid shows first that the account is its own.
    let lacking = submit().await.expect_code(422, "application_incomplete");
    assert_eq!(lacking["details"], json!(["payout_account"]));
    let proof = json!({ "password": PASSWORD });
    let elevated = visitor.post("/v1/auth/reauthentication", proof).header("authorization", &bearer(&joined)).await;
    let elevated = bearer(&elevated.expect(200));
    shop.bank().account("088", "99990001", "(주)성수스튜디오");
    let account = json!({ "bank_code": "088", "account_no": "99990001" });
    let path = "/v1/settlement-account/change-requests";
    visitor.post(path, account).header("authorization", &elevated).await.expect(201);
    let sent = submit().await.expect(200);
    assert_eq!((&sent["state"], &sent["steps"]["payout_account"]), (&json!("submitted"), &json!(true)));
    submit().await.expect(200);
    let (lead, agent) = (shop.operator("md_lead").await, shop.operator("cs_agent").await);
    let terms = json!({ "commission_rate": "0.12", "effective_from": shop.now().date().to_string() });
    let approve = format!("/v1/seller-applications/{}/approve", joined["application_id"].as_str().unwrap());
    let body = json!({ "terms": terms });
    agent.post(&approve, body.clone()).await.expect_code(403, "forbidden");
    // Without its account, nobody is accepted.
    shop.sql("update seller_bank_accounts set state = 'rejected'", &[]).await;
    lead.post(&approve, body.clone()).await.expect_code(409, "payout_account_missing");
    shop.sql("update seller_bank_accounts set state = 'requested'", &[]).await;
    let accepted = lead.post(&approve, body.clone()).await.expect(200);
    lead.post(&approve, body).await.expect_code(409, "invalid_state");
    let contract = accepted["contract"]["contract_id"].as_str().unwrap().to_owned();

    // A draft is not the seller's to see before it is sent.
    let path = format!("/v1/contracts/{contract}");
    get(&path, &joined).await.expect_code(404, "contract_not_found");
    lead.post(&format!("{path}/send-for-signature"), json!({})).await.expect(200);
    let shown = get(&path, &joined).await.expect(200);
    assert!(shown["text"].as_str().unwrap().contains("12%"), "{}", shown.text);
    let decision = format!("{path}/decision");
    let sign = |token: &str, hash: &Value| {
        let body = json!({ "decision": "sign", "text_hash": hash });
        visitor.post(&decision, body).header("authorization", token)
    };
    sign(&bearer(&joined), &shown["text_hash"]).await.expect_code(403, "step_up_required");
    sign(&elevated, &json!("0".repeat(64))).await.expect_code(409, "contract_changed");
    let signed = sign(&elevated, &shown["text_hash"]).await.expect(200);
    assert_eq!(signed["contract"]["state"], "active");
    sign(&elevated, &shown["text_hash"]).await.expect(200);
    let events: Vec<String> = shop.values("select event from outbox_events where event like 'seller.%'", &[]).await;
    assert_eq!(events, ["seller.activated"]);

    // The next refresh brings the rest of the permissions.
    let refresh = json!({ "refresh_token": joined["refresh_token"] });
    let refreshed = visitor.post("/v1/auth/token-refresh", refresh).await.expect(200);
    assert!(get("/v1/carriers", &refreshed).await.expect(200).items().len() >= 7);
    assert_eq!(get("/v1/me", &refreshed).await.expect(200)["store"]["state"], "active");
    let seller = lead.get(&format!("/v1/sellers/{}", joined["seller_id"].as_str().unwrap())).await.expect(200);
    assert_eq!(seller["contract"]["commission_rate"], "0.12000");
    assert_eq!(seller["members"][0]["email"], "ow***@sungsu.test");
    let seen = agent.get(&format!("/v1/sellers/{}", joined["seller_id"].as_str().unwrap())).await.expect(200);
    assert_eq!(seen["contract"], Value::Null, "terms are for those who may read contracts");
    let logged: i64 = shop.value("select count(*) from audit_logs where action in ('seller.signed_up', 'seller_application.submitted', 'seller_application.approved', 'contract.drafted', 'contract.sent', 'contract.signed', 'seller.activated')", &[]).await;
    assert_eq!(logged, 7);
    shop.close().await;
}

#[tokio::test]
async fn a_business_has_one_store_and_an_address_one_member() {
    let shop = Shop::open().await;
    let (visitor, _) = opened(&shop).await;
    let mut again = papers(&shop, &visitor, "second@sungsu.test", "124-81-00998", "박대표").await;
    visitor.post("/v1/auth/sign-up", again.clone()).await.expect_code(409, "business_already_registered");
    again["business_no"] = json!("123-45-67890");
    let wrong = visitor.post("/v1/auth/sign-up", again.clone()).await.expect_code(422, "invalid_request");
    assert_eq!(wrong["errors"][0]["field"], "/business_no");
    again["business_no"] = json!("120-81-47521");
    visitor.post("/v1/auth/sign-up", again.clone()).await.expect(201);
    visitor.post("/v1/auth/sign-up", again).await.expect_code(410, "code_expired");
    let asked = visitor.post("/v1/auth/verification-codes", json!({ "email": "owner@sungsu.test" }));
    asked.await.expect_code(429, "too_many_requests");
    shop.clock().advance(Duration::minutes(2));
    visitor.post("/v1/auth/verification-codes", json!({ "email": "owner@sungsu.test" })).await.expect(202);
    shop.run_tasks().await;
    assert!(shop.letters("owner@sungsu.test").await.last().unwrap().text.contains("이미"));
    shop.close().await;
}

#[tokio::test]
async fn an_enrolled_authenticator_is_asked_for_and_a_code_works_once() {
    let shop = Shop::open().await;
    let (visitor, joined) = opened(&shop).await;
    let as_owner = |path: &str, body: Value| visitor.post(path, body).header("authorization", &bearer(&joined));
    let enrollment = as_owner("/v1/me/second-factor", json!({})).await.expect(201);
    let secret = enrollment["secret"].as_str().unwrap().to_owned();
    assert!(enrollment["otpauth_url"].as_str().unwrap().contains(&secret));
    let confirm = json!({ "enrollment_id": enrollment["enrollment_id"], "code": totp_code(&secret, shop.now()) });
    let codes = as_owner("/v1/me/second-factor/confirm", confirm).await.expect(200);
    let recovery = codes["recovery_codes"].as_array().unwrap().clone();
    assert_eq!(recovery.len(), 10);
    as_owner("/v1/me/second-factor", json!({})).await.expect_code(403, "step_up_required");

    let challenge = sign_in(&visitor).await;
    assert_eq!(challenge["result"], "second_factor");
    let answer = |challenge: &Answer, proof: Value| {
        visitor.post("/v1/auth/second-factor", json!({ "challenge_id": challenge["challenge_id"], "proof": proof }))
    };
    // The code of the enrolment was used; the next one works, once.
    let now = totp_code(&secret, shop.now());
    answer(&challenge, json!({ "code": now })).await.expect_code(422, "code_mismatch");
    shop.clock().advance(Duration::seconds(30));
    let now = totp_code(&secret, shop.now());
    answer(&challenge, json!({ "code": now })).await.expect(200);
    answer(&challenge, json!({ "code": now })).await.expect_code(410, "ticket_expired");
    let challenge = sign_in(&visitor).await;
    answer(&challenge, json!({ "code": now })).await.expect_code(422, "code_mismatch");
    answer(&challenge, json!({ "recovery_code": recovery[0] })).await.expect(200);
    let challenge = sign_in(&visitor).await;
    answer(&challenge, json!({ "recovery_code": recovery[0] })).await.expect_code(422, "code_mismatch");
    shop.clock().advance(Duration::minutes(5));
    answer(&challenge, json!({ "recovery_code": recovery[1] })).await.expect_code(410, "ticket_expired");
    // Step-up asks for the authenticator, not the password.
    let by_password = json!({ "password": PASSWORD });
    let fresh = sign_in(&visitor).await;
    let fresh = answer(&fresh, json!({ "recovery_code": recovery[1] })).await.expect(200);
    let step_up =
        |body: Value| visitor.post("/v1/auth/reauthentication", body).header("authorization", &bearer(&fresh));
    step_up(by_password).await.expect_code(422, "code_required");
    step_up(json!({ "code": totp_code(&secret, shop.now()) })).await.expect(200);
    shop.close().await;
}

#[tokio::test]
async fn a_role_change_counts_at_the_next_refresh_and_idle_members_are_locked() {
    let shop = Shop::open().await;
    let (visitor, seller) = (shop.anonymous(Host::Seller), shop.seller().await);
    let sign_in = || visitor.post("/v1/auth/sign-in", json!({ "email": seller.owner_email, "password": PASSWORD }));
    let wrong = json!({ "email": seller.owner_email, "password": "wrong-horse-7" });
    visitor.post("/v1/auth/sign-in", wrong).await.expect_code(401, "sign_in_failed");
    let tokens = sign_in().await.expect(200);
    let path = "/v1/shipping-policies";
    visitor.get(path).header("authorization", &bearer(&tokens)).await.expect(200);
    shop.sql("update seller_members set role_id = (select id from roles where scope = 'seller' and code = 'viewer') where id = $1", &[&seller.owner_id]).await;
    let refresh = |token: &Value| visitor.post("/v1/auth/token-refresh", json!({ "refresh_token": token }));
    let viewer = refresh(&tokens["refresh_token"]).await.expect(200);
    let body =
        json!({ "kind": "return", "name": "반품", "phone": "0212345678", "postcode": "06236", "address": "서울" });
    let write = visitor.post("/v1/seller-addresses", body).header("authorization", &bearer(&viewer));
    write.await.expect_code(403, "forbidden");
    // On this host a token shown twice ends the session at once.
    refresh(&tokens["refresh_token"]).await.expect_code(401, "refresh_token_reused");
    refresh(&viewer["refresh_token"]).await.expect_code(401, "refresh_token_invalid");
    // The store's networks.
    shop.sql("update sellers set allowed_ips = '{192.0.2.0/24}' where id = $1", &[&seller.seller_id]).await;
    sign_in().await.expect_code(403, "ip_not_allowed");
    sign_in().header("x-forwarded-for", "192.0.2.7").await.expect(200);
    shop.clock().advance(Duration::days(91));
    sign_in().header("x-forwarded-for", "192.0.2.7").await.expect_code(403, "member_locked");
    let state: String = shop.value("select state from seller_members where id = $1", &[&seller.owner_id]).await;
    assert_eq!(state, "locked");
    shop.close().await;
}

fn address(kind: &str, text: &str) -> Value {
    json!({ "kind": kind, "name": "창고", "phone": "031-123-4567", "postcode": "12345", "address": text })
}

#[tokio::test]
async fn an_address_in_use_stays_and_post_boxes_are_refused() {
    let shop = Shop::open().await;
    let (seller, other) = (shop.seller().await, shop.seller().await);
    let path = format!("/v1/seller-addresses/{}", seller.return_address_id);
    let refused = seller.delete(&path).await.expect_code(409, "address_in_use");
    assert_eq!(refused["details"]["policies"], json!(["기본 배송"]));
    seller
        .post("/v1/seller-addresses", address("return", "광화문우체국 사서함 7호"))
        .await
        .expect_code(422, "post_box_refused");
    let added = seller.post("/v1/seller-addresses", address("return", "인천 물류 3")).await.expect(201);
    assert_eq!(added["is_default"], false);
    let added = format!("/v1/seller-addresses/{}", added["seller_address_id"].as_str().unwrap());
    other.patch(&added, json!({ "name": "훔친 창고" })).await.expect_code(404, "seller_address_not_found");
    other.delete(&path).await.expect_code(404, "seller_address_not_found");
    seller.member("viewer").await.patch(&added, json!({})).await.expect_code(403, "forbidden");
    let moved = seller.patch(&added, json!({ "is_default": true, "postcode": "63001" })).await.expect(200);
    assert_eq!((&moved["is_default"], &moved["remote_zone"]), (&json!(true), &json!("jeju")));
    let list = seller.get("/v1/seller-addresses").await.expect(200);
    let defaults = list.items().iter().filter(|row| row["kind"] == "return" && row["is_default"] == true).count();
    assert_eq!(defaults, 1);
    seller.delete(&added).await.expect(204);
    shop.close().await;
}

fn policy(fee: Value) -> Value {
    json!({ "name": "무료 배송", "fee": fee, "jeju_surcharge": 3000, "island_surcharge": 5000, "return_fee": 3000, "exchange_fee": 6000 })
}

#[tokio::test]
async fn policies_are_replaced_and_retired_into_another() {
    let shop = Shop::open().await;
    let (seller, other) = (shop.seller().await, shop.seller().await);
    seller.product("티셔츠").price(20_000).sku("M", 5).on_sale().await;
    let free = seller.post("/v1/shipping-policies", policy(json!({ "type": "free" }))).await.expect(201);
    assert_eq!((&free["is_default"], &free["products"]), (&json!(false), &json!(0)));
    let mut dear = policy(json!({ "type": "flat", "base_fee": 3000 }));
    dear["return_fee"] = json!(20_001);
    let refused = seller.post("/v1/shipping-policies", dear.clone()).await.expect_code(422, "return_fee_above_limit");
    assert_eq!(refused["details"]["limit"], 20_000);
    dear["return_fee"] = json!(3000);
    dear["carrier_code"] = json!("PIGEON");
    seller.post("/v1/shipping-policies", dear.clone()).await.expect_code(422, "carrier_unknown");
    dear["carrier_code"] = json!("CJ");
    dear["return_address_id"] = json!(other.return_address_id);
    seller.post("/v1/shipping-policies", dear).await.expect_code(422, "return_address_unknown");
    let wrong = policy(json!({ "type": "conditional_free", "base_fee": 3000 }));
    seller.post("/v1/shipping-policies", wrong).await.expect_code(422, "invalid_request");

    let old = format!("/v1/shipping-policies/{}", seller.shipping_policy_id);
    let into = json!({ "replaced_by": free["shipping_policy_id"] });
    let retire = |path: &str, into: &Value| seller.call(http::Method::DELETE, path, Some(into.clone()));
    retire(&old, &into).await.expect_code(409, "default_policy");
    let path = format!("/v1/shipping-policies/{}", free["shipping_policy_id"].as_str().unwrap());
    other.put(&path, policy(json!({ "type": "free" }))).await.expect_code(404, "shipping_policy_not_found");
    let mut body = policy(json!({ "type": "per_quantity", "base_fee": 2500, "per_quantity": 3 }));
    body["is_default"] = json!(true);
    let replaced = seller.put(&path, body).await.expect(200);
    assert_eq!((&replaced["is_default"], &replaced["fee"]["per_quantity"]), (&json!(true), &json!(3)));
    retire(&old, &json!({ "replaced_by": seller.shipping_policy_id }))
        .await
        .expect_code(422, "replacement_policy_invalid");
    retire(&old, &into).await.expect(204);
    retire(&old, &into).await.expect_code(404, "shipping_policy_not_found");
    let list = seller.get("/v1/shipping-policies").await.expect(200);
    assert_eq!((list.items().len(), &list.items()[0]["products"]), (1, &json!(1)));
    shop.close().await;
}
