//! Products of a store: from a draft to the shelf, the parts of a page, options and SKUs.

use crate::buying::{bought, piece};
use crate::catalog_steps::{approve, complete, disclosure, draft, on_sale, options, stocked, submit};
use harness::{Host, Shop, json};

#[tokio::test]
async fn a_draft_becomes_a_product_that_shoppers_can_read() {
    let shop = Shop::open().await;
    let (seller, md) = (shop.seller().await, shop.operator("md").await);
    let path = draft(&shop, &seller, "린넨 셔츠").await;

    let refused = seller.post(&format!("{path}/submit"), json!({})).await.expect_code(422, "product_incomplete");
    let missing: Vec<&str> =
        refused["errors"].as_array().unwrap().iter().map(|e| e["field"].as_str().unwrap()).collect();
    assert_eq!(missing, ["/options/skus", "/pictures", "/certifications", "/disclosure"]);
    let again = json!({
        "category_id": shop.leaf_category().await, "brand_id": seller.brand_id, "name": "다른 셔츠", "style_no": "린넨 셔츠",
        "list_price": 1_000, "sale_price": 1_000,
    });
    seller.post("/v1/products", again).await.expect_code(409, "style_code_exists");
    shop.anonymous(Host::Service).get(&path).await.expect_code(404, "product_not_found");

    let path = complete(&shop, &seller, "린넨 재킷").await;
    let text = json!({ "blocks": [{ "kind": "heading", "text": "여름 재킷" }, { "kind": "text", "text": "가볍고 시원합니다." }] });
    seller.put(&format!("{path}/description"), text).await.expect(200);
    let dry = seller.post(&format!("{path}/submit"), json!({ "dry_run": true })).await.expect(200);
    assert_eq!((dry["state"].as_str(), dry["revision_id"].as_str()), (Some("draft"), None));
    let inspection = submit(&seller, &path).await;
    assert_eq!(seller.get(&path).await.expect(200)["state"], "in_review");
    seller.patch(&path, json!({ "name": "새 이름" })).await.expect_code(409, "in_review");

    let queue = md.get("/v1/product-inspections?sort=risk").await.expect(200);
    assert_eq!(
        (queue.items()[0]["id"].as_str(), queue.items()[0]["first_submission"].as_bool()),
        (Some(&*inspection), Some(true))
    );
    let opened = md.get(&format!("/v1/product-inspections/{inspection}")).await.expect(200);
    assert_eq!(
        (opened["state"].as_str(), opened["submitted"]["name"].as_str()),
        (Some("in_review"), Some("린넨 재킷"))
    );
    assert!(opened["live"].is_null());
    seller.post(&format!("{path}/withdraw-submission"), json!({})).await.expect_code(409, "in_review");
    assert_eq!(approve(&md, &inspection).await["results"][0]["outcome"], "approved");
    assert_eq!(approve(&md, &inspection).await["results"][0]["outcome"], "already_decided");
    assert_eq!(shop.events("product.reviewed").await.len(), 1);

    let skus = stocked(&seller, &path, 3).await;
    let nobody = shop.anonymous(Host::Service);
    let page = nobody.get(&path).await.expect(200);
    assert_eq!((page["sale_state"].as_str(), page.won("price")), (Some("on_sale"), 40_000));
    assert_eq!((page["discount_percent"].as_i64(), page["badges"][0].as_str()), (Some(0), Some("new")));
    assert_eq!(
        (page["pictures"].as_array().unwrap().len(), page["categories"][2]["name"].as_str()),
        (2, Some("티셔츠"))
    );
    let choices = nobody.get(&format!("{path}/options")).await.expect(200);
    assert_eq!(choices["skus"].as_array().unwrap().len(), skus.len());
    assert_eq!((choices["skus"][0]["stock"].as_str(), choices["skus"][0]["left"].as_i64()), (Some("low"), Some(3)));
    let stated = nobody.get(&format!("{path}/disclosure")).await.expect(200);
    assert_eq!((stated["items"][0]["value"].as_str(), stated["items"].as_array().unwrap().len()), (Some("면 100%"), 8));
    let shown = nobody.get(&format!("{path}/description")).await.expect(200);
    assert_eq!(shown["blocks"][1]["text"], "가볍고 시원합니다.");
    let tag = shown.header("etag").unwrap().to_owned();
    nobody.get(&format!("{path}/description")).header("if-none-match", &tag).await.expect(304);
    let identity = nobody.get(&format!("/v1/sellers/{}", seller.seller_id)).await.expect(200);
    assert_eq!(
        (identity["representative"].as_str(), identity["shipping"]["return_fee"].as_i64()),
        (Some("홍길동"), Some(3_000))
    );
    shop.close().await;
}

#[tokio::test]
async fn the_store_is_its_own_and_roles_have_limits() {
    let shop = Shop::open().await;
    let (seller, other) = (shop.seller().await, shop.seller().await);
    let path = complete(&shop, &seller, "오버핏 티").await;
    other.get(&path).await.expect_code(404, "product_not_found");
    other.patch(&path, json!({ "name": "남의 것" })).await.expect_code(404, "product_not_found");
    other.put(&format!("{path}/options"), options()).await.expect_code(404, "product_not_found");
    other.post(&format!("{path}/submit"), json!({})).await.expect_code(404, "product_not_found");
    other.delete(&path).await.expect_code(404, "product_not_found");
    let id = path.rsplit('/').next().unwrap();
    let moved = other
        .post("/v1/products/bulk-sale-state", json!({ "product_ids": [id], "sale_state": "ended" }))
        .await
        .expect(200);
    assert_eq!(moved["results"][0]["outcome"], "product_not_found");
    let foreign = json!({
        "category_id": shop.leaf_category().await, "brand_id": other.brand_id, "name": "남의 브랜드", "list_price": 1_000, "sale_price": 1_000,
    });
    seller.post("/v1/products", foreign).await.expect_code(422, "brand_not_yours");

    let viewer = seller.member("viewer").await;
    viewer.get(&path).await.expect(200);
    viewer.patch(&path, json!({ "name": "보기만" })).await.expect_code(403, "forbidden");
    let clerk = seller.member("order").await;
    clerk.post("/v1/products/price-changes", json!({ "prices": [] })).await.expect_code(403, "forbidden");
    let wanted = json!({ "purpose": "product_picture", "content_type": "image/png", "bytes": 10 });
    clerk.post("/v1/uploads", wanted).await.expect_code(403, "purpose_forbidden");
    shop.operator("cs_agent").await.get("/v1/product-inspections").await.expect_code(403, "forbidden");
    shop.close().await;
}

#[tokio::test]
async fn parts_of_a_page_are_checked_by_field() {
    let shop = Shop::open().await;
    let seller = shop.seller().await;
    let path = draft(&shop, &seller, "체크 셔츠").await;
    let mut stated = disclosure();
    stated["fields"]["material"] = json!("상세페이지 참조");
    stated["origin_code"] = json!("VN");
    let refused = seller.put(&format!("{path}/disclosure"), stated).await.expect_code(422, "disclosure_invalid");
    let fields: Vec<&str> =
        refused["errors"].as_array().unwrap().iter().map(|e| e["field"].as_str().unwrap()).collect();
    assert_eq!(fields, ["/fields/material", "/importer"]);
    let outside = json!({ "blocks": [{ "kind": "text", "text": "더 싸게 www.elsewhere.example" }] });
    seller.put(&format!("{path}/description"), outside).await.expect_code(422, "description_invalid");
    let html = json!({ "blocks": [{ "kind": "html", "text": "<b>" }] });
    seller.put(&format!("{path}/description"), html).await.expect_code(422, "invalid_request");
    let nameless = json!({ "certifications": [{ "kind": "kc" }] });
    seller.put(&format!("{path}/certifications"), nameless).await.expect_code(422, "certifications_invalid");
    let preorder = json!({ "attribute": "pre_order" });
    seller.put(&format!("{path}/delivery"), preorder).await.expect_code(422, "preorder_date_invalid");
    let foreign = json!({ "attribute": "normal", "shipping_policy_id": shop.seller().await.shipping_policy_id });
    seller.put(&format!("{path}/delivery"), foreign).await.expect_code(422, "shipping_policy_unknown");
    let own = json!({ "attribute": "normal", "shipping_policy_id": seller.shipping_policy_id });
    assert_eq!(seller.put(&format!("{path}/delivery"), own).await.expect(200)["delivery"]["attribute"], "normal");

    // A KC number nobody found in the registry blocks the approval until an inspector looks it up.
    let path = complete(&shop, &seller, "키즈 티").await;
    let kc = json!({ "certifications": [{ "kind": "kc", "certification_no": "CB123R001-1234" }] });
    let product = seller.put(&format!("{path}/certifications"), kc).await.expect(200);
    let certification = product["live"]["certifications"][0]["id"].clone();
    let inspection = submit(&seller, &path).await;
    let md = shop.operator("md").await;
    let blocked = approve(&md, &inspection).await;
    assert_eq!(blocked["results"][0]["blocking"][0]["code"], "certification_pending");
    let verified =
        json!({ "inspections": [{ "inspection_id": inspection, "verified_certification_ids": [certification] }] });
    let done = md.post("/v1/product-inspections/approve", verified).await.expect(200);
    assert_eq!(done["results"][0]["outcome"], "approved");
    shop.close().await;
}

#[tokio::test]
async fn a_sku_that_was_ordered_is_switched_off_not_removed() {
    let shop = Shop::open().await;
    let (seller, minji) = (shop.seller().await, shop.customer().await);
    let path = on_sale(&shop, &seller, "니트").await;
    let skus = stocked(&seller, &path, 10).await;
    bought(&shop, &minji, &[piece(&skus[0], 1)]).await;

    let mut fewer = options();
    fewer["groups"][0]["values"] = json!([{ "value": "화이트" }]);
    seller.put(&format!("{path}/options"), fewer).await.expect_code(409, "sku_has_orders");
    let mut more = options();
    more["groups"][1]["values"].as_array_mut().unwrap().push(json!({ "value": "XL", "standard_code": "xl" }));
    let grown = seller.put(&format!("{path}/options"), more).await.expect(200);
    let kept: Vec<&str> = grown["skus"].as_array().unwrap().iter().filter_map(|s| s["sku_id"].as_str()).collect();
    assert_eq!((kept.len(), skus.iter().all(|sku| kept.contains(&&**sku))), (6, true));

    let off = json!({ "skus": [{ "sku_id": skus[0], "usable": false, "seller_sku": "NIT-BK-M" }] });
    seller.patch(&format!("{path}/skus"), off).await.expect(200);
    let choices = shop.anonymous(Host::Service).get(&format!("{path}/options")).await.expect(200);
    let choice = choices["skus"].as_array().unwrap().iter().find(|sku| sku["sku_id"] == *skus[0]).unwrap().clone();
    assert_eq!(choice["stock"], "sold_out");
    let taken = json!({ "skus": [{ "sku_id": skus[1], "seller_sku": "NIT-BK-M" }] });
    seller.patch(&format!("{path}/skus"), taken).await.expect_code(409, "seller_sku_taken");
    let dear = json!({ "skus": skus.iter().map(|sku| json!({ "sku_id": sku, "price_delta": 1_000 })).chain(
        kept.iter().filter(|sku| !skus.contains(&(**sku).to_owned())).map(|sku| json!({ "sku_id": sku, "price_delta": 1_000 }))).collect::<Vec<_>>() });
    seller.patch(&format!("{path}/skus"), dear).await.expect_code(422, "no_sku_at_base_price");

    seller.delete(&path).await.expect_code(409, "invalid_state");
    let id = path.rsplit('/').next().unwrap();
    let end = |state: &str| json!({ "product_ids": [id], "sale_state": state });
    for (state, outcome) in [
        ("paused", "done"),
        ("paused", "done"),
        ("on_sale", "done"),
        ("ended", "done"),
        ("on_sale", "not_allowed_state"),
    ] {
        let moved = seller.post("/v1/products/bulk-sale-state", end(state)).await.expect(200);
        assert_eq!(moved["results"][0]["outcome"], outcome, "{state}");
    }
    assert_eq!(shop.anonymous(Host::Service).get(&path).await.expect(200)["sale_state"], "ended");
    seller.delete(&path).await.expect_code(409, "undelivered_orders");
    shop.close().await;
}

#[tokio::test]
async fn codes_are_the_stores_own_and_stay_with_what_was_sold() {
    let shop = Shop::open().await;
    let seller = shop.seller().await;
    let (one, two) = (on_sale(&shop, &seller, "코드 하나").await, draft(&shop, &seller, "코드 둘").await);
    seller.put(&format!("{two}/options"), options()).await.expect(200);
    let body = |product: &harness::Answer| json!({ "skus": [{ "sku_id": product["skus"][0]["sku_id"], "seller_sku": "SAME-1" }] });
    let bodies = (body(&seller.get(&one).await.expect(200)), body(&seller.get(&two).await.expect(200)));
    let (paths, mut statuses) = ((format!("{one}/skus"), format!("{two}/skus")), Vec::new());
    let (first, second) = futures::join!(async { seller.patch(&paths.0, bodies.0).await }, async {
        seller.patch(&paths.1, bodies.1).await
    },);
    statuses.extend([first.status.as_u16(), second.status.as_u16()]);
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 409], "{} {}", first.text, second.text);

    let start = |style: &str| {
        let (seller, brand, style) = (seller.clone(), seller.brand_id, style.to_owned());
        let shop = &shop;
        async move {
            let category = shop.leaf_category().await;
            let body = json!({ "category_id": category, "brand_id": brand, "name": "다시", "style_no": style, "list_price": 1_000, "sale_price": 1_000 });
            seller.post("/v1/products", body).await
        }
    };
    seller.delete(&two).await.expect(204);
    seller.get(&two).await.expect_code(404, "product_not_found");
    start("코드 둘").await.expect(201);
    let id = one.rsplit('/').next().unwrap();
    seller
        .post("/v1/products/bulk-sale-state", json!({ "product_ids": [id], "sale_state": "ended" }))
        .await
        .expect(200);
    seller.delete(&one).await.expect(204);
    start("코드 하나").await.expect_code(409, "style_code_exists");
    shop.anonymous(Host::Service).get(&one).await.expect_code(404, "product_not_found");
    shop.close().await;
}
