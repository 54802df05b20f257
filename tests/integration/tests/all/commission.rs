//! Commission: an order line keeps the terms of the day it was placed, whatever is agreed afterwards.

use crate::buying::*;
use crate::order_life::dispatch;
use crate::order_steps::scanned;
use crate::settlement_steps::morning;
use chrono::{Duration, NaiveDate};
use harness::simulators::carrier::ScanStatus;
use harness::{Product, Shop, json};
use kernel::ProductOrderId;

/// Orders and pays one piece; answers its line and the rate it froze.
async fn sold_at(shop: &Shop, product: &Product) -> (ProductOrderId, String) {
    let buyer = shop.customer().await;
    let placed = bought(shop, &buyer, &[piece(product.only(), 1)]).await;
    let line = lines(shop, &placed).await[0];
    (line, terms(shop, line).await)
}

/// Rate, base and payer of VAT of an order line.
async fn terms(shop: &Shop, line: ProductOrderId) -> String {
    let sql = "select commission_rate::float8::text || ' ' || commission_base || ' ' || fee_vat_payer from product_orders where id = $1";
    shop.value(sql, &[&line]).await
}

#[tokio::test]
async fn an_order_line_keeps_the_terms_of_the_day_it_was_placed() {
    let shop = Shop::open().await;
    let (seller, lead) = (shop.seller().await, shop.operator("md_lead").await);
    let tee = seller.product("티셔츠").price(10_000).sku("F", 10).on_sale().await;
    let day = |n: i64| (shop.now().date() + Duration::days(n)).to_string();
    let sellers = json!({ "seller_id": seller.seller_id, "rate": "0.1", "effective_from": day(1) });
    let products = json!({ "product_id": tee.id, "rate": "0.08", "effective_from": day(2) });
    for rate in [sellers, products] {
        lead.post("/v1/commission-rates", rate).await.expect(201);
    }
    let renewal = json!({
        "commission_rate": "0.15", "commission_base": "gross", "fee_vat_payer": "platform", "effective_from": day(3),
    });
    let body = json!({ "seller_id": seller.seller_id, "terms": renewal });
    let contract = lead.post("/v1/contracts", body).await.expect(201);
    let contract = format!("/v1/contracts/{}", contract["contract_id"].as_str().unwrap());
    lead.post(&format!("{contract}/send-for-signature"), json!({})).await.expect(200);
    let shown = seller.get(&contract).await.expect(200);
    let sign = json!({ "decision": "sign", "text_hash": shown["text_hash"] });
    seller.elevated().post(&format!("{contract}/decision"), sign).await.expect(200);

    let mut sold = Vec::new();
    for today in
        ["0.12 net_of_seller seller", "0.1 net_of_seller seller", "0.08 net_of_seller seller", "0.08 gross platform"]
    {
        let (line, frozen) = sold_at(&shop, &tee).await;
        assert_eq!(frozen, today);
        sold.push(line);
        shop.clock().advance(Duration::days(1));
    }
    assert_eq!(terms(&shop, sold[0]).await, "0.12 net_of_seller seller", "later terms change no order");

    // What is settled follows the line, not the contract: fee, VAT, payout.
    seller.post("/v1/product-orders/confirm", json!({ "product_order_ids": sold })).await.expect(200);
    for (i, line) in sold.iter().enumerate() {
        let invoice = format!("10000000008{i}");
        dispatch(&seller, &[(*line, 1)], &invoice).await;
        scanned(&shop, &invoice, ScanStatus::AtPickup).await;
        scanned(&shop, &invoice, ScanStatus::Delivered).await;
    }
    shop.clock().advance(Duration::days(8));
    shop.run_schedule("auto_confirm_sweep").await;
    shop.run_tasks().await;
    morning(&shop).await;
    let mut settled = Vec::new();
    for line in &sold {
        let page =
            seller.get(&format!("/v1/settlement-lines?line_type=product&product_order_id={line}")).await.expect(200);
        let line = &page.items()[0];
        settled.push(["fee", "fee_vat", "payout"].map(|amount| line[amount].as_i64().unwrap()));
    }
    assert_eq!(settled, [[1_200, 120, 8_680], [1_000, 100, 8_900], [800, 80, 9_120], [800, 0, 9_200]]);
    shop.close().await;
}

#[tokio::test]
async fn a_contract_that_is_not_signed_in_time_stops_what_is_new() {
    let shop = Shop::open().await;
    let (seller, lead) = (shop.seller().await, shop.operator("md_lead").await);
    let tee = seller.product("티셔츠").price(10_000).sku("F", 10).on_sale().await;
    let buyer = shop.customer().await;
    buyer.address().await;
    let from = shop.now().date() + Duration::days(30);
    let body = json!({ "seller_id": seller.seller_id, "terms": { "commission_rate": "0.15", "effective_from": from } });
    let contract = lead.post("/v1/contracts", body).await.expect(201);
    let contract = format!("/v1/contracts/{}", contract["contract_id"].as_str().unwrap());
    let sent = lead.post(&format!("{contract}/send-for-signature"), json!({})).await.expect(200);
    let due = sent.read::<chrono::DateTime<chrono::Utc>>("sign_due_at");
    let quoted = quote(&buyer, &[piece(tee.only(), 1)]).await;
    assert_eq!(quoted["changes"], json!([]));
    shop.clock().set(due + Duration::seconds(1));
    let asked = json!({ "items": [piece(tee.only(), 1)] });
    buyer.post("/v1/checkout-quotes", asked.clone()).await.expect_code(409, "not_for_sale");
    let shown = seller.get(&contract).await.expect(200);
    let sign = json!({ "decision": "sign", "text_hash": shown["text_hash"] });
    seller.elevated().post(&format!("{contract}/decision"), sign).await.expect(200);
    buyer.post("/v1/checkout-quotes", asked).await.expect(201);
    shop.close().await;
}

#[tokio::test]
async fn terms_that_make_no_sense_are_refused_field_by_field() {
    let shop = Shop::open().await;
    let (seller, lead) = (shop.seller().await, shop.operator("md_lead").await);
    let from = shop.now().date().to_string();
    let contracts: i64 = shop.value("select count(*) from seller_contracts", &[]).await;
    for (field, value) in [
        ("commission_rate", json!("1.1")),
        ("commission_rate", json!("-0.1")),
        ("commission_rate", json!("0.123456")),
        ("commission_base", json!("net")),
        ("payout_lag_days", json!(99_999_999_999_i64)),
        ("effective_from", json!("2026-02-30")),
        ("bonus", json!(1)),
    ] {
        let mut terms = json!({ "commission_rate": "0.1", "effective_from": from });
        terms[field] = value;
        let body = json!({ "seller_id": seller.seller_id, "terms": terms });
        let refused = lead.post("/v1/contracts", body).await.expect_code(422, "invalid_request");
        assert!(refused["errors"][0]["field"].as_str().unwrap().starts_with("/terms"), "{field}: {}", refused.text);
    }
    let lag = json!({ "commission_rate": "0.1", "effective_from": from, "payout_lag_days": 21 });
    let body = json!({ "seller_id": seller.seller_id, "terms": lag });
    lead.post("/v1/contracts", body).await.expect_code(422, "payout_lag_out_of_range");
    assert_eq!(shop.value::<i64>("select count(*) from seller_contracts", &[]).await, contracts);
    shop.close().await;
}

#[tokio::test]
async fn a_rate_starts_tomorrow_and_ends_the_one_before_it() {
    let shop = Shop::open().await;
    let (seller, lead) = (shop.seller().await, shop.operator("md_lead").await);
    let day = |n: i64| (shop.now().date() + Duration::days(n)).to_string();
    let rate =
        |rate: &str, from: String| json!({ "seller_id": seller.seller_id, "rate": rate, "effective_from": from });
    let path = "/v1/commission-rates";
    lead.post(path, rate("0.10", day(0))).await.expect_code(422, "starts_in_the_past");
    lead.post(path, json!({ "rate": "0.1", "effective_from": day(1) })).await.expect_code(422, "rate_target_invalid");
    lead.post(path, rate("0.10", day(1))).await.expect(201);
    lead.post(path, rate("0.09", day(11))).await.expect(201);
    lead.post(path, rate("0.08", day(5))).await.expect_code(409, "rate_overlaps");
    let unknown = json!({ "product_id": uuid::Uuid::now_v7(), "rate": "0.1", "effective_from": day(1) });
    lead.post(path, unknown).await.expect_code(422, "rate_target_unknown");
    let list = lead.get(&format!("{path}?seller_id={}", seller.seller_id)).await.expect(200);
    assert_eq!((list.items().len(), &list.items()[1]["effective_to"]), (2, &json!(day(11))));
    shop.operator("auditor").await.post(path, rate("0.01", day(1))).await.expect_code(403, "forbidden");

    // A renewal ends the contract before it where it starts; orders already placed keep their terms.
    let terms = json!({ "commission_rate": "0.15", "effective_from": day(3), "settlement_cycle": "monthly" });
    let body = json!({ "seller_id": seller.seller_id, "terms": terms });
    let renewal = lead.post("/v1/contracts", body).await.expect(201);
    let id = renewal["contract_id"].as_str().unwrap().to_owned();
    let sent = lead.post(&format!("/v1/contracts/{id}/send-for-signature"), json!({})).await.expect(200);
    assert!(sent["sign_due_at"].is_string());
    let shown = seller.get(&format!("/v1/contracts/{id}")).await.expect(200);
    assert_eq!(shown["rates"].as_array().unwrap().len(), 2);
    let decision = format!("/v1/contracts/{id}/decision");
    let decline = json!({ "decision": "decline", "reason": "수수료가 높습니다" });
    seller.elevated().post(&decision, decline.clone()).await.expect(200);
    seller.elevated().post(&decision, decline).await.expect_code(404, "contract_not_found");
    lead.post(&format!("/v1/contracts/{id}/send-for-signature"), json!({})).await.expect(200);
    let sign = json!({ "decision": "sign", "text_hash": shown["text_hash"] });
    shop.seller().await.elevated().post(&decision, sign.clone()).await.expect_code(404, "contract_not_found");
    seller.member("manager").await.elevated().post(&decision, sign.clone()).await.expect_code(403, "forbidden");
    seller.elevated().post(&decision, sign).await.expect(200);
    let ends: NaiveDate =
        shop.value("select effective_to from seller_contracts where id = $1", &[&seller.contract_id]).await;
    assert_eq!(ends.to_string(), day(3));

    // Operators see the contract in force, not the newest; and whose brands the seller may sell.
    seller.product("티셔츠").sku("M", 1).on_sale().await;
    let seen = lead.get(&format!("/v1/sellers/{}", seller.seller_id)).await.expect(200);
    assert_eq!(
        (&seen["contract"]["contract_id"], seen["brands"].as_array().map(Vec::len)),
        (&json!(seller.contract_id), Some(1))
    );
    shop.clock().advance(Duration::days(3));
    let seen = lead.get(&format!("/v1/sellers/{}", seller.seller_id)).await.expect(200);
    assert_eq!(seen["contract"]["commission_rate"], "0.15000");
    shop.close().await;
}
