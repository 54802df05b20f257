//! Steps that many stories share: a checkout, a payment, a paid order.

use harness::{Answer, Customer, Shop, Value, json};

/// One SKU and how many.
pub fn piece(sku: impl serde::Serialize, quantity: i32) -> Value {
    json!({ "sku_id": sku, "quantity": quantity })
}

/// A quote for some SKUs.
pub async fn quote(buyer: &Customer, items: &[Value]) -> Answer {
    buyer.post("/v1/checkout-quotes", json!({ "items": items })).await.expect(201)
}

/// Orders a quote as it stands.
pub async fn order(buyer: &Customer, quote: &Answer) -> Answer {
    buyer.post("/v1/purchase-orders", accepted(quote)).await.expect(201)
}

/// The body that orders a quote as it stands.
pub fn accepted(quote: &Answer) -> Value {
    json!({ "quote_id": quote["quote_id"], "version": quote["version"], "payment_method": "card" })
}

/// Goes through the gateway's window with a card; answers what the client sends to confirm.
pub async fn window(shop: &Shop, placed: &Answer) -> Value {
    let (pg_order_id, amount) = (placed["payment"]["pg_order_id"].as_str().unwrap(), placed.won("total_payable"));
    let redirect = shop.toss().window(harness::simulators::toss::Window::card(pg_order_id, amount));
    json!({ "payment_key": redirect.payment_key(), "order_id": pg_order_id, "amount": amount })
}

/// Pays a placed order by card and lets everything that follows happen.
pub async fn pay(shop: &Shop, buyer: &Customer, placed: &Answer) -> Answer {
    let returned = window(shop, placed).await;
    let paid = buyer.post("/v1/payments/confirm", returned).await.expect(200);
    assert_eq!(paid["state"], "done");
    shop.run_tasks().await;
    paid
}

/// Orders and pays some SKUs to the default address.
pub async fn bought(shop: &Shop, buyer: &Customer, items: &[Value]) -> Answer {
    buyer.address().await;
    let placed = order(buyer, &quote(buyer, items).await).await;
    pay(shop, buyer, &placed).await;
    placed
}

/// The ids of an order's lines, by line number.
pub async fn lines(shop: &Shop, placed: &Answer) -> Vec<kernel::ProductOrderId> {
    let id: kernel::PurchaseOrderId = placed.read("purchase_order_id");
    shop.values("select id from product_orders where purchase_order_id = $1 order by line_no", &[&id]).await
}
