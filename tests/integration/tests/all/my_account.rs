//! What customers keep: addresses, a refund account, consents, an inbox, a nickname.

use crate::buying::{order, piece};
use chrono::Duration;
use harness::{Customer, Host, Shop, Value, json};

fn somewhere(postcode: &str) -> Value {
    json!({ "recipient": "김민지", "phone": "010-1234-5678", "postcode": postcode, "address1": "어딘가 1", "address2": "101호" })
}

async fn labels(minji: &Customer) -> Vec<(String, bool)> {
    let list = minji.get("/v1/me/addresses").await.expect(200);
    let row = |row: &Value| (row["address1"].as_str().unwrap().to_owned(), row["is_default"] == true);
    list.items().iter().map(row).collect()
}

#[tokio::test]
async fn there_is_always_one_default_address_and_it_is_mine_alone() {
    let shop = Shop::open().await;
    let (minji, seoyeon) = (shop.customer().await, shop.customer().await);
    minji.post("/v1/me/addresses", json!({ "recipient": "김민지" })).await.expect_code(422, "invalid_request");
    let first = minji.post("/v1/me/addresses", somewhere("06236")).await.expect(201);
    assert_eq!((&first["is_default"], &first["remote_zone"]), (&json!(true), &Value::Null));
    let second = minji.post("/v1/me/addresses", somewhere("63000")).await.expect(201);
    assert_eq!((&second["is_default"], &second["remote_zone"]), (&json!(false), &json!("jeju")));
    let path = format!("/v1/me/addresses/{}", second["address_id"].as_str().unwrap());
    let edited = json!({ "address1": "제주 1", "address2": null, "label": "집", "is_default": true });
    let edited = minji.patch(&path, edited).await.expect(200);
    assert_eq!(
        (&edited["address2"], &edited["label"], &edited["phone"]),
        (&Value::Null, &json!("집"), &json!("01012345678"))
    );
    assert_eq!(labels(&minji).await, [("제주 1".to_owned(), true), ("어딘가 1".to_owned(), false)]);
    seoyeon.patch(&path, json!({ "label": "남의 집" })).await.expect_code(404, "address_not_found");
    seoyeon.delete(&path).await.expect_code(404, "address_not_found");
    minji.delete(&path).await.expect(204);
    assert_eq!(labels(&minji).await, [("어딘가 1".to_owned(), true)], "the other one took its place");
    minji.delete(&path).await.expect_code(404, "address_not_found");
    for _ in 0..19 {
        minji.post("/v1/me/addresses", somewhere("06236")).await.expect(201);
    }
    minji.post("/v1/me/addresses", somewhere("06236")).await.expect_code(409, "address_limit_reached");
    shop.anonymous(Host::Service).get("/v1/me/addresses").await.expect_code(401, "unauthenticated");
    shop.close().await;
}

#[tokio::test]
async fn the_address_ordered_to_last_takes_the_place_of_a_deleted_default() {
    let shop = Shop::open().await;
    let (seller, minji) = (shop.seller().await, shop.customer().await);
    let tee = seller.product("티셔츠").price(30_000).sku("M", 5).on_sale().await;
    let add = async |address1: &str| {
        let body =
            json!({ "recipient": "김민지", "phone": "010-1234-5678", "postcode": "06236", "address1": address1 });
        minji.post("/v1/me/addresses", body).await.expect(201)["address_id"].clone()
    };
    let (home, office, _) = (add("집").await, add("회사").await, add("본가").await);
    let quoted = minji.post("/v1/checkout-quotes", json!({ "items": [piece(tee.only(), 1)] })).await.expect(201);
    let path = format!("/v1/checkout-quotes/{}", quoted["quote_id"].as_str().unwrap());
    let quoted = minji.patch(&path, json!({ "address_id": office })).await.expect(200);
    order(&minji, &quoted).await;
    minji.delete(&format!("/v1/me/addresses/{}", home.as_str().unwrap())).await.expect(204);
    assert_eq!(labels(&minji).await, [("회사".to_owned(), true), ("본가".to_owned(), false)]);
    shop.close().await;
}

#[tokio::test]
async fn a_refund_account_belongs_to_the_customer_as_the_bank_says() {
    let shop = Shop::open().await;
    let minji = shop.customer().await;
    shop.bank().account("004", "12340001", minji.name);
    shop.bank().account("004", "12340002", "남의이름");
    let save =
        |no: &str| minji.elevated().put("/v1/me/refund-account", json!({ "bank_code": "004", "account_no": no }));
    minji.get("/v1/me/refund-account").await.expect_code(404, "refund_account_not_found");
    save("12340002").await.expect_code(422, "holder_mismatch");
    save("99999999").await.expect_code(422, "bank_account_unknown");
    let saved = save("12340001").await.expect(200);
    assert_eq!(saved["account_no"], "****0001");
    save("12340001").await.expect(200);
    let live: i64 = shop.value("select count(*) from refund_accounts where replaced_at is null", &[]).await;
    assert_eq!(live, 1);
    minji.delete("/v1/me/refund-account").await.expect(204);
    minji.delete("/v1/me/refund-account").await.expect_code(404, "refund_account_not_found");
    shop.close().await;
}

#[tokio::test]
async fn advertising_is_agreed_to_by_channel_and_every_change_is_told() {
    let shop = Shop::open().await;
    let minji = shop.customer().await;
    let change = |body: Value| minji.patch("/v1/me/marketing-consents", body);
    change(json!({ "email": true, "night": true })).await.expect_code(422, "night_needs_channel");
    let on = change(json!({ "push": true, "email": true, "night": true })).await.expect(200);
    assert_eq!((&on["push"], &on["sms"], &on["night"]), (&json!(true), &json!(false), &json!(true)));
    let off = change(json!({ "push": false })).await.expect(200);
    assert_eq!((&off["email"], &off["night"]), (&json!(true), &json!(false)), "nothing rings at night any more");
    change(json!({ "push": false })).await.expect(200);
    let inbox = minji.get("/v1/me/notifications").await.expect(200);
    assert_eq!(inbox.items().len(), 2, "two changes, two notices: {}", inbox.text);
    assert!(inbox.items()[0]["body"].as_str().unwrap().contains("앱 푸시 수신 거부"));
    let history: i64 = shop
        .value("select count(*) from user_consents where user_id = $1 and purpose like '%marketing'", &[&minji.user_id])
        .await;
    assert_eq!(history, 5, "decisions are kept");
    shop.close().await;
}

#[tokio::test]
async fn the_inbox_pages_and_is_read_up_to_a_moment() {
    let shop = Shop::open().await;
    let (minji, seoyeon) = (shop.customer().await, shop.customer().await);
    for n in 0..5 {
        shop.clock().advance(Duration::seconds(1));
        shop.sql(
            "insert into notifications (id, user_id, template_code, nature, title, dedupe_key, created_at) values (gen_random_uuid(), $1, 't', $2, $3, $3, $4)",
            &[&minji.user_id, &if n == 4 { "advertising" } else { "transactional" }, &format!("소식 {n}"), &shop.now()],
        )
        .await;
    }
    let page = minji.get("/v1/me/notifications?limit=3").await.expect(200);
    assert_eq!(page.items()[0]["title"], "(광고) 소식 4");
    let next = format!("/v1/me/notifications?limit=3&cursor={}", page["next_cursor"].as_str().unwrap());
    let rest = minji.get(&next).await.expect(200);
    assert_eq!((rest.items().len(), &rest["next_cursor"]), (2, &Value::Null));
    let ads = minji.get("/v1/me/notifications?kind=advertising").await.expect(200);
    assert_eq!(ads.items().len(), 1);
    let one = format!("/v1/me/notifications/{}/open", page.items()[0]["notification_id"].as_str().unwrap());
    seoyeon.post(&one, json!({})).await.expect_code(404, "notification_not_found");
    let opened = minji.post(&one, json!({})).await.expect(200);
    assert_eq!(minji.post(&one, json!({})).await.expect(200)["read_at"], opened["read_at"], "the first opening counts");
    let before = page.items()[1]["created_at"].clone();
    let read = minji.post("/v1/me/notifications/read-all", json!({ "read_before": before })).await.expect(200);
    assert_eq!(read["read"], 4);
    shop.clock().advance(Duration::days(91));
    assert!(minji.get("/v1/me/notifications").await.expect(200).items().is_empty());
    shop.close().await;
}

#[tokio::test]
async fn nicknames_are_unique_whatever_their_case() {
    let shop = Shop::open().await;
    let (minji, seoyeon) = (shop.customer().await, shop.customer().await);
    let renamed = minji.patch("/v1/me", json!({ "nickname": "Minji", "gender": "f" })).await.expect(200);
    assert_eq!((&renamed["nickname"], &renamed["identity_verified"]), (&json!("Minji"), &json!(true)));
    seoyeon.patch("/v1/me", json!({ "nickname": "MINJI" })).await.expect_code(409, "nickname_taken");
    seoyeon.patch("/v1/me", json!({ "birth_date": "2000-01-01" })).await.expect_code(422, "invalid_request");
    let term = minji.get("/v1/terms/privacy").await.expect(200);
    assert!(term["body"].as_str().unwrap().contains("수집 항목"));
    minji.get("/v1/terms/nothing").await.expect_code(404, "term_not_found");
    shop.close().await;
}
