//! Joining when things go wrong: the wrong proof, a taken address, a name that is taken, somebody who left.

use crate::account::{minji, proven_email, proven_person, required_terms};
use crate::buying::{lines, order, piece, quote};
use crate::order_steps::{accepted, ask_cancel};
use crate::seller_account::papers as store_papers;
use chrono::{Duration, NaiveDate};
use harness::simulators::agency::{Gender, Person};
use harness::simulators::toss::{Window, outbox::Targets};
use harness::{Actor, Answer, Host, PASSWORD, Shop, Value, json};
use kernel::UserId;

fn seoyeon() -> Person {
    Person::new("이서연", NaiveDate::from_ymd_opt(1999, 9, 9).unwrap(), "010-7777-8888", Gender::Female)
}

/// Everything a sign-up needs, proven.
async fn papers(shop: &Shop, visitor: &Actor, email: &str, person: Person) -> Value {
    let ticket = proven_email(shop, visitor, email).await;
    let proven = proven_person(shop, visitor, person).await.expect(200);
    json!({
        "verified_email_ticket": ticket, "identity_verification_id": proven["identity_verification_id"],
        "password": PASSWORD, "agreed_term_ids": required_terms(visitor).await,
    })
}

async fn join(visitor: &Actor, body: &Value) -> Answer {
    visitor.post("/v1/auth/sign-up", body.clone()).await
}

async fn rows(shop: &Shop) -> (i64, i64, i64, i64) {
    (
        shop.value("select count(*) from users", &[]).await,
        shop.value("select count(*) from user_profiles", &[]).await,
        shop.value("select count(*) from user_consents", &[]).await,
        shop.value("select count(*) from outbox_events where event = 'user.registered'", &[]).await,
    )
}

#[tokio::test]
async fn a_refused_sign_up_leaves_nothing_and_may_be_sent_again() {
    let shop = Shop::open().await;
    let visitor = shop.anonymous(Host::Service);
    let mut first = papers(&shop, &visitor, "minji@drrip.test", minji()).await;
    first["nickname"] = json!("민지");
    join(&visitor, &first).await.expect(201);
    let before = rows(&shop).await;
    let mut body = papers(&shop, &visitor, "seoyeon@drrip.test", seoyeon()).await;
    let wrong = |name: &str, value: Value| {
        let mut body = body.clone();
        body[name] = value;
        body
    };
    let wishes = [
        (wrong("nickname", json!("민지")), 409, "nickname_taken", "/nickname"),
        (wrong("marketing", json!({ "email": true, "night": true })), 422, "night_needs_channel", "/marketing/night"),
        (wrong("agreed_term_ids", json!([])), 422, "required_term_missing", "/agreed_term_ids"),
        (wrong("agreed_term_ids", json!([uuid::Uuid::now_v7()])), 409, "term_outdated", "/agreed_term_ids"),
        (
            wrong("identity_verification_id", json!(uuid::Uuid::now_v7())),
            422,
            "identity_verification_invalid",
            "/identity_verification_id",
        ),
        (wrong("verified_email_ticket", json!(uuid::Uuid::new_v4())), 410, "ticket_expired", "/verified_email_ticket"),
        (wrong("password", json!("short")), 422, "invalid_request", "/password"),
        (wrong("nickname", json!("한")), 422, "invalid_request", "/nickname"),
        (wrong("nickname", json!("가".repeat(21))), 422, "invalid_request", "/nickname"),
        (wrong("agreed_term_ids", json!([1])), 422, "invalid_request", "/agreed_term_ids/0"),
        (wrong("birth_date", json!("1990-01-01")), 422, "invalid_request", "/birth_date"),
    ];
    for (body, status, code, field) in wishes {
        let refused = join(&visitor, &body).await.expect_code(status, code);
        assert_eq!(refused["errors"][0]["field"], field, "{}", refused.text);
        assert_eq!(rows(&shop).await, before, "{code} left something");
    }
    // None of that used anything up.
    body["nickname"] = json!("서연");
    join(&visitor, &body).await.expect(201);
    assert_eq!(rows(&shop).await, (before.0 + 1, before.1 + 1, before.2 + 3, before.3 + 1));
    shop.close().await;
}

#[tokio::test]
async fn an_identity_is_good_for_the_purpose_it_was_proven_for() {
    let shop = Shop::open().await;
    let visitor = shop.anonymous(Host::Service);
    let mut body = papers(&shop, &visitor, "minji@drrip.test", minji()).await;
    let who = shop.agency().person(minji());
    let start = |purpose: &str| visitor.post("/v1/identity-verifications", json!({ "purpose": purpose }));
    for purpose in ["recovery", "phone_change", "rejoin"] {
        let started = start(purpose).await.expect(201);
        let id = started["identity_verification_id"].as_str().unwrap();
        shop.agency().verify(id, &who).unwrap();
        let complete = format!("/v1/identity-verifications/{id}/complete");
        assert_eq!(visitor.post(&complete, json!({})).await.expect(200)["purpose"], purpose);
        body["identity_verification_id"] = json!(id);
        join(&visitor, &body).await.expect_code(422, "identity_verification_invalid");
    }
    let prize = start("prize").await.expect_code(422, "invalid_request");
    assert_eq!(prize["errors"][0]["field"], "/purpose");
    // What the agency refuses is no result, and what a browser says of it counts for nothing.
    let started = start("signup").await.expect(201);
    let id = started["identity_verification_id"].as_str().unwrap();
    shop.agency().fail(id, "cancelled").unwrap();
    let complete = format!("/v1/identity-verifications/{id}/complete");
    visitor.post(&complete, json!({})).await.expect_code(422, "identity_verification_failed");
    let unknown = format!("/v1/identity-verifications/{}/complete", uuid::Uuid::new_v4());
    visitor.post(&unknown, json!({})).await.expect_code(404, "identity_verification_not_found");
    // A result waits half an hour for what it was asked for.
    let late = papers(&shop, &visitor, "late@drrip.test", minji()).await;
    shop.clock().advance(Duration::minutes(30));
    let refused = join(&visitor, &late).await;
    assert!(matches!(refused.status.as_u16(), 410 | 422), "{}", refused.text);
    shop.close().await;
}

#[tokio::test]
async fn of_two_sign_ups_with_one_address_one_makes_an_account() {
    let shop = Shop::open().await;
    let visitor = shop.anonymous(Host::Service);
    let one = papers(&shop, &visitor, "both@drrip.test", minji()).await;
    shop.clock().advance(Duration::seconds(61));
    let two = papers(&shop, &visitor, "both@drrip.test", seoyeon()).await;
    let (first, second) = futures::join!(join(&visitor, &one), join(&visitor, &two));
    let (made, refused) = if first.status == 201 { (first, second) } else { (second, first) };
    made.expect(201);
    refused.expect_code(409, "email_taken");
    assert_eq!(rows(&shop).await, (1, 1, 3, 1));
    // A code is exchanged once.
    let asked = visitor.post("/v1/auth/email-verifications", json!({ "email": "third@drrip.test" })).await.expect(202);
    shop.run_tasks().await;
    let code = shop.mailed_code("third@drrip.test").await;
    let path = format!("/v1/auth/email-verifications/{}/confirm", asked["email_verification_id"].as_str().unwrap());
    let confirm = || async { visitor.post(&path, json!({ "code": code })).await };
    let (one, two) = futures::join!(confirm(), confirm());
    let mut statuses = [one.status.as_u16(), two.status.as_u16()];
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 410]);
    confirm().await.expect_code(410, "code_expired");
    shop.close().await;
}

#[tokio::test]
async fn whoever_left_may_join_again_after_thirty_days() {
    let shop = Shop::open().await;
    let visitor = shop.anonymous(Host::Service);
    let body = papers(&shop, &visitor, "minji@drrip.test", minji()).await;
    let joined: UserId = join(&visitor, &body).await.expect(201).read("user_id");
    let until = shop.now().date() + Duration::days(30);
    shop.sql("update users set state = 'withdrawn', withdrawn_at = $2 where id = $1", &[&joined, &shop.now()]).await;
    shop.sql(
        "insert into user_withdrawals (user_id, requested_at, rejoin_hash, rejoin_blocked_until, purge_after)
         select id, $2, ci_hash, $3, $3 from users where id = $1",
        &[&joined, &shop.now(), &until],
    )
    .await;
    shop.clock().advance(Duration::minutes(2));
    let again = papers(&shop, &visitor, "minji@drrip.test", minji()).await;
    let refused = join(&visitor, &again).await.expect_code(403, "rejoin_blocked");
    assert_eq!(refused["details"]["until"], until.to_string());
    shop.clock().advance(Duration::days(31));
    let again = papers(&shop, &visitor, "minji@drrip.test", minji()).await;
    join(&visitor, &again).await.expect(201);
    shop.close().await;
}

#[tokio::test]
async fn texts_are_read_in_force_or_as_of_a_version() {
    let shop = Shop::open().await;
    let visitor = shop.anonymous(Host::Service);
    let tomorrow = shop.now().plus(Duration::days(1));
    shop.sql(
        "insert into terms (id, code, title, body, version_no, required, step, effective_from) values (gen_random_uuid(), 'privacy', '개인정보', '내일의 본문', 2, true, 'signup', $1)",
        &[&tomorrow],
    )
    .await;
    let version = |query: &str| visitor.get(&format!("/v1/terms/privacy{query}"));
    assert_eq!(version("").await.expect(200)["version"], 1);
    version("?version=2").await.expect_code(404, "term_not_found");
    shop.clock().advance(Duration::days(1));
    assert_eq!(version("").await.expect(200)["body"], "내일의 본문");
    assert_eq!(version("?version=1").await.expect(200)["version"], 1);
    for (query, field) in
        [("?version=one", "?version"), ("?version=99999999999", "?version"), ("?edition=1", "?edition")]
    {
        let refused = version(query).await.expect_code(422, "invalid_request");
        assert_eq!(refused["errors"][0]["field"], field, "{}", refused.text);
    }
    let refused = visitor.get("/v1/terms?step=never").await.expect_code(422, "invalid_request");
    assert_eq!(refused["errors"][0]["field"], "?step");
    for odd in ["%00", "%F0%9F%91%95", "..%2F..", &"x".repeat(500)] {
        visitor.get(&format!("/v1/terms/{odd}")).await.expect(404);
    }
    shop.close().await;
}

#[tokio::test]
async fn the_refund_account_stays_while_money_is_on_its_way_to_it() {
    let shop = Shop::open().await;
    let (minji, seller) = (shop.customer().await, shop.seller().await);
    let url = shop.url(Host::External).await;
    let to = |path: &str| Some(format!("{url}/v1/inbound/toss/{path}"));
    shop.toss().set_targets(Targets { payment: to("payment-events"), deposit: to("deposits"), payout: None });
    shop.bank().account("088", "110123456789", minji.name);
    let account = json!({ "bank_code": "088", "account_no": "110-123-456789" });
    minji.elevated().put("/v1/me/refund-account", account).await.expect(200);
    let tee = seller.product("티셔츠").price(30_000).on_sale().await;
    minji.address().await;
    let placed = order(&minji, &quote(&minji, &[piece(tee.only(), 1)]).await).await;
    let (pg_order_id, amount) =
        (placed["payment"]["pg_order_id"].as_str().unwrap().to_owned(), placed.won("total_payable"));
    let window = shop.toss().window(Window::virtual_account(&pg_order_id, amount, 24));
    let body = json!({ "payment_key": window.payment_key().unwrap(), "order_id": pg_order_id, "amount": amount });
    minji.post("/v1/payments/confirm", body).await.expect(200);
    shop.toss().deposit(&pg_order_id).unwrap();
    shop.toss().flush_webhooks().await;
    shop.run_tasks().await;
    let line = lines(&shop, &placed).await[0];
    accepted(&seller, &[line]).await;
    let claim = ask_cancel(&minji, &[(line, 1)]).await;
    // Asked for, then granted.
    minji.delete("/v1/me/refund-account").await.expect_code(409, "refund_pending");
    seller.post("/v1/claims/approve-cancels", json!({ "claim_ids": [claim] })).await.expect(200);
    minji.delete("/v1/me/refund-account").await.expect_code(409, "refund_pending");
    let live: i64 = shop.value("select count(*) from refund_accounts where replaced_at is null", &[]).await;
    assert_eq!(live, 1);
    shop.run_tasks().await;
    minji.delete("/v1/me/refund-account").await.expect(204);
    shop.close().await;
}

#[tokio::test]
async fn the_owner_of_a_store_is_an_adult_and_proves_it_once() {
    let shop = Shop::open().await;
    let door = shop.anonymous(Host::Seller);
    let body = store_papers(&shop, &door, "one@sungsu.test", "124-81-00998", "박대표").await;
    let mut wrong = body.clone();
    wrong["email_code"] = json!("000000");
    let refused = door.post("/v1/auth/sign-up", wrong).await.expect_code(422, "code_mismatch");
    assert_eq!(refused["errors"][0]["field"], "/email_code");
    door.post("/v1/auth/sign-up", body.clone()).await.expect(201);
    let mut again = store_papers(&shop, &door, "two@sungsu.test", "120-81-47521", "박대표").await;
    again["identity_verification_id"] = body["identity_verification_id"].clone();
    let refused = door.post("/v1/auth/sign-up", again).await.expect_code(422, "identity_verification_invalid");
    assert_eq!(refused["errors"][0]["field"], "/identity_verification_id");
    let stores: i64 = shop.value("select count(*) from sellers", &[]).await;
    assert_eq!(stores, 1);
    shop.close().await;
}
