//! Inspections: what waits while the live version sells, and what an inspector decides.

use crate::catalog_steps::{approve, complete, on_sale, options, picture, stocked, submit};
use harness::{Host, Shop, json};

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
async fn a_new_certification_waits_and_shoppers_see_the_inspected_one() {
    let shop = Shop::open().await;
    let (seller, md, nobody) = (shop.seller().await, shop.operator("md").await, shop.anonymous(Host::Service));
    let path = on_sale(&shop, &seller, "유아 우비").await;
    let kinds = || async {
        let shown = nobody.get(&format!("{path}/disclosure")).await.expect(200);
        let all = shown["certifications"].as_array().unwrap().clone();
        all.iter().map(|one| one["kind"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    let kc = json!({ "certifications": [{ "kind": "kc", "certification_no": "CB123R001-1234" }] });
    let edited = seller.put(&format!("{path}/certifications"), kc).await.expect(200);
    let waiting = edited["waiting"]["certifications"][0].clone();
    assert_eq!((&edited["live"]["certifications"][0]["kind"], &waiting["kind"]), (&json!("exempt"), &json!("kc")));
    assert_eq!(kinds().await, ["exempt"]);

    let inspection = submit(&seller, &path).await;
    let blocked = approve(&md, &inspection).await;
    assert_eq!(blocked["results"][0]["blocking"][0]["code"], "certification_pending");
    assert_eq!(kinds().await, ["exempt"]);
    let found =
        json!({ "inspections": [{ "inspection_id": inspection, "verified_certification_ids": [waiting["id"]] }] });
    let done = md.post("/v1/product-inspections/approve", found).await.expect(200);
    assert_eq!(done["results"][0]["outcome"], "approved", "{}", done.text);
    assert_eq!(kinds().await, ["kc"]);
    let verified: i64 =
        shop.value("select count(*) from product_certifications where verified_at is not null", &[]).await;
    assert_eq!(verified, 1);

    // What is stated again keeps its verification: nothing blocks the next version.
    let both = json!({ "certifications": [{ "kind": "kc", "certification_no": "CB123R001-1234" }, { "kind": "overseas", "certification_no": "CE-2026-77" }] });
    seller.put(&format!("{path}/certifications"), both).await.expect(200);
    assert_eq!(approve(&md, &submit(&seller, &path).await).await["results"][0]["outcome"], "approved");
    assert_eq!(kinds().await, ["kc", "overseas"]);
    shop.close().await;
}

#[tokio::test]
async fn goods_for_children_are_never_exempt() {
    let shop = Shop::open().await;
    let seller = shop.seller().await;
    let path = complete(&shop, &seller, "아동 티").await;
    shop.sql("update categories set notice_type = 'kids'", &[]).await;
    let refused = seller.post(&format!("{path}/submit"), json!({})).await.expect_code(422, "product_incomplete");
    let fields: Vec<&str> =
        refused["errors"].as_array().unwrap().iter().map(|e| e["field"].as_str().unwrap()).collect();
    assert_eq!(fields, ["/certifications", "/disclosure/notice_type"]);
    let exempt = json!({ "certifications": [{ "kind": "exempt", "exemption_reason": "해당 없음" }] });
    let refused =
        seller.put(&format!("{path}/certifications"), exempt).await.expect_code(422, "certifications_invalid");
    assert_eq!(refused["errors"][0]["field"], "/certifications/0/kind");
    let imported = json!({ "certifications": [{ "kind": "parallel_import", "certification_no": "IMP-2026-1" }] });
    let still = seller.put(&format!("{path}/certifications"), imported).await.expect(200);
    assert!(still["missing"].to_string().contains("children_s_goods_need_one"), "{}", still.text);
    let child = json!({ "certifications": [{ "kind": "child", "certification_no": "CB061R001-2026" }] });
    let stated = seller.put(&format!("{path}/certifications"), child).await.expect(200);
    assert!(!stated["missing"].to_string().contains("/certifications"), "{}", stated.text);
    shop.close().await;
}

#[tokio::test]
async fn a_picture_that_waits_holds_its_colour() {
    let shop = Shop::open().await;
    let (seller, md) = (shop.seller().await, shop.operator("md").await);
    let path = on_sale(&shop, &seller, "투톤 티").await;
    let product = seller.get(&path).await.expect(200);
    let white = product["options"][0]["values"][1]["id"].clone();
    let pictures = json!({ "pictures": [
        { "file_id": picture(&shop, &seller).await, "role": "main" },
        { "file_id": picture(&shop, &seller).await, "role": "main", "option_value_id": white },
    ] });
    seller.put(&format!("{path}/images"), pictures).await.expect(200);
    let mut black_only = options();
    black_only["groups"][0]["values"].as_array_mut().unwrap().truncate(1);
    seller.put(&format!("{path}/options"), black_only).await.expect_code(409, "option_value_in_use");
    assert_eq!(approve(&md, &submit(&seller, &path).await).await["results"][0]["outcome"], "approved");
    shop.close().await;
}

#[tokio::test]
async fn of_two_inspectors_one_decides_and_nobody_waits_in_a_circle() {
    let shop = Shop::open().await;
    let (seller, md, lead) = (shop.seller().await, shop.operator("md").await, shop.operator("md_lead").await);
    let mut ids = Vec::new();
    for name in ["하나", "둘", "셋"] {
        ids.push(submit(&seller, &complete(&shop, &seller, name).await).await);
    }
    let mut turned = ids.clone();
    turned.reverse();
    let approvals = json!({ "inspections": ids.iter().map(|id| json!({ "inspection_id": id })).collect::<Vec<_>>() });
    let remark = json!([{ "field": "/name", "code": "misleading" }]);
    let refusals = turned.iter().map(|id| json!({ "inspection_id": id, "remarks": remark })).collect::<Vec<_>>();
    let (approved, rejected) =
        futures::join!(async { md.post("/v1/product-inspections/approve", approvals).await.expect(200) }, async {
            lead.post("/v1/product-inspections/reject", json!({ "inspections": refusals })).await.expect(200)
        },);
    let outcomes = |answer: &harness::Answer| -> Vec<String> {
        let results = answer["results"].as_array().unwrap().clone();
        results.iter().map(|one| one["outcome"].as_str().unwrap().to_owned()).collect()
    };
    let (first, second) = (outcomes(&approved), outcomes(&rejected));
    let late = vec!["already_decided".to_owned(); 3];
    assert!(first == late || second == late, "{first:?} {second:?}");
    assert!(first == vec!["approved"; 3] || second == vec!["rejected"; 3], "{first:?} {second:?}");
    assert_eq!(shop.events("product.reviewed").await.len(), 3);
    shop.close().await;
}

#[tokio::test]
async fn what_was_sent_back_is_corrected_and_sent_again() {
    let shop = Shop::open().await;
    let (seller, md) = (shop.seller().await, shop.operator("md").await);
    let path = complete(&shop, &seller, "최저가 셔츠").await;
    let first = submit(&seller, &path).await;
    let queue = md.get(&format!("/v1/product-inspections?seller_id={}&state=submitted", seller.seller_id)).await;
    assert_eq!(queue.expect(200).items()[0]["findings"][0]["code"], "banned_word");
    let opened = md.get(&format!("/v1/product-inspections/{first}")).await.expect(200);
    assert_eq!(opened["right_kind"], "owner");
    let me: kernel::OperatorId = shop.value("select opened_by from product_revisions", &[]).await;
    for (inspector, open) in [(me, 1), (kernel::OperatorId::new(), 0)] {
        let mine = md.get(&format!("/v1/product-inspections?opened_by={inspector}")).await.expect(200);
        assert_eq!(mine.items().len(), open);
    }
    let blocked = approve(&md, &first).await;
    assert_eq!(blocked["results"][0]["outcome"], "blocking_findings");
    let remarks = json!({ "inspections": [{ "inspection_id": first, "remarks": [{ "field": "/name", "code": "banned_word" }] }] });
    md.post("/v1/product-inspections/reject", remarks.clone()).await.expect(200);
    let again = md.post("/v1/product-inspections/reject", remarks).await.expect(200);
    assert_eq!(again["results"][0]["outcome"], "already_decided");
    let back = seller.get(&path).await.expect(200);
    assert_eq!((&back["state"], &back["state_reason"]), (&json!("rejected"), &json!("/name banned_word")));
    seller.patch(&path, json!({ "name": "옥스퍼드 셔츠" })).await.expect(200);
    let second = submit(&seller, &path).await;
    assert_eq!(approve(&md, &first).await["results"][0]["outcome"], "already_decided");
    assert_eq!(approve(&md, &second).await["results"][0]["outcome"], "approved");
    let numbers: Vec<i32> = shop.values("select revision_no from product_revisions order by 1", &[]).await;
    assert_eq!(numbers, [1, 2]);
    stocked(&seller, &path, 1).await;
    assert_eq!(shop.anonymous(Host::Service).get(&path).await.expect(200)["sale_state"], "on_sale");
    shop.close().await;
}
