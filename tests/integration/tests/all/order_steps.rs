//! Steps of stories about paid orders: dispatching, scanning, asking for a cancel.

use harness::simulators::carrier::ScanStatus;
use harness::{Answer, Customer, Seller, Shop, Value, json};
use kernel::{ClaimId, ProductOrderId};

/// One line with its invoice.
pub fn by_cj(line: ProductOrderId, invoice: &str) -> Value {
    json!({ "product_order_id": line, "method": "parcel", "carrier_code": "CJ", "invoice_no": invoice })
}

/// Dispatches; answers the results.
pub async fn dispatched(seller: &Seller, items: &[Value]) -> Vec<Value> {
    results(&seller.post("/v1/product-orders/dispatch", json!({ "items": items })).await.expect(200))
}

/// Accepts; answers the results.
pub async fn accepted(seller: &Seller, lines: &[ProductOrderId]) -> Vec<Value> {
    results(&seller.post("/v1/product-orders/confirm", json!({ "product_order_ids": lines })).await.expect(200))
}

/// The results of a call over many.
pub fn results(answer: &Answer) -> Vec<Value> {
    answer["results"].as_array().unwrap_or_else(|| panic!("no results in {}", answer.text)).clone()
}

/// `ok`, or the code of a result.
pub fn code(result: &Value) -> &str {
    if result["ok"] == true { "ok" } else { result["code"].as_str().unwrap() }
}

/// Lets the carrier scan a parcel and the scan arrive.
pub async fn scanned(shop: &Shop, invoice: &str, status: ScanStatus) {
    shop.carrier().push_to(&shop.url(harness::Host::External).await);
    shop.carrier().scan("CJ", invoice, status).await;
    shop.run_tasks().await;
}

/// Asks for a cancel of some pieces; answers its claim (one seller's).
pub async fn ask_cancel(buyer: &Customer, pieces: &[(ProductOrderId, i32)]) -> ClaimId {
    let items: Vec<Value> =
        pieces.iter().map(|(line, quantity)| json!({ "product_order_id": line, "quantity": quantity })).collect();
    let body = json!({ "claim_type": "cancel", "items": items, "reason_code": "INTENT_CHANGED" });
    let preview = buyer.post("/v1/claims/preview", body).await.expect(200);
    let body = json!({ "items": items, "reason_code": "INTENT_CHANGED", "preview_token": preview["preview_token"] });
    let filed = buyer.post("/v1/claims/cancel", body).await.expect(201);
    filed["claim_ids"][0].as_str().unwrap().parse().unwrap()
}
