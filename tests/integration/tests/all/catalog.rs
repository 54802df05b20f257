//! Products: from a draft over the inspection to the shelf, what waits when they are edited, what shoppers see.

use crate::buying::{bought, piece};
use crate::catalog_steps::{
    approve, complete, disclosure, draft, on_sale, options, picture, png, put, stocked, submit,
};
use chrono::Duration;
use harness::{Host, Shop, Value, json};

#[tokio::test]
async fn a_draft_becomes_a_product_that_shoppers_can_read() {
    let shop = Shop::open().await;
    let (seller, md) = (shop.seller().await, shop.operator("md").await);
    let path = draft(&shop, &seller, "린넨 셔츠").await;

    let refused = seller.post(&format!("{path}/submit"), json!({})).await.expect_code(422, "product_incomplete");
    let missing: Vec<&str> =
        refused["errors"].as_array().unwrap().iter().map(|e| e["field"].as_str().unwrap()).collect();
    assert_eq!(missing, ["/options/skus", "/options/skus", "/pictures", "/certifications", "/disclosure"]);
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
async fn an_edit_of_a_product_on_sale_waits_while_the_live_version_sells() {
    let shop = Shop::open().await;
    let (seller, md, nobody) = (shop.seller().await, shop.operator("md").await, shop.anonymous(Host::Service));
    let path = on_sale(&shop, &seller, "워크 팬츠").await;
    seller.post(&format!("{path}/submit"), json!({})).await.expect_code(409, "nothing_to_submit");

    let new_picture = json!({ "pictures": [{ "file_id": picture(&shop, &seller).await, "role": "main" }] });
    seller.put(&format!("{path}/images"), new_picture).await.expect(200);
    let edited = seller
        .patch(&path, json!({ "name": "워크 팬츠 와이드", "search_tags": ["와이드"], "max_per_order": 3 }))
        .await
        .expect(200);
    assert_eq!(
        (edited["live"]["name"].as_str(), edited["waiting"]["name"].as_str()),
        (Some("워크 팬츠"), Some("워크 팬츠 와이드"))
    );
    assert_eq!(
        (edited["live"]["search_tags"][0].as_str(), edited["limits"]["max_per_order"].as_i64()),
        (Some("와이드"), Some(3))
    );
    assert_eq!(nobody.get(&path).await.expect(200)["name"], "워크 팬츠");

    let inspection = submit(&seller, &path).await;
    assert_eq!(submit(&seller, &path).await, inspection);
    assert_eq!(seller.get(&path).await.expect(200)["state"], "on_sale");
    let opened = md.get(&format!("/v1/product-inspections/{inspection}")).await.expect(200);
    assert_eq!(
        (opened["live"]["name"].as_str(), opened["submitted"]["name"].as_str()),
        (Some("워크 팬츠"), Some("워크 팬츠 와이드"))
    );
    let remarks = json!({ "inspections": [{ "inspection_id": inspection, "remarks": [{ "field": "/name", "code": "misleading", "message": "품번과 다릅니다." }] }] });
    assert_eq!(
        md.post("/v1/product-inspections/reject", remarks).await.expect(200)["results"][0]["outcome"],
        "rejected"
    );
    let back = seller.get(&path).await.expect(200);
    assert_eq!(
        (back["state"].as_str(), back["revision"]["remarks"][0]["code"].as_str()),
        (Some("on_sale"), Some("misleading"))
    );

    seller.patch(&path, json!({ "name": "와이드 팬츠" })).await.expect(200);
    let withdrawn = submit(&seller, &path).await;
    seller.post(&format!("{path}/withdraw-submission"), json!({})).await.expect(200);
    assert_eq!(approve(&md, &withdrawn).await["results"][0]["outcome"], "resubmitted");
    let inspection = submit(&seller, &path).await;
    assert_eq!(approve(&md, &inspection).await["results"][0]["outcome"], "approved");
    let page = nobody.get(&path).await.expect(200);
    assert_eq!((page["name"].as_str(), page["pictures"].as_array().unwrap().len()), (Some("와이드 팬츠"), 1));
    assert!(seller.get(&path).await.expect(200)["waiting"].is_null());
    shop.close().await;
}

#[tokio::test]
async fn prices_fall_at_once_rise_by_inspection_and_change_at_a_set_time() {
    let shop = Shop::open().await;
    let (seller, md, nobody) = (shop.seller().await, shop.operator("md").await, shop.anonymous(Host::Service));
    let path = on_sale(&shop, &seller, "데님 재킷").await;
    let id = path.rsplit('/').next().unwrap().to_owned();
    let change = |list: i64, sale: i64, more: Value| {
        let mut body = json!({ "prices": [{ "product_id": id, "list_price": list, "sale_price": sale }] });
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        let seller = seller.clone();
        async move {
            let done = seller.post("/v1/products/price-changes", body).await.expect(200);
            done["results"][0]["outcome"].as_str().unwrap().to_owned()
        }
    };
    shop.clock().advance(Duration::days(3));
    assert_eq!(change(50_000, 19_000, json!({})).await, "large_drop_unconfirmed");
    assert_eq!(change(50_000, 39_005, json!({})).await, "price_invalid");
    assert_eq!(change(50_000, 30_000, json!({})).await, "changed");
    let page = nobody.get(&path).await.expect(200);
    assert_eq!((page.won("price"), page.won("former_price"), page.won("discount_percent")), (30_000, 40_000, 25));

    assert_eq!(change(50_000, 45_000, json!({})).await, "waits_for_inspection");
    let inspection = submit(&seller, &path).await;
    assert_eq!(change(50_000, 29_000, json!({})).await, "in_review");
    assert_eq!(approve(&md, &inspection).await["results"][0]["outcome"], "approved");
    let raised = nobody.get(&path).await.expect(200);
    assert_eq!((raised.won("price"), raised["discount_percent"].as_i64()), (45_000, Some(0)));

    let at = shop.now().plus(Duration::hours(2));
    assert_eq!(change(50_000, 44_000, json!({ "at": at })).await, "scheduled");
    assert_eq!(change(50_000, 43_000, json!({ "at": at })).await, "scheduled");
    assert_eq!(shop.run_schedule("apply_prices").await["products"], 0);
    shop.clock().advance(Duration::hours(2));
    assert_eq!(shop.run_schedule("apply_prices").await["products"], 1);
    assert_eq!(shop.run_schedule("apply_prices").await["products"], 0);
    assert_eq!(nobody.get(&path).await.expect(200).won("price"), 43_000);
    let later = json!({ "at": shop.now().plus(Duration::hours(1)) });
    assert_eq!(change(50_000, 42_000, later).await, "scheduled");
    assert_eq!(change(50_000, 43_000, json!({})).await, "unchanged");
    shop.clock().advance(Duration::hours(1));
    assert_eq!(shop.run_schedule("apply_prices").await["products"], 0);
    let past = json!({ "prices": [{ "product_id": id, "list_price": 50_000, "sale_price": 40_000 }], "at": "2020-01-01T00:00:00Z" });
    seller.post("/v1/products/price-changes", past).await.expect_code(422, "price_time_in_past");
    let open: i64 = shop.value("select count(*) from price_histories where valid_to is null", &[]).await;
    assert_eq!(open, 1);
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
async fn a_file_is_what_its_bytes_say() {
    let shop = Shop::open().await;
    let seller = shop.seller().await;
    let complete = |id: String| {
        let seller = seller.clone();
        async move { seller.post(&format!("/v1/uploads/{id}/complete"), json!({})).await }
    };
    let html = put(&shop, &seller, "product_picture", "image/png", b"<script>alert(1)</script>".to_vec()).await;
    complete(html.clone()).await.expect_code(422, "file_refused");
    complete(html).await.expect_code(422, "file_refused");
    let wanted = json!({ "purpose": "product_picture", "content_type": "image/png", "bytes": 33 });
    let place = seller.post("/v1/uploads", wanted).await.expect(201);
    complete(place["upload_id"].as_str().unwrap().to_owned()).await.expect_code(409, "not_uploaded");
    let pdf = json!({ "purpose": "product_picture", "content_type": "application/pdf", "bytes": 33 });
    seller.post("/v1/uploads", pdf).await.expect_code(422, "file_kind_refused");
    let large = json!({ "purpose": "product_picture", "content_type": "image/png", "bytes": 11 << 20 });
    seller.post("/v1/uploads", large).await.expect_code(422, "file_too_large");

    let narrow = put(&shop, &seller, "product_picture", "image/png", png(900, 900)).await;
    complete(narrow.clone()).await.expect(200);
    let colleague = seller.member("product").await;
    colleague.post(&format!("/v1/uploads/{narrow}/complete"), json!({})).await.expect_code(404, "upload_not_found");
    let path = draft(&shop, &seller, "픽처 티").await;
    let pictures = json!({ "pictures": [{ "file_id": narrow, "role": "main" }] });
    let refused = seller.put(&format!("{path}/images"), pictures.clone()).await.expect_code(422, "pictures_invalid");
    assert_eq!(refused["errors"][0]["code"], "narrower_than_1000_pixels");
    let other = shop.seller().await;
    let theirs = draft(&shop, &other, "남의 티").await;
    let refused = other.put(&format!("{theirs}/images"), pictures).await.expect_code(422, "pictures_invalid");
    assert_eq!(refused["errors"][0]["code"], "file_not_usable");
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
    assert_eq!(fields, ["/disclosure/fields/material", "/disclosure/importer"]);
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
async fn shoppers_page_through_lists_by_any_sort() {
    let shop = Shop::open().await;
    let (seller, nobody) = (shop.seller().await, shop.anonymous(Host::Service));
    let mut products = Vec::new();
    for (n, price) in [30_000, 10_000, 20_000, 10_000].into_iter().enumerate() {
        shop.clock().advance(Duration::minutes(1));
        products.push(
            seller.product(&format!("상품 {n}")).price(price).sku("M", if n == 2 { 0 } else { 9 }).on_sale().await,
        );
    }
    shop.sql("update products set like_count = 7 where id = $1", &[&products[2].id]).await;
    shop.promotion(&products[0], 5_000).await;

    let pages = |query: &str| {
        let (nobody, query) = (nobody.clone(), query.to_owned());
        async move {
            let (mut names, mut cursor) = (Vec::new(), String::new());
            loop {
                let page = nobody.get(&format!("/v1/products?limit=1{query}{cursor}")).await.expect(200);
                names.extend(page.items().iter().map(|card| card["name"].as_str().unwrap()[7..].to_owned()));
                match page["next_cursor"].as_str() {
                    Some(next) => cursor = format!("&cursor={next}"),
                    None => return names.join(""),
                }
            }
        }
    };
    assert_eq!(pages("").await, "3210");
    assert_eq!(pages("&sort=price_asc").await, "0312");
    assert_eq!(pages("&sort=price_desc").await, "2310");
    assert_eq!(pages("&sort=popular").await, "2310");
    assert_eq!(pages("&in_stock=true").await, "310");
    assert_eq!(pages("&min_price=6000&max_price=10000").await, "31");
    assert_eq!(pages(&format!("&brand_id={}&gender=m", seller.brand_id)).await, "3210");
    assert_eq!(pages("&gender=kids").await, "");
    assert_eq!(pages("&keyword=%EC%83%81%ED%92%88%201").await, "1");
    assert_eq!(pages(&format!("&category_id={}", products[0].category_id)).await, "3210");

    let cheapest = nobody.get("/v1/products?sort=price_asc&limit=1").await.expect(200);
    let card = &cheapest.items()[0];
    assert_eq!(
        (card["price"].as_i64(), card["former_price"].as_i64(), card["discount_percent"].as_i64()),
        (Some(5_000), Some(30_000), Some(83))
    );
    nobody.get("/v1/products?colour=red").await.expect_code(422, "invalid_request");
    nobody.get("/v1/products?sort=random").await.expect_code(422, "invalid_request");
    let (statements, _) = shop.statements(async { nobody.get("/v1/products?sort=popular").await.expect(200) }).await;
    assert_eq!(statements, 1);
    shop.close().await;
}

#[tokio::test]
async fn categories_and_brands_lead_to_products() {
    let shop = Shop::open().await;
    let (seller, nobody) = (shop.seller().await, shop.anonymous(Host::Service));
    let product = seller.product("셔츠").on_sale().await;
    let tree = nobody.get("/v1/categories").await.expect(200);
    assert_eq!(tree.items().len(), 3);
    assert_eq!(tree.header("cache-control"), Some("public, max-age=600"));
    nobody.get("/v1/categories").header("if-none-match", tree.header("etag").unwrap()).await.expect(304);
    let top = nobody.get(&format!("/v1/categories/{}", tree.items()[0]["id"].as_str().unwrap())).await.expect(200);
    assert_eq!(
        (top["children"][0]["name"].as_str(), top["featured_brands"].as_array().unwrap().len()),
        (Some("상의"), 1)
    );
    nobody.get(&format!("/v1/categories/{}", product.id)).await.expect_code(404, "category_not_found");

    let index = nobody.get("/v1/brands?initial=%EB%B0%94").await.expect(200);
    assert_eq!(index.items().len(), 1);
    assert!(nobody.get("/v1/brands?initial=%EA%B0%80").await.expect(200).items().is_empty());
    assert_eq!(nobody.get("/v1/brands?initial=B&sort=popular").await.expect(200).items().len(), 1);
    nobody.get("/v1/brands?initial=1").await.expect_code(422, "invalid_request");
    let page = nobody.get(&format!("/v1/brands/{}", seller.brand_id)).await.expect(200);
    assert_eq!((page.won("product_count"), page["categories"][0]["product_count"].as_i64()), (1, Some(1)));

    let mine = seller.get("/v1/categories").await.expect(200);
    assert_eq!(
        (mine.items()[2]["can_sell"].as_bool(), mine.items()[2]["commission_rate"].as_str()),
        (Some(true), Some("0.12000"))
    );
    assert_eq!(mine.items()[0]["can_sell"], false);
    let form = seller.get(&format!("/v1/categories/{}/registration-form", product.category_id)).await.expect(200);
    assert_eq!((form["notice_type"].as_str(), form["disclosure_fields"].as_array().unwrap().len()), (Some("wear"), 8));
    let leafless = format!("/v1/categories/{}/registration-form", tree.items()[0]["id"].as_str().unwrap());
    seller.get(&leafless).await.expect_code(409, "category_not_a_leaf");
    assert_eq!(seller.get("/v1/brands").await.expect(200).items()[0]["sellable"], true);
    let list = seller.get("/v1/products?state=draft").await.expect(200);
    assert_eq!((list.items().len(), list["counts"]["on_sale"].as_i64()), (0, Some(1)));
    shop.close().await;
}
