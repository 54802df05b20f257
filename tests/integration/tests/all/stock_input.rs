//! What stock, upload, inspection and shipping endpoints do not take.

use crate::bad_input::{Endpoint, many};
use crate::catalog_steps::{complete, submit};
use harness::{Shop, Value, json};
use http::Method;
use uuid::Uuid;

#[tokio::test]
async fn adjustments_are_checked_by_field() {
    let shop = Shop::open().await;
    let seller = shop.seller().await;
    let sku = seller.product("모자").sku("FREE", 5).on_sale().await.only();
    let one = |change: Value| {
        let mut one = json!({ "mode": "add", "sku_id": sku, "quantity": 1 });
        one.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
        json!({ "adjustments": [one] })
    };
    let body = json!({ "reason": "count", "adjustments": [{ "mode": "add", "sku_id": sku, "quantity": 1 }] });
    let path = "/v1/stock/adjustments".to_owned();
    Endpoint { shop: &shop, by: &seller, method: Method::POST, path: path.clone(), body: body.clone() }
        .refuses(&[
            (one(json!({ "quantity": -1 })), "invalid_request", "/adjustments/0/quantity"),
            (one(json!({ "quantity": 1_000_001 })), "invalid_request", "/adjustments/0/quantity"),
            (one(json!({ "quantity": i64::MAX })), "invalid_request", "/adjustments/0/quantity"),
            (one(json!({ "quantity": "3" })), "invalid_request", "/adjustments/0/quantity"),
            (one(json!({ "mode": "double" })), "invalid_request", "/adjustments/0/mode"),
            (one(json!({ "mode": "set" })), "stock_version_misplaced", "/adjustments/0/stock_version"),
            (one(json!({ "stock_version": 1 })), "stock_version_misplaced", "/adjustments/0/stock_version"),
            (one(json!({ "price": 1 })), "invalid_request", "/adjustments/0/price"),
            (json!({ "adjustments": [] }), "invalid_request", "/adjustments"),
            (json!({ "adjustments": many(501, &body["adjustments"][0]) }), "invalid_request", "/adjustments"),
            (json!({ "adjustments": many(2, &body["adjustments"][0]) }), "duplicate_sku", "/adjustments/1/sku_id"),
            (json!({ "reason": "theft" }), "invalid_request", "/reason"),
            (json!({ "note": "가".repeat(201) }), "invalid_request", "/note"),
        ])
        .await;
    seller.post(&path, body.clone()).without("idempotency-key").await.expect_code(400, "idempotency_key_required");
    seller.post(&path, body.clone()).key("stock-bad-1").await.expect(200);
    let mut another = body;
    another["reason"] = json!("receipt");
    seller.post(&path, another).key("stock-bad-1").await.expect_code(422, "idempotency_key_reused");
    let on_hand: i32 = shop.value("select on_hand from sku_stocks where sku_id = $1", &[&sku]).await;
    assert_eq!(on_hand, 6);
    for query in ["stock=plenty", "limit=0", "limit=1000", "keyword=", "product_id=7", "colour=red"] {
        seller.get(&format!("/v1/stock?{query}")).await.expect_code(422, "invalid_request");
    }
    seller.get("/v1/stock/movements").await.expect_code(422, "invalid_request");
    shop.close().await;
}

#[tokio::test]
async fn uploads_and_inspections_are_checked_by_field() {
    let shop = Shop::open().await;
    let (seller, md) = (shop.seller().await, shop.operator("md").await);
    let wanted = json!({ "purpose": "product_picture", "content_type": "image/png", "bytes": 33 });
    Endpoint { shop: &shop, by: &seller, method: Method::POST, path: "/v1/uploads".into(), body: wanted }
        .refuses(&[
            (json!({ "purpose": "avatar" }), "invalid_request", "/purpose"),
            (json!({ "content_type": "text/html" }), "invalid_request", "/content_type"),
            (json!({ "content_type": "application/pdf" }), "file_kind_refused", "/content_type"),
            (json!({ "bytes": 0 }), "invalid_request", "/bytes"),
            (json!({ "bytes": -1 }), "invalid_request", "/bytes"),
            (json!({ "bytes": i64::MAX }), "invalid_request", "/bytes"),
            (json!({ "bytes": (10 << 20) + 1 }), "file_too_large", "/bytes"),
            (json!({ "file_name": "" }), "invalid_request", "/file_name"),
            (json!({ "bucket": "elsewhere" }), "invalid_request", "/bucket"),
        ])
        .await;
    seller
        .post(&format!("/v1/uploads/{}/complete", Uuid::now_v7()), json!({}))
        .await
        .expect_code(404, "upload_not_found");

    let inspection = submit(&seller, &complete(&shop, &seller, "심사 티").await).await;
    let at = |verb: &str, body: Value| Endpoint {
        shop: &shop,
        by: &md,
        method: Method::POST,
        path: format!("/v1/product-inspections/{verb}"),
        body,
    };
    let one = json!({ "inspection_id": inspection });
    at("approve", json!({}))
        .refuses(&[
            (json!({ "inspections": [] }), "invalid_request", "/inspections"),
            (json!({ "inspections": many(51, &one) }), "invalid_request", "/inspections"),
            (json!({ "inspections": [{ "inspection_id": "7" }] }), "invalid_request", "/inspections/0/inspection_id"),
        ])
        .await;
    let with = |remarks: Value| json!({ "inspections": [{ "inspection_id": inspection, "remarks": remarks }] });
    at("reject", json!({}))
        .refuses(&[
            (with(json!([])), "invalid_request", "/inspections/0/remarks"),
            (with(json!([{ "field": "/name", "code": "" }])), "invalid_request", "/inspections/0/remarks/0/code"),
        ])
        .await;
    let unknown = json!({ "inspections": [{ "inspection_id": Uuid::now_v7() }] });
    let done = md.post("/v1/product-inspections/approve", unknown).await.expect(200);
    assert_eq!(done["results"][0]["outcome"], "inspection_not_found");
    md.get(&format!("/v1/product-inspections/{}", Uuid::now_v7())).await.expect_code(404, "inspection_not_found");
    md.get("/v1/product-inspections?sort=loud").await.expect_code(422, "invalid_request");
    shop.close().await;
}

#[tokio::test]
async fn shipping_terms_are_checked_by_field() {
    let shop = Shop::open().await;
    let (seller, other) = (shop.seller().await, shop.seller().await);
    let fee = |fee: Value| json!({ "fee": fee });
    let mut policy = json!({
        "name": "기본", "fee": { "type": "flat", "base_fee": 3_000 }, "jeju_surcharge": 3_000, "island_surcharge": 5_000,
        "return_fee": 3_000, "exchange_fee": 6_000,
    });
    let cases = [
        (json!({ "name": "" }), "invalid_request", "/name"),
        (fee(json!({ "type": "free", "base_fee": 3_000 })), "invalid_request", "/fee"),
        (fee(json!({ "type": "flat", "base_fee": -1 })), "amount_out_of_range", "/fee/base_fee"),
        (fee(json!({ "type": "flat", "base_fee": i64::MAX })), "amount_out_of_range", "/fee/base_fee"),
        (
            fee(json!({ "type": "conditional_free", "base_fee": 3_000, "free_threshold": 0 })),
            "amount_out_of_range",
            "/fee/free_threshold",
        ),
        (
            fee(json!({ "type": "per_quantity", "base_fee": 3_000, "per_quantity": 0 })),
            "amount_out_of_range",
            "/fee/per_quantity",
        ),
        (json!({ "jeju_surcharge": -1 }), "invalid_request", "/jeju_surcharge"),
        (json!({ "jeju_surcharge": 1_000_001 }), "amount_out_of_range", "/jeju_surcharge"),
        (json!({ "island_surcharge": 1_000_001 }), "amount_out_of_range", "/island_surcharge"),
        (json!({ "return_fee": 20_001 }), "return_fee_above_limit", "/return_fee"),
        (json!({ "exchange_fee": 40_001 }), "exchange_fee_above_limit", "/exchange_fee"),
        (json!({ "carrier_code": "PIGEON" }), "carrier_unknown", "/carrier_code"),
        (
            json!({ "dispatch_address_id": seller.return_address_id }),
            "dispatch_address_unknown",
            "/dispatch_address_id",
        ),
        (json!({ "return_address_id": other.return_address_id }), "return_address_unknown", "/return_address_id"),
        (json!({ "today_cutoff": "25:00" }), "invalid_request", "/today_cutoff"),
        (json!({ "bundle": true }), "invalid_request", "/bundle"),
    ];
    for (method, path) in [
        (Method::POST, "/v1/shipping-policies".to_owned()),
        (Method::PUT, format!("/v1/shipping-policies/{}", seller.shipping_policy_id)),
    ] {
        Endpoint { shop: &shop, by: &seller, method, path, body: policy.clone() }.refuses(&cases).await;
    }
    let address = json!({ "kind": "return", "name": "창고", "phone": "031-123-4567", "postcode": "12345", "address": "이천 물류로 1" });
    Endpoint { shop: &shop, by: &seller, method: Method::POST, path: "/v1/seller-addresses".into(), body: address }
        .refuses(&[
            (json!({ "kind": "home" }), "invalid_request", "/kind"),
            (json!({ "postcode": "1234" }), "invalid_request", "/postcode"),
            (json!({ "phone": "call me" }), "invalid_request", "/phone"),
            (json!({ "address": "" }), "invalid_request", "/address"),
            (json!({ "address": "이천우체국 사서함 3호" }), "post_box_refused", "/address"),
        ])
        .await;
    // A policy that is replaced stays the default; another becomes it in its place.
    policy["is_default"] = json!(true);
    let made = seller.post("/v1/shipping-policies", policy).await.expect(201);
    let list = seller.get("/v1/shipping-policies").await.expect(200);
    let defaults: Vec<&Value> = list.items().iter().filter(|row| row["is_default"] == true).collect();
    assert_eq!((defaults.len(), &defaults[0]["shipping_policy_id"]), (1, &made["shipping_policy_id"]));
    other.get("/v1/shipping-policies").await.expect(200);
    seller.member("cs").await.post("/v1/shipping-policies", json!({})).await.expect_code(403, "forbidden");
    shop.close().await;
}
