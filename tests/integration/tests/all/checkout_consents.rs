//! What a customer agrees to when ordering: that the sellers receive the address, and that made-to-order goods stay sold.

use crate::buying::{accepted, lines, piece, quote};
use harness::{Answer, Customer, Shop, Value, json};

const ORDERS: &str = "/v1/purchase-orders";

/// The required text of the checkout in force.
async fn third_party(buyer: &Customer) -> Value {
    let terms = buyer.get("/v1/terms?step=checkout").await.expect(200);
    let required: Vec<&Value> = terms.items().iter().filter(|term| term["required"] == true).collect();
    assert_eq!(required.len(), 1);
    assert_eq!(required[0]["code"], "third_party");
    required[0]["id"].clone()
}

fn ticking(quoted: &Answer, terms: &[Value]) -> Value {
    let mut body = accepted(quoted);
    body["agreed_term_ids"] = json!(terms);
    body
}

/// Versions an order was placed under.
async fn versions(shop: &Shop, placed: &Answer) -> Value {
    let id: kernel::PurchaseOrderId = placed.read("purchase_order_id");
    shop.value("select to_jsonb(agreed_term_ids) from purchase_orders where id = $1", &[&id]).await
}

#[tokio::test]
async fn an_order_waits_until_the_sellers_may_receive_the_address() {
    let shop = Shop::open().await;
    let (seller, minji) = (shop.seller().await, shop.customer().await);
    let tee = seller.product("티셔츠").price(30_000).sku("M", 5).on_sale().await;
    minji.address().await;
    let term = third_party(&minji).await;
    // Signing up takes the texts of signing up alone.
    shop.sql("delete from user_consents where purpose = 'third_party'", &[]).await;
    let quoted = quote(&minji, &[piece(tee.only(), 1)]).await;
    let missing = minji.post(ORDERS, accepted(&quoted)).await.expect_code(422, "required_term_missing");
    assert_eq!(missing["errors"][0]["field"], "/agreed_term_ids");
    assert_eq!(missing["details"]["codes"], json!(["third_party"]));
    let unknown = ticking(&quoted, &[json!(kernel::TermId::new())]);
    minji.post(ORDERS, unknown).await.expect_code(409, "term_outdated");
    let orders = "select count(*) from purchase_orders";
    assert_eq!(shop.value::<i64>(orders, &[]).await, 0);
    // Ticked with the order, it holds for the next one too.
    let placed = minji.post(ORDERS, ticking(&quoted, std::slice::from_ref(&term))).await.expect(201);
    assert_eq!(versions(&shop, &placed).await, json!([term]));
    let consents = minji.get("/v1/me/consents").await.expect(200);
    assert!(consents.text.contains("third_party"), "{}", consents.text);
    let again = quote(&minji, &[piece(tee.only(), 1)]).await;
    let again = minji.post(ORDERS, accepted(&again)).await.expect(201);
    assert_eq!(versions(&shop, &again).await, json!([term]));
    // Taken back by a new version, it is asked for again; the old orders keep what they were placed under.
    let newer = kernel::TermId::new();
    shop.sql(
        "insert into terms (id, code, title, body, version_no, required, step, effective_from)
         select $1, code, title, body, 2, true, step, $2 from terms where code = 'third_party'",
        &[&newer, &shop.now().0],
    )
    .await;
    let third = quote(&minji, &[piece(tee.only(), 1)]).await;
    minji.post(ORDERS, accepted(&third)).await.expect_code(422, "required_term_missing");
    minji.post(ORDERS, ticking(&third, std::slice::from_ref(&term))).await.expect_code(409, "term_outdated");
    let third = minji.post(ORDERS, ticking(&third, &[json!(newer)])).await.expect(201);
    assert_eq!(versions(&shop, &third).await, json!([newer]));
    assert_eq!(versions(&shop, &placed).await, json!([term]));
    let live = "select count(*) from user_consents where purpose = 'third_party' and superseded_at is null";
    assert_eq!(shop.value::<i64>(live, &[]).await, 1);
    shop.close().await;
}

#[tokio::test]
async fn made_to_order_goods_are_ordered_by_who_agrees_that_they_stay_sold() {
    let shop = Shop::open().await;
    let (seller, minji) = (shop.seller().await, shop.customer().await);
    let tee = seller.product("티셔츠").price(30_000).sku("M", 5).on_sale().await;
    let suit = seller.product("맞춤 수트").price(300_000).made_to_order().sku("M", 5).on_sale().await;
    minji.address().await;
    let quoted = quote(&minji, &[piece(tee.only(), 1), piece(suit.only(), 1)]).await;
    let shown = &quoted["sellers"][0]["lines"];
    assert_eq!((&shown[0]["made_to_order"], &shown[1]["made_to_order"]), (&json!(false), &json!(true)));
    let mut body = accepted(&quoted);
    for said in [None, Some(false)] {
        if let Some(said) = said {
            body["agrees_to_no_return"] = json!(said);
        }
        let refused = minji.post(ORDERS, body.clone()).await.expect_code(422, "no_return_not_agreed");
        assert_eq!(refused["errors"][0]["field"], "/agrees_to_no_return");
        assert_eq!(refused["details"], json!([suit.only()]));
    }
    body["agrees_to_no_return"] = json!(true);
    let placed = minji.post(ORDERS, body).await.expect(201);
    // What was agreed to stays with the line, whatever the product becomes.
    shop.sql("update products set made_to_order = not made_to_order", &[]).await;
    let lines = lines(&shop, &placed).await;
    let kept: Vec<bool> =
        shop.values("select no_return from product_orders where id = any($1) order by line_no", &[&lines]).await;
    assert_eq!(kept, [false, true]);
    shop.close().await;
}
