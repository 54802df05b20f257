//! A seller's day: new lines, parcels, recipients, cancels. Everything of another store is not there.

use crate::buying::{bought, lines, order, pay, piece, quote};
use crate::order_steps::*;
use chrono::Duration;
use harness::simulators::carrier::ScanStatus;
use harness::{Answer, Customer, Seller, Shop, Value, json};
use kernel::{ClaimId, ProductOrderId, SellerOrderId, ShipmentId};

/// One order over two sellers: two shirts (one of them at the seller's discount) of the first, a cap of the second.
struct Store {
    shop: Shop,
    minji: Customer,
    one: Seller,
    two: Seller,
    placed: Answer,
    mine: ProductOrderId,
    foreign: ProductOrderId,
}

impl Store {
    async fn open() -> Store {
        let shop = Shop::open().await;
        let (one, two) = (shop.seller().await, shop.seller().await);
        let tee = one.product("티셔츠").price(20_000).sku("M", 5).on_sale().await;
        shop.promotion(&tee, 18_000).await;
        let cap = two.product("모자").price(15_000).sku("M", 5).on_sale().await;
        let minji = shop.customer().await;
        minji.points(3_000).await;
        minji.address().await;
        let quoted = quote(&minji, &[piece(tee.only(), 2), piece(cap.only(), 1)]).await;
        let path = format!("/v1/checkout-quotes/{}", quoted["quote_id"].as_str().unwrap());
        let quoted = minji.patch(&path, json!({ "points": 3_000 })).await.expect(200);
        let placed = order(&minji, &quoted).await;
        assert!(one.get("/v1/product-orders").await.expect(200).items().is_empty(), "unpaid lines never appear");
        pay(&shop, &minji, &placed).await;
        let [mine, foreign] = lines(&shop, &placed).await[..] else { panic!("two lines") };
        Store { shop, minji, one, two, placed, mine, foreign }
    }

    async fn list(&self, query: &str) -> Answer {
        self.one.get(&format!("/v1/product-orders{query}")).await.expect(200)
    }
}

fn ids(answer: &Answer) -> Vec<Value> {
    answer.items().iter().map(|item| item["product_order_id"].clone()).collect()
}

#[tokio::test]
async fn lines_wait_by_stage_and_never_another_stores() {
    let store = Store::open().await;
    let Store { shop, one, two, placed, mine, foreign, minji } = &store;
    let all = store.list("").await;
    assert_eq!(ids(&all), [json!(mine)]);
    assert_eq!(all["counts"]["new"], 1);
    let line = &all.items()[0];
    assert_eq!(line["order_no"], placed["order_no"]);
    assert_eq!(line["actions"], json!(["accept", "dispatch", "reveal_contact"]));
    assert!(line["recipient"]["name"].as_str().unwrap().contains('*'), "{line}");
    for private in [minji.name, &minji.phone, &minji.email] {
        assert!(!all.text.contains(private), "{private} in {}", all.text);
    }
    for (query, found) in [
        ("?stage=new", 1),
        ("?stage=to_dispatch", 0),
        ("?stage=overdue", 0),
        ("?keyword=%ED%8B%B0%EC%85%94%EC%B8%A0", 1),
        ("?keyword=nothing", 0),
        (&format!("?keyword={}", placed["order_no"].as_str().unwrap()), 1),
        ("?changed_since=2020-01-01T00:00:00Z", 1),
        ("?changed_since=2099-01-01T00:00:00Z", 0),
        ("?from=2099-01-01", 0),
    ] {
        assert_eq!(store.list(query).await.items().len(), found, "{query}");
    }
    one.get("/v1/product-orders?stage=nowhere").await.expect_code(422, "invalid_request");

    let detail = one.get(&format!("/v1/product-orders/{mine}")).await.expect(200);
    // 2 × (20,000 − 2,000 of the store's own): commission 12 % of 36,000 and its VAT; points never lower a payout.
    let expected = &detail["money"]["expected_settlement"];
    assert_eq!(
        [&expected["gross"], &expected["seller_discount"], &expected["fee"], &expected["fee_vat"], &expected["payout"]],
        [40_000, 4_000, 4_320, 432, 31_248]
    );
    assert_eq!(detail["money"]["seller_discounts"][0]["initial"], 4_000);
    assert!(detail["money"]["platform_paid"]["initial"].as_i64().unwrap() > 0);
    assert_eq!(detail["history"].as_array().unwrap().len(), 2);
    assert!(!detail.text.contains("15000"), "another store's price: {}", detail.text);
    one.get(&format!("/v1/product-orders/{foreign}")).await.expect_code(404, "product_order_not_found");
    two.get(&format!("/v1/product-orders/{mine}")).await.expect_code(404, "product_order_not_found");

    let day = format!("?stage=overdue&from={}", shop.now().date());
    shop.clock().advance(Duration::days(12));
    assert_eq!(ids(&store.list(&day).await), [json!(mine)]);
    assert_eq!(store.list("").await["counts"]["overdue"], 1);
    store.shop.close().await;
}

#[tokio::test]
async fn lines_are_accepted_and_leave_with_a_number() {
    let store = Store::open().await;
    let Store { shop, one, two, mine, foreign, .. } = &store;
    let viewer = one.member("viewer").await;
    let body = json!({ "product_order_ids": [mine] });
    viewer.post("/v1/product-orders/confirm", body).await.expect_code(403, "forbidden");
    let unknown = ProductOrderId::new();
    let codes = |results: Vec<Value>| results.iter().map(code).map(str::to_owned).collect::<Vec<_>>();
    let asked = [*foreign, *mine, unknown];
    for _ in 0..2 {
        let done = codes(accepted(one, &asked).await);
        assert_eq!(done, ["product_order_not_found", "ok", "product_order_not_found"]);
    }
    assert_eq!(store.list("?stage=to_dispatch").await.items().len(), 1);

    let refused = [
        (json!({ "product_order_id": mine, "method": "parcel" }), "carrier_required"),
        (json!({ "product_order_id": mine, "method": "parcel", "carrier_code": "CJ" }), "invoice_required"),
        (by_cj(*mine, "12"), "invoice_invalid"),
        (
            json!({ "product_order_id": mine, "method": "parcel", "carrier_code": "NONE", "invoice_no": "100000000001" }),
            "carrier_unknown",
        ),
        (by_cj(*foreign, "100000000001"), "product_order_not_found"),
    ];
    for (item, why) in refused {
        assert_eq!(codes(dispatched(one, std::slice::from_ref(&item)).await), [why], "{item}");
    }
    let mut fewer = by_cj(*mine, "100000000001");
    fewer["quantity"] = json!(1);
    assert_eq!(codes(dispatched(one, &[fewer]).await), ["quantity_changed"]);
    one.post("/v1/product-orders/dispatch", json!({ "items": [] })).await.expect_code(422, "invalid_request");

    // Spaces and dashes are left out; the same key answers the same, the same pair again answers success.
    let body = json!({ "items": [by_cj(*mine, "1000-0000 0001")] });
    let call = || one.post("/v1/product-orders/dispatch", body.clone()).key("dispatch-of-the-morning");
    let first = call().await.expect(200);
    assert_eq!(code(&results(&first)[0]), "ok", "{}", first.text);
    let again = call().await.expect(200);
    assert_eq!((again.header("idempotent-replayed"), again.json()), (Some("true"), first.json()));
    assert_eq!(codes(dispatched(one, &[by_cj(*mine, "100000000001")]).await), ["ok"]);
    assert_eq!(codes(dispatched(one, &[by_cj(*mine, "100000000002")]).await), ["already_dispatched"]);
    assert_eq!(codes(dispatched(two, &[by_cj(*foreign, "100000000001")]).await), ["invoice_in_use"]);

    let parcels = one.get("/v1/shipments?stage=not_scanned").await.expect(200);
    let parcel = &parcels.items()[0];
    assert_eq!((&parcel["carrier_name"], &parcel["false_dispatch"]), (&json!("CJ대한통운"), &json!(false)));
    let id: ShipmentId = parcel["shipment_id"].as_str().unwrap().parse().unwrap();
    assert!(two.get("/v1/shipments").await.expect(200).items().is_empty());
    two.get(&format!("/v1/shipments/{id}")).await.expect_code(404, "shipment_not_found");
    shop.clock().advance(Duration::days(7));
    assert_eq!(one.get("/v1/shipments").await.expect(200).items()[0]["false_dispatch"], true);

    scanned(shop, "100000000001", ScanStatus::AtPickup).await;
    assert_eq!(one.get("/v1/shipments?stage=moving&kind=outbound").await.expect(200).items().len(), 1);
    assert!(one.get("/v1/shipments?stage=stalled").await.expect(200).items().is_empty());
    let detail = one.get(&format!("/v1/shipments/{id}")).await.expect(200);
    assert_eq!((&detail["state"], &detail["scans"][0]["status"]), (&json!("in_transit"), &json!("at_pickup")));
    assert_eq!(detail["lines"][0]["state"], "delivering");
    scanned(shop, "100000000001", ScanStatus::Delivered).await;
    let counts = store.list("?stage=delivered").await;
    assert_eq!((counts.items().len(), &counts["counts"]["delivered"]), (1, &json!(1)));
    store.shop.close().await;
}

#[tokio::test]
async fn a_recipient_is_shown_for_a_reason_and_the_look_is_kept() {
    let store = Store::open().await;
    let Store { shop, minji, one, two, mine, .. } = &store;
    let path = format!("/v1/product-orders/{mine}/reveal-contact");
    let reason = json!({ "reason": "택배사에서 주소를 확인해 달라고 합니다" });
    for role in ["viewer", "product", "settlement"] {
        one.member(role).await.post(&path, reason.clone()).await.expect_code(403, "forbidden");
    }
    two.post(&path, reason.clone()).await.expect_code(404, "product_order_not_found");
    one.post(&path, json!({ "reason": "왜" })).await.expect_code(422, "invalid_request");
    let looks = "select count(*) from privacy_access_logs where subject_type = 'product_orders'";
    assert_eq!(shop.value::<i64>(looks, &[]).await, 0, "a refusal is no look");

    let shown = one.member("order").await.post(&path, reason.clone()).await.expect(200);
    assert_eq!((&shown["name"], &shown["phone"]), (&json!(minji.name), &json!(minji.phone)));
    assert_eq!(shown["address"], "서울특별시 강남구 테헤란로 123 101동 1203호");
    let kept: String = shop
        .value("select purpose from privacy_access_logs where action = 'unmask' and subject_id = $1", &[mine])
        .await;
    assert_eq!(kept, "택배사에서 주소를 확인해 달라고 합니다");

    // Fifty an hour per member.
    for _ in 0..50 {
        one.post(&path, reason.clone()).await.expect(200);
    }
    one.post(&path, reason.clone()).await.expect_code(429, "reveal_limit_reached");
    shop.clock().advance(Duration::minutes(61));
    one.post(&path, reason.clone()).await.expect(200);

    dispatched(one, &[by_cj(*mine, "100000000001")]).await;
    scanned(shop, "100000000001", ScanStatus::Delivered).await;
    minji.post("/v1/product-orders/confirm", json!({ "product_order_ids": [mine] })).await.expect(204);
    shop.clock().advance(Duration::days(89));
    one.post(&path, reason.clone()).await.expect(200);
    shop.clock().advance(Duration::days(1));
    one.post(&path, reason).await.expect_code(403, "contact_closed");
    assert_eq!(one.get(&format!("/v1/product-orders/{mine}")).await.expect(200)["actions"], json!([]));
    // Settling is told elsewhere: for the laws this purchase was confirmed just now.
    shop.sql("update product_orders set decided_at = $1 where decided_at is not null", &[&shop.now()]).await;
    store.shop.close().await;
}

#[tokio::test]
async fn cancels_are_answered_claim_by_claim() {
    let store = Store::open().await;
    let Store { shop, minji, one, two, mine, foreign, .. } = &store;
    accepted(one, &[*mine]).await;
    accepted(two, &[*foreign]).await;
    let claim = ask_cancel(minji, &[(*mine, 1)]).await;
    let theirs = ask_cancel(minji, &[(*foreign, 1)]).await;

    let waiting = one.get("/v1/claims?state=requested").await.expect(200);
    assert_eq!(waiting.items().len(), 1);
    assert_eq!((&waiting.items()[0]["claim_id"], &waiting["counts"]["requested"]), (&json!(claim), &json!(1)));
    assert_eq!(waiting.items()[0]["lines"][0]["quantity"], 1);
    assert!(!waiting.text.contains(minji.name), "{}", waiting.text);
    assert_eq!(store.list("?stage=in_claim").await.items()[0]["actions"], json!(["answer_claim", "reveal_contact"]));
    let packed = dispatched(one, &[by_cj(*mine, "100000000001")]).await;
    assert_eq!(code(&packed[0]), "claim_open");
    one.get(&format!("/v1/claims/{theirs}")).await.expect_code(404, "claim_not_found");
    let detail = one.get(&format!("/v1/claims/{claim}")).await.expect(200);
    assert_eq!((&detail["actions"], &detail["money"]["refund"]), (&json!(["approve"]), &json!(0)));

    let path = "/v1/claims/approve-cancels";
    let body = json!({ "claim_ids": [theirs, claim, ClaimId::new()] });
    one.member("viewer").await.post(path, body.clone()).await.expect_code(403, "forbidden");
    let codes = |answer: &Answer| results(answer).iter().map(code).map(str::to_owned).collect::<Vec<_>>();
    for _ in 0..2 {
        let answer = one.post(path, body.clone()).await.expect(200);
        assert_eq!(codes(&answer), ["claim_not_found", "ok", "claim_not_found"]);
        shop.run_tasks().await;
    }
    let done = one.get(&format!("/v1/claims/{claim}")).await.expect(200);
    assert_eq!(
        (&done["state"], &done["money"]["refund_state"], &done["actions"]),
        (&json!("done"), &json!("done"), &json!([]))
    );
    // One of two shirts at 18,000 paid with points in part: one figure.
    assert_eq!(done["money"]["goods"], 18_000);
    let line = one.get(&format!("/v1/product-orders/{mine}")).await.expect(200);
    assert_eq!(
        (&line["remaining_quantity"], &line["money"]["expected_settlement"]["payout"]),
        (&json!(1), &json!(15_624))
    );
    assert_eq!(line["claims"][0]["claim_id"], json!(claim));

    minji.post(&format!("/v1/claims/{theirs}/withdraw"), json!({})).await.expect(204);
    let late = two.post(path, json!({ "claim_ids": [theirs] })).await.expect(200);
    assert_eq!(codes(&late), ["invalid_state"]);
    store.shop.close().await;
}

#[tokio::test]
async fn a_part_shows_its_shipping_and_which_line_it_hangs_on() {
    let shop = Shop::open().await;
    let (one, two) = (shop.seller().await, shop.seller().await);
    let shirt = one.product("셔츠").price(40_000).sku("M", 5).on_sale().await;
    let socks = one.product("양말").price(5_000).sku("M", 9).on_sale().await;
    let minji = shop.customer().await;
    bought(&shop, &minji, &[piece(shirt.only(), 1), piece(socks.only(), 3)]).await;
    let part: SellerOrderId = shop.value("select id from seller_orders", &[]).await;
    let path = format!("/v1/seller-orders/{part}");
    two.get(&path).await.expect_code(404, "seller_order_not_found");
    let shown = one.get(&path).await.expect(200);
    assert_eq!((&shown["sale_amount"], &shown["shipping"]["waived"]), (&json!(55_000), &json!(true)));
    let breaks: Vec<&Value> =
        shown["lines"].as_array().unwrap().iter().map(|line| &line["breaks_free_shipping"]).collect();
    assert_eq!(breaks, [&json!(true), &json!(true)], "40,000 or 15,000 alone do not reach 50,000");
    let socks_line: ProductOrderId = shop.value("select id from product_orders where line_no = 2", &[]).await;
    ask_cancel(&minji, &[(socks_line, 1)]).await;
    shop.run_tasks().await;
    let shown = one.get(&path).await.expect(200);
    assert_eq!(shown["lines"][1]["breaks_free_shipping"], true, "50,000 are left, less would break it");
    ask_cancel(&minji, &[(socks_line, 1)]).await;
    shop.run_tasks().await;
    let shown = one.get(&path).await.expect(200);
    assert_eq!(shown["lines"][1]["breaks_free_shipping"], false, "it is broken already");
    shop.close().await;
}
