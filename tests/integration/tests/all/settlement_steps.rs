//! Steps of stories about settlement: confirmed purchases, mornings, payees, batches.

use crate::buying::{bought, lines, piece};
use crate::order_steps::*;
use chrono::{Duration, NaiveTime};
use harness::simulators::carrier::ScanStatus;
use harness::simulators::toss::outbox::Targets;
use harness::{Actor, Answer, Host, Seller, Shop, Value, json};
use kernel::clock::kst_at;
use kernel::{ProductOrderId, SellerBankAccountId};

/// Sells one piece of a new product and has the purchase confirmed.
pub async fn sold(shop: &Shop, seller: &Seller, price: i64, invoice: &str) -> ProductOrderId {
    let product = seller.product("니트").price(price).sku("F", 3).on_sale().await;
    let buyer = shop.customer().await;
    let placed = bought(shop, &buyer, &[piece(product.only(), 1)]).await;
    let line = lines(shop, &placed).await[0];
    assert_eq!(code(&accepted(seller, &[line]).await[0]), "ok");
    assert_eq!(code(&dispatched(seller, &[by_cj(line, invoice)]).await[0]), "ok");
    scanned(shop, invoice, ScanStatus::AtPickup).await;
    scanned(shop, invoice, ScanStatus::Delivered).await;
    buyer.post("/v1/product-orders/confirm", json!({ "product_order_ids": [line] })).await.expect(204);
    shop.run_tasks().await;
    line
}

/// Sleeps until the next 04:00 and runs the morning's schedule; answers its report.
pub async fn morning(shop: &Shop) -> Value {
    let four = NaiveTime::from_hms_opt(4, 0, 0).unwrap();
    let today = kst_at(shop.now().date(), four);
    let next = if today > shop.now().0 { today } else { today + Duration::days(1) };
    shop.clock().set(next + Duration::seconds(5));
    let report = shop.run_schedule("build_settlements").await;
    shop.run_tasks().await;
    report
}

/// Mornings until every statement of a seller is in a state; answers how many that took.
pub async fn mornings_until(shop: &Shop, seller: &Seller, state: &str) -> u32 {
    for mornings in 0..40 {
        let sql = "select count(*) filter (where state = $2) > 0 and count(*) filter (where state <> $2) = 0 from settlements where seller_id = $1";
        if shop.value::<bool>(sql, &[&seller.seller_id, &state]).await {
            return mornings;
        }
        morning(shop).await;
    }
    panic!("no statement became {state} in 40 days");
}

/// Mornings until a batch was prepared; answers it as the lead reads it.
pub async fn mornings_until_batch(shop: &Shop, lead: &Actor) -> Answer {
    for _ in 0..40 {
        if let Some(id) = morning(shop).await["batch"].as_str() {
            return lead.get(&format!("/v1/payout-batches/{id}")).await.expect(200);
        }
    }
    panic!("no batch in 40 days");
}

/// Registers a seller's account with bank and provider, and lets the provider tell us from now on.
pub async fn payable(shop: &Shop, seller: &Seller) {
    let of_seller = "from seller_bank_accounts where seller_id = $1 and state = 'active'";
    let id: SellerBankAccountId = shop.value(&format!("select id {of_seller}"), &[&seller.seller_id]).await;
    let sealed: Vec<u8> = shop.value(&format!("select account_no_enc {of_seller}"), &[&seller.seller_id]).await;
    let holder: String = shop.value(&format!("select account_holder {of_seller}"), &[&seller.seller_id]).await;
    shop.bank().account("088", &shop.boot().vault.open(&sealed).unwrap(), &holder);
    let clerk = shop.operator("settlement_clerk").await;
    let checked = clerk.post(&format!("/v1/payout-accounts/{id}/verify"), json!({})).await.expect(200);
    assert_eq!(checked["provider_state"], "partially_approved", "a company may be paid at once");
    let url = format!("{}/v1/inbound/toss/payout-events", shop.url(Host::External).await);
    shop.toss().set_targets(Targets { payout: Some(url), ..Targets::default() });
    shop.toss().top_up(10_000_000);
}

/// The provider's news arrives.
pub async fn told(shop: &Shop) {
    shop.toss().flush_webhooks().await;
    shop.run_tasks().await;
}

/// Approves a batch as somebody else and sends it.
pub async fn pay_out(shop: &Shop, batch: &Answer) {
    let id = batch["batch_id"].as_str().unwrap();
    let (lead, clerk) = (shop.operator("settlement_lead").await, shop.operator("settlement_clerk").await);
    let body = json!({ "count": batch["count"], "sum": batch["sum"] });
    lead.elevated().post(&format!("/v1/payout-batches/{id}/approve"), body).await.expect(200);
    clerk.post(&format!("/v1/payout-batches/{id}/submit"), json!({})).await.expect(200);
}

/// The states of a seller's payouts, oldest first.
pub async fn payouts(shop: &Shop, seller: &Seller) -> Vec<String> {
    shop.values("select state from payouts where seller_id = $1 order by id", &[&seller.seller_id]).await
}

/// The states of a seller's statements, oldest first.
pub async fn statements(shop: &Shop, seller: &Seller) -> Vec<String> {
    shop.values("select state from settlements where seller_id = $1 order by period_end", &[&seller.seller_id]).await
}

/// Kind and payout of every settlement line of a seller, sorted.
pub async fn lines_of(seller: &Seller) -> Vec<(String, i64)> {
    let page = seller.get("/v1/settlement-lines?limit=100").await.expect(200);
    let one = |line: &Value| (line["line_type"].as_str().unwrap().to_owned(), line["payout"].as_i64().unwrap());
    let mut lines: Vec<(String, i64)> = page.items().iter().map(one).collect();
    lines.sort();
    lines
}

/// One of [`lines_of`].
pub fn line(line_type: &str, payout: i64) -> (String, i64) {
    (line_type.to_owned(), payout)
}
