//! What every host answers, and how it says no.

use harness::{Actor, Answer, Host, Shop, json};
use http::Method;

/// The form of every problem.
#[track_caller]
fn problem(answer: Answer, status: u16, code: &str) -> Answer {
    let answer = answer.expect_code(status, code);
    assert_eq!(answer.header("content-type"), Some("application/problem+json"), "{}", answer.text);
    assert_eq!(answer["status"], status);
    assert_eq!(answer["type"], format!("https://docs.drrip.example/problems/{code}"));
    assert!(answer["title"].as_str().is_some_and(|title| !title.is_empty()), "{}", answer.text);
    assert_eq!(answer["trace_id"].as_str(), answer.header("x-request-id"), "{}", answer.text);
    answer
}

#[tokio::test]
async fn a_host_is_healthy_and_describes_itself() {
    let shop = Shop::open().await;
    for host in Host::ALL {
        let nobody = shop.anonymous(host);
        assert_eq!(nobody.get("/healthz").await.expect(200)["status"], "ok");
        let page = nobody.get("/docs").await.expect(200);
        assert!(page.text.contains(&format!("Drrip {} API", host.as_str())), "{}", page.text);
        assert_eq!(page.header("x-content-type-options"), Some("nosniff"));
        assert_eq!(nobody.get("/openapi.json").await.expect(200)["openapi"], "3.1.0");
        for harness::web::Described { function, .. } in harness::described(host) {
            nobody.get(&format!("/healthz/{function}")).await.expect(200);
            let part = nobody.get(&format!("/openapi/{function}.json")).await.expect(200);
            assert!(part["paths"].as_object().is_some_and(|paths| !paths.is_empty()), "{function} describes nothing");
        }
    }
    shop.close().await;
}

#[tokio::test]
async fn an_unknown_path_and_an_unknown_method_are_problems() {
    let shop = Shop::open().await;
    for host in Host::ALL {
        let nobody = shop.anonymous(host);
        problem(nobody.get("/v1/nothing-here").await, 404, "not_found");
        problem(nobody.get("/").await, 404, "not_found");
        problem(nobody.call(Method::PATCH, "/healthz", None).await, 405, "method_not_allowed");
    }
    let minji = shop.customer().await;
    let refused = problem(minji.delete("/v1/me").await, 405, "method_not_allowed");
    assert!(refused.header("allow").is_some_and(|methods| methods.contains("GET")), "{:?}", refused.header("allow"));
    problem(minji.patch("/v1/me/addresses/not-an-id", json!({})).await, 404, "not_found");
    shop.close().await;
}

#[tokio::test]
async fn titles_are_korean_unless_english_is_asked_for() {
    let shop = Shop::open().await;
    let nobody = shop.anonymous(Host::Service);
    assert_eq!(problem(nobody.get("/v1/me").await, 401, "unauthenticated")["title"], "로그인이 필요합니다.");
    let english = nobody.in_english().get("/v1/me").await;
    assert_eq!(problem(english, 401, "unauthenticated")["title"], "Sign in first.");
    let refused = nobody.get("/v1/me").await.expect(401);
    assert_eq!(refused.header("www-authenticate"), Some("Bearer"));
    assert_eq!(refused.header("cache-control"), Some("no-store"));
    shop.close().await;
}

#[tokio::test]
async fn the_trace_id_is_the_callers_own_when_it_is_a_plain_one() {
    let shop = Shop::open().await;
    let nobody = shop.anonymous(Host::Service);
    let given = nobody.get("/v1/me").header("x-request-id", "0af7651916cd43dd").await;
    assert_eq!(problem(given, 401, "unauthenticated")["trace_id"], "0af7651916cd43dd");
    let odd = nobody.get("/v1/me").header("x-request-id", "<script>alert(1)</script>").await;
    assert_ne!(problem(odd, 401, "unauthenticated")["trace_id"], "<script>alert(1)</script>");
    shop.close().await;
}

#[tokio::test]
async fn a_body_that_cannot_be_read_is_refused_with_the_field_at_fault() {
    let shop = Shop::open().await;
    let minji = shop.customer().await;
    let address =
        json!({ "recipient": "김민지", "phone": "010-1234-5678", "postcode": "06236", "address1": "테헤란로 1" });
    let with = |field: &str, value: harness::Value| {
        let mut body = address.clone();
        body[field] = value;
        body
    };
    let path = "/v1/me/addresses";

    // Wrong types and values: 422 with the place.
    for (field, value) in [
        ("recipient", json!(12)),
        ("recipient", json!("")),
        ("recipient", json!("가".repeat(31))),
        ("recipient", json!(null)),
        ("recipient", json!(["김민지"])),
        ("phone", json!("abc")),
        ("postcode", json!("1234")),
        ("postcode", json!(6236)),
        ("is_default", json!("yes")),
        ("is_default", json!(1)),
    ] {
        let answer = problem(minji.post(path, with(field, value.clone())).await, 422, "invalid_request");
        assert_eq!(answer["errors"][0]["field"], format!("/{field}"), "{value}: {}", answer.text);
        assert!(!answer.text.contains("at line"), "a parser's position is no help: {}", answer.text);
    }
    let unknown = problem(minji.post(path, with("colour", json!("red"))).await, 422, "invalid_request");
    assert_eq!(unknown["errors"][0]["field"], "/colour", "{}", unknown.text);
    problem(minji.post(path, json!({})).await, 422, "invalid_request");
    problem(minji.post(path, json!([])).await, 422, "invalid_request");
    let in_order = json!([null, "김민지", "01012345678", "06236", "테헤란로 1", null, null, null, false]);
    problem(minji.post(path, in_order).await, 422, "invalid_request");
    problem(minji.post(path, json!("address")).await, 422, "invalid_request");

    // Not JSON, or not said to be.
    for body in ["", "{", "{\"recipient\":", "nonsense", "\u{feff}{}", "{'recipient':'x'}"] {
        problem(minji.post(path, json!({})).body(body).await, 400, "malformed_request");
    }
    problem(minji.post(path, json!({})).body(format!("{address} {address}")).await, 400, "malformed_request");
    problem(minji.post(path, json!({})).body(vec![0xff, 0xfe, 0x00]).await, 400, "malformed_request");
    problem(minji.post(path, address.clone()).without("content-type").await, 415, "unsupported_media_type");
    problem(
        minji.post(path, address.clone()).header("content-type", "text/plain").await,
        415,
        "unsupported_media_type",
    );
    minji.post(path, address.clone()).header("content-type", "application/json; charset=utf-8").await.expect(201);

    // Deeply nested, and too large.
    let deep = format!("{}{}", r#"{"recipient":"#.repeat(50_000), "}".repeat(50_000));
    problem(minji.post(path, json!({})).body(deep).await, 422, "invalid_request");
    let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
    problem(minji.post(path, json!({})).body(deep).await, 422, "invalid_request");
    let large = with("recipient", json!("x".repeat(1_000_001)));
    problem(minji.post(path, large).await, 413, "payload_too_large");
    shop.close().await;
}

#[tokio::test]
async fn a_query_that_cannot_be_read_names_the_parameter() {
    let shop = Shop::open().await;
    let minji = shop.customer().await;
    for (query, field) in [
        ("limit=0", "?limit"),
        ("limit=-1", "?limit"),
        ("limit=many", "?limit"),
        ("limit=99999999999999999999", "?limit"),
        ("kind=nothing", "?kind"),
    ] {
        let answer = problem(minji.get(&format!("/v1/me/notifications?{query}")).await, 422, "invalid_request");
        assert_eq!(answer["errors"][0]["field"], field, "{query}: {}", answer.text);
    }
    problem(minji.get("/v1/me/notifications?colour=red").await, 422, "invalid_request");
    problem(minji.get("/v1/me/notifications?cursor=not-a-cursor").await, 422, "invalid_request");
    shop.close().await;
}

#[tokio::test]
async fn quantities_and_amounts_stay_in_their_bounds() {
    let shop = Shop::open().await;
    let (minji, seller) = (shop.customer().await, shop.seller().await);
    let tee = seller.product("티셔츠").sku("M", 5).on_sale().await;
    for quantity in ["-1", "0", "100", "1.5", "1e3", "9223372036854775808", "1e400", "\"1\"", "null", "true"] {
        let body = format!(r#"{{"items":[{{"sku_id":"{}","quantity":{quantity}}}]}}"#, tee.sku("M"));
        let answer = minji.post("/v1/cart/items", json!({})).body(body).await;
        assert!([400, 422].contains(&answer.status.as_u16()), "{quantity}: {}", answer.text);
    }
    shop.close().await;
}

#[tokio::test]
async fn everybody_can_be_made() {
    let shop = Shop::open().await;
    let minji = shop.customer().await;
    minji.address().await;
    minji.jeju_address().await;
    assert_eq!(minji.get("/v1/me/addresses").await.expect(200).items().len(), 2);
    minji.points(5_000).await;
    minji.rewards(3_000).await;
    let seller = shop.seller().await;
    let tee = seller.product("티셔츠").price(30_000).sku("M", 10).sku("L", 0).on_sale().await;
    assert_ne!(tee.sku("M"), tee.sku("L"));
    shop.coupon("5천원").fixed(5_000).give(&minji).await;
    shop.promotion(&tee, 25_000).await;
    shop.time_sale(&tee, 24_000, "0.3").await;
    for role in ["manager", "product", "order", "cs", "settlement", "viewer"] {
        seller.member(role).await;
    }
    shop.operator("super_admin").await;
    shop.partner(&seller, &["partner:account"]).await.get("/v1/me").await.expect(200);
    shop.own_client(&seller, &["partner:account"]).await.get("/v1/me").await.expect(200);
    shop.close().await;
}

#[tokio::test]
async fn every_host_refuses_what_it_cannot_read_in_the_same_way() {
    let shop = Shop::open().await;
    let seller = shop.seller().await;
    let own = shop.own_client(&seller, &["partner:webhooks:manage"]).await;
    let lead = shop.operator("settlement_lead").await;
    let nobody = shop.anonymous(Host::Service);
    let doors: [(&Actor, &str); 4] = [
        (&nobody, "/v1/auth/email-verifications"),
        (&seller, "/v1/product-orders/confirm"),
        (&lead, "/v1/payout-batches"),
        (&own, "/v1/webhook-endpoints"),
    ];
    for (actor, path) in doors {
        problem(actor.post(path, json!({})).body("{").await, 400, "malformed_request");
        problem(actor.post(path, json!([1])).await, 422, "invalid_request");
        let unknown = problem(actor.post(path, json!({ "colour": "red" })).await, 422, "invalid_request");
        assert_eq!(unknown["errors"][0]["field"], "/colour", "{path}: {}", unknown.text);
        problem(actor.post(path, json!({})).header("content-type", "text/xml").await, 415, "unsupported_media_type");
        problem(actor.post(path, json!({})).body(vec![b' '; 1_000_001]).await, 413, "payload_too_large");
    }
    let (batches, deliveries) = ("/v1/payout-batches", "/v1/webhook-deliveries");
    problem(lead.get(&format!("{batches}/not-an-id")).await, 404, "not_found");
    problem(own.get(&format!("{deliveries}/not-an-id")).await, 404, "not_found");
    let answer = problem(own.get(&format!("{deliveries}?state=lost")).await, 422, "invalid_request");
    assert_eq!(answer["errors"][0]["field"], "?state", "{}", answer.text);
    problem(
        lead.post(batches, json!({ "pay_date": "2999-01-01" })).without("idempotency-key").await,
        400,
        "idempotency_key_required",
    );
    let own = shop.own_client(&seller, &["partner:orders:read"]).await;
    let odd = own.get("/v1/product-orders/changes").header("drrip-seller-id", "me").await;
    assert_eq!(problem(odd, 422, "invalid_request")["errors"][0]["field"], "Drrip-Seller-Id");
    shop.close().await;
}
