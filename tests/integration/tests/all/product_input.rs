//! What the sellers' product endpoints do not take.

use crate::bad_input::{Endpoint, many};
use crate::catalog_steps::{complete, disclosure, draft, options, png, put, stocked};
use chrono::Duration;
use harness::{Shop, Value, json};
use http::Method;
use uuid::Uuid;

const HUGE: i64 = i64::MAX;

#[tokio::test]
async fn drafts_and_edits_are_checked_by_field() {
    let shop = Shop::open().await;
    let (seller, other) = (shop.seller().await, shop.seller().await);
    let path = draft(&shop, &seller, "기본 티").await;
    let category = shop.leaf_category().await;
    let start = Endpoint {
        shop: &shop,
        by: &seller,
        method: Method::POST,
        path: "/v1/products".into(),
        body: json!({ "category_id": category, "brand_id": seller.brand_id, "name": "새 티", "list_price": 20_000, "sale_price": 10_000 }),
    };
    start
        .refuses(&[
            (json!({ "name": "" }), "invalid_request", "/name"),
            (json!({ "name": 7 }), "invalid_request", "/name"),
            (json!({ "name": "가\u{0}나" }), "invalid_request", "/name"),
            (json!({ "name": "가".repeat(101) }), "invalid_request", "/name"),
            (json!({ "gender": "x" }), "invalid_request", "/gender"),
            (json!({ "category_id": "shirts" }), "invalid_request", "/category_id"),
            (json!({ "category_id": Uuid::now_v7() }), "category_not_usable", "/category_id"),
            (json!({ "brand_id": other.brand_id }), "brand_not_yours", "/brand_id"),
            (json!({ "list_price": -10 }), "invalid_request", "/list_price"),
            (json!({ "list_price": HUGE }), "invalid_request", "/list_price"),
            (json!({ "list_price": 10.5 }), "invalid_request", "/list_price"),
            (json!({ "list_price": "20000" }), "invalid_request", "/list_price"),
            (json!({ "list_price": 20_005 }), "price_invalid", "/list_price"),
            (json!({ "sale_price": 20_010 }), "price_invalid", "/sale_price"),
            (json!({ "sale_price": 0 }), "price_invalid", "/sale_price"),
            (json!({ "state": "on_sale" }), "invalid_request", "/state"),
        ])
        .await;

    let fit = json!([{ "key": "fit", "label": "핏", "values": ["slim", "wide"] }]);
    shop.sql("update categories set attribute_schema = $1 where parent_id is null", &[&fit]).await;
    let form = seller.get(&format!("/v1/categories/{category}/registration-form")).await.expect(200);
    assert_eq!(form["attributes"], fit);
    let edit = Endpoint { shop: &shop, by: &seller, method: Method::PATCH, path: path.clone(), body: json!({}) };
    let tag = json!("봄");
    edit.refuses(&[
        (json!({ "name": "" }), "invalid_request", "/name"),
        (json!({ "min_per_order": 0 }), "invalid_request", "/min_per_order"),
        (json!({ "max_per_user": HUGE }), "invalid_request", "/max_per_user"),
        (json!({ "min_per_order": 3, "max_per_order": 2 }), "order_limits_invalid", "/max_per_order"),
        (json!({ "sale_starts_at": "tomorrow" }), "invalid_request", "/sale_starts_at"),
        (
            json!({ "sale_starts_at": "2026-06-02T00:00:00Z", "sale_ends_at": "2026-06-01T00:00:00Z" }),
            "sale_period_invalid",
            "/sale_ends_at",
        ),
        (json!({ "search_tags": many(21, &tag) }), "invalid_request", "/search_tags"),
        (json!({ "search_tags": ["", "여름"] }), "invalid_request", "/search_tags/0"),
        (json!({ "attributes": { "fit": "baggy" } }), "attributes_invalid", "/attributes/fit"),
        (json!({ "attributes": { "heel": "3cm" } }), "attributes_invalid", "/attributes/heel"),
        (json!({ "attributes": { "fit": 3 } }), "invalid_request", "/attributes/fit"),
        (json!({ "category_id": Uuid::now_v7() }), "category_not_usable", "/category_id"),
        (json!({ "list_price": 1_000 }), "invalid_request", "/list_price"),
    ])
    .await;
    let edited = seller.patch(&path, json!({ "attributes": { "fit": "wide" }, "season": null })).await.expect(200);
    assert_eq!((&edited["live"]["attributes"]["fit"], &edited["live"]["season"]), (&json!("wide"), &Value::Null));
    shop.close().await;
}

#[tokio::test]
async fn parts_are_checked_by_field() {
    let shop = Shop::open().await;
    let seller = shop.seller().await;
    let path = complete(&shop, &seller, "부분 티").await;
    let at = |part: &str, body: Value| Endpoint {
        shop: &shop,
        by: &seller,
        method: Method::PUT,
        path: format!("{path}/{part}"),
        body,
    };
    let narrow = put(&shop, &seller, "product_picture", "image/png", png(900, 900)).await;
    let unknown = json!({ "file_id": Uuid::now_v7(), "role": "main" });
    at("images", json!({}))
        .refuses(&[
            (json!({ "pictures": [] }), "invalid_request", "/pictures"),
            (json!({ "pictures": many(51, &unknown) }), "invalid_request", "/pictures"),
            (json!({ "pictures": many(22, &unknown) }), "pictures_invalid", "/pictures"),
            (
                json!({ "pictures": [{ "file_id": Uuid::now_v7(), "role": "cover" }] }),
                "invalid_request",
                "/pictures/0/role",
            ),
            (json!({ "pictures": [unknown] }), "pictures_invalid", "/pictures/0/file_id"),
            (json!({ "pictures": [{ "file_id": narrow, "role": "main" }] }), "pictures_invalid", "/pictures/0/file_id"),
        ])
        .await;
    let fields = |key: &str, value: Value| {
        let mut all = disclosure()["fields"].clone();
        all[key] = value;
        json!({ "fields": all })
    };
    at("disclosure", disclosure())
        .refuses(&[
            (fields("caution", json!("")), "disclosure_invalid", "/fields/caution"),
            (fields("caution", json!("물\u{0}세탁")), "invalid_request", "/fields/caution"),
            (fields("caution", json!("물".repeat(501))), "invalid_request", "/fields/caution"),
            (fields("manufacturer", json!("상세 설명 참고")), "disclosure_invalid", "/fields/manufacturer"),
            (fields("heel", json!("3cm")), "disclosure_invalid", "/fields/heel"),
            (json!({ "notice_type": "shoes" }), "disclosure_invalid", "/notice_type"),
            (json!({ "origin_code": "kr" }), "disclosure_invalid", "/origin_code"),
            (json!({ "origin_code": "VN" }), "disclosure_invalid", "/importer"),
        ])
        .await;
    let kc = |no: &str| json!({ "certifications": [{ "kind": "kc", "certification_no": no }] });
    let twice = json!({ "kind": "kc", "certification_no": "CB123R001-1234" });
    at("certifications", json!({}))
        .refuses(&[
            (kc("CB1"), "invalid_request", "/certifications/0/certification_no"),
            (kc("인증번호 있음"), "certifications_invalid", "/certifications/0/certification_no"),
            (
                json!({ "certifications": many(2, &twice) }),
                "certifications_invalid",
                "/certifications/1/certification_no",
            ),
            (json!({ "certifications": many(21, &twice) }), "invalid_request", "/certifications"),
            (
                json!({ "certifications": [{ "kind": "exempt" }] }),
                "certifications_invalid",
                "/certifications/0/exemption_reason",
            ),
        ])
        .await;
    let yesterday = shop.now().date() - Duration::days(1);
    at("delivery", json!({ "attribute": "normal" }))
        .refuses(&[
            (json!({ "attribute": "pigeon" }), "invalid_request", "/attribute"),
            (
                json!({ "attribute": "pre_order", "preorder_dispatch_on": yesterday }),
                "preorder_date_invalid",
                "/preorder_dispatch_on",
            ),
            (json!({ "preorder_dispatch_on": "2099-01-01" }), "preorder_date_invalid", "/preorder_dispatch_on"),
            (json!({ "shipping_policy_id": Uuid::now_v7() }), "shipping_policy_unknown", "/shipping_policy_id"),
        ])
        .await;
    let text = json!({ "kind": "text", "text": "부드럽습니다." });
    at("description", json!({}))
        .refuses(&[
            (json!({ "blocks": many(101, &text) }), "invalid_request", "/blocks"),
            (
                json!({ "blocks": [{ "kind": "text", "text": "전화 010-1234-5678" }] }),
                "description_invalid",
                "/blocks/0",
            ),
            (
                json!({ "blocks": [{ "kind": "picture", "file_id": narrow }] }),
                "description_invalid",
                "/blocks/0/file_id",
            ),
        ])
        .await;
    shop.close().await;
}

#[tokio::test]
async fn options_and_skus_are_checked_by_field() {
    let shop = Shop::open().await;
    let (seller, other) = (shop.seller().await, shop.seller().await);
    let path = complete(&shop, &seller, "옵션 티").await;
    let skus = stocked(&seller, &path, 1).await;
    let foreign = other.product("남의 것").on_sale().await.only();
    let sku = |values: &[&str], delta: i64| json!({ "values": values, "price_delta": delta });
    let with = |skus: Vec<Value>| json!({ "skus": skus });
    let values = |n: usize| (0..n).map(|n| json!({ "value": format!("{n}") })).collect::<Vec<_>>();
    let group = |name: &str, n: usize| json!({ "name": name, "kind": "other", "values": values(n) });
    let groups = |names: &[&str], n: usize| {
        let groups: Vec<Value> = names.iter().map(|name| group(name, n)).collect();
        json!({ "groups": groups })
    };
    let put_options =
        Endpoint { shop: &shop, by: &seller, method: Method::PUT, path: format!("{path}/options"), body: options() };
    put_options
        .refuses(&[
            (with(vec![sku(&["블랙", "M"], HUGE)]), "options_invalid", "/skus/0/price_delta"),
            (with(vec![sku(&["블랙", "M"], 5)]), "options_invalid", "/skus/0/price_delta"),
            (with(vec![sku(&["블랙"], 0)]), "options_invalid", "/skus/0/values"),
            (with(vec![sku(&["블랙", "M"], 0), sku(&["블랙", "M"], 0)]), "options_invalid", "/skus/1/values"),
            (with(vec![]), "options_invalid", "/skus"),
            (groups(&["가", "나", "다", "라"], 1), "options_invalid", "/groups"),
            (groups(&["가", "나", "다"], 400), "options_invalid", "/groups"),
            (groups(&["가"], 501), "options_invalid", "/groups/0/values"),
            (groups(&["가"], 0), "options_invalid", "/groups/0/values"),
            (groups(&["가", "가"], 1), "options_invalid", "/groups/1/name"),
            (
                json!({ "groups": [{ "name": "색상", "kind": "color", "values": [{ "value": "모카", "standard_code": "mocha" }] }] }),
                "options_invalid",
                "/groups/0/values/0/standard_code",
            ),
            (
                json!({ "groups": [{ "name": "색상", "kind": "color", "values": [{ "value": "모카", "swatch_hex": "#ABCDEF" }] }] }),
                "options_invalid",
                "/groups/0/values/0/swatch_hex",
            ),
        ])
        .await;
    seller.put(&put_options.path, merged(options(), with(vec![sku(&["블랙", "M"], 1_000)]))).await.expect(409);
    let edit = |change: Value| json!({ "skus": [merged(json!({ "sku_id": skus[0] }), change)] });
    let today = shop.now().date();
    Endpoint { shop: &shop, by: &seller, method: Method::PATCH, path: format!("{path}/skus"), body: json!({}) }
        .refuses(&[
            (json!({ "skus": [] }), "invalid_request", "/skus"),
            (edit(json!({ "sku_id": foreign, "usable": false })), "skus_invalid", "/skus/0/sku_id"),
            (edit(json!({ "price_delta": HUGE })), "skus_invalid", "/skus/0/price_delta"),
            (edit(json!({ "price_delta": -HUGE })), "skus_invalid", "/skus/0/price_delta"),
            (edit(json!({ "price_delta": 15 })), "skus_invalid", "/skus/0/price_delta"),
            (edit(json!({ "low_stock_threshold": -1 })), "invalid_request", "/skus/0/low_stock_threshold"),
            (edit(json!({ "low_stock_threshold": 65_536 })), "invalid_request", "/skus/0/low_stock_threshold"),
            (edit(json!({ "restock_expected_on": today })), "skus_invalid", "/skus/0/restock_expected_on"),
            (edit(json!({ "on_hand": 7 })), "invalid_request", "/skus/0/on_hand"),
            (json!({ "skus": many(2, &json!({ "sku_id": skus[0] })) }), "skus_invalid", "/skus/1/sku_id"),
        ])
        .await;
    let cheap = edit(json!({ "price_delta": -40_000 }));
    seller.patch(&format!("{path}/skus"), cheap).await.expect_code(422, "sku_price_too_low");
    shop.close().await;
}

#[tokio::test]
async fn lists_of_products_are_checked_by_field() {
    let shop = Shop::open().await;
    let seller = shop.seller().await;
    let path = complete(&shop, &seller, "목록 티").await;
    let id = path.rsplit('/').next().unwrap();
    let at = |path: &str, body: Value| Endpoint {
        shop: &shop,
        by: &seller,
        method: Method::POST,
        path: path.to_owned(),
        body,
    };
    at(&format!("{path}/submit"), json!({}))
        .refuses(&[(json!({ "dry_run": "yes" }), "invalid_request", "/dry_run")])
        .await;
    at("/v1/products/bulk-sale-state", json!({ "product_ids": [id], "sale_state": "paused" }))
        .refuses(&[
            (json!({ "product_ids": [] }), "invalid_request", "/product_ids"),
            (json!({ "product_ids": many(501, &json!(id)) }), "invalid_request", "/product_ids"),
            (json!({ "sale_state": "suspended" }), "invalid_request", "/sale_state"),
        ])
        .await;
    let price = |list: i64, sale: i64| json!({ "product_id": id, "list_price": list, "sale_price": sale });
    at("/v1/products/price-changes", json!({ "prices": [price(50_000, 39_000)] }))
        .refuses(&[
            (json!({ "prices": [] }), "invalid_request", "/prices"),
            (json!({ "prices": [price(50_000, 39_000), price(50_000, 38_000)] }), "duplicate_product", "/prices"),
            (json!({ "at": "2020-01-01T00:00:00Z" }), "price_time_in_past", "/at"),
            (json!({ "at": "soon" }), "invalid_request", "/at"),
            (
                json!({ "prices": [{ "product_id": id, "list_price": 1e30, "sale_price": 1 }] }),
                "invalid_request",
                "/prices/0/list_price",
            ),
        ])
        .await;
    // A list is answered product by product; what is refused leaves no trace, not even in the audit.
    for (list, sale) in [(HUGE, HUGE), (HUGE, 10), (50_000, -HUGE), (50_000, 50_010)] {
        let done =
            seller.post("/v1/products/price-changes", json!({ "prices": [price(list, sale)] })).await.expect(200);
        assert_eq!(done["results"][0]["outcome"], "price_invalid", "{list} {sale}");
    }
    let noted: i64 = shop.value("select count(*) from audit_logs where action = 'price.changed'", &[]).await;
    assert_eq!(noted, 0);
    shop.close().await;
}

fn merged(mut body: Value, change: Value) -> Value {
    body.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
    body
}
