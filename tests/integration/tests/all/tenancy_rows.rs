//! What somebody has whom the stories of tenancy are about: one row of every kind that a path can name.

use crate::buying::{bought, lines, piece, quote};
use crate::order_steps::{accepted, ask_cancel, by_cj, dispatched};
use crate::settlement_steps::{mornings_until, sold};
use harness::{Customer, Seller, Shop, json};
use kernel::{SettlementId, ShipmentId};
use std::collections::BTreeMap;

/// Ids of rows by the name of their place.
pub type Rows = BTreeMap<&'static str, String>;

pub fn id(of: impl ToString) -> String {
    of.to_string()
}

/// What one customer has: an order under way and one to be claimed, a quote, a cart line, an address, a message, a restock alert.
pub async fn of_customer(shop: &Shop, minji: &Customer, seller: &Seller) -> Rows {
    let tee = seller.product("티셔츠").price(30_000).sku("M", 50).on_sale().await;
    let address = minji.address().await;
    let placed = bought(shop, minji, &[piece(tee.only(), 2)]).await;
    let line = lines(shop, &placed).await[0];
    assert_eq!(accepted(seller, &[line]).await[0]["ok"], true);
    let sent = dispatched(seller, &[by_cj(line, "600000000001")]).await;
    assert_eq!(sent[0]["ok"], true);
    let shipment: ShipmentId = shop.value("select id from shipments limit 1", &[]).await;
    let other = bought(shop, minji, &[piece(tee.only(), 1)]).await;
    let claimed = lines(shop, &other).await[0];
    assert_eq!(accepted(seller, &[claimed]).await[0]["ok"], true);
    let claim = ask_cancel(minji, &[(claimed, 1)]).await;
    minji.post("/v1/cart/items", json!({ "items": [piece(tee.only(), 1)] })).await.expect(201);
    let cart_item: uuid::Uuid =
        shop.value("select id from cart_items where user_id = $1 limit 1", &[&minji.user_id]).await;
    let quoted = quote(minji, &[piece(tee.only(), 1)]).await;
    let payment: uuid::Uuid = shop
        .value(
            "select id from payments where purchase_order_id = $1",
            &[&placed.read::<kernel::PurchaseOrderId>("purchase_order_id")],
        )
        .await;
    let message = uuid::Uuid::now_v7();
    shop.sql(
        "insert into notifications (id, user_id, template_code, nature, title, dedupe_key, created_at) values ($1, $2, 't', 'transactional', '소식', 'one', $3)",
        &[&message, &minji.user_id, &shop.now()],
    )
    .await;
    let gone = seller.product("품절").sku("M", 0).on_sale().await;
    let wish = minji.post("/v1/me/restock-subscriptions", json!({ "sku_id": gone.only() })).await.expect(201);
    let check = minji.post("/v1/identity-verifications", json!({ "purpose": "phone_change" })).await.expect(201);
    BTreeMap::from([
        ("address_id", id(address)),
        ("cart_item_id", id(cart_item)),
        ("claim_id", id(claim)),
        ("identity_verification_id", check["identity_verification_id"].as_str().unwrap().to_owned()),
        ("notification_id", id(message)),
        ("payment_id", id(payment)),
        ("product_order_id", id(line)),
        ("purchase_order_id", id(placed["purchase_order_id"].as_str().unwrap())),
        ("quote_id", id(quoted["quote_id"].as_str().unwrap())),
        ("shipment_id", id(shipment)),
        ("subscription_id", wish["subscription_id"].as_str().unwrap().to_owned()),
    ])
}

/// What one seller has, with the orders of a customer.
pub async fn of_seller(shop: &Shop, seller: &Seller, customers: &Rows) -> Rows {
    let draft = seller.product("초안").draft().await;
    sold(shop, seller, 40_000, "600000000002").await;
    mornings_until(shop, seller, "issued").await;
    let settlement: SettlementId =
        shop.value("select id from settlements where seller_id = $1 limit 1", &[&seller.seller_id]).await;
    let order: uuid::Uuid =
        shop.value("select id from seller_orders where seller_id = $1 order by id limit 1", &[&seller.seller_id]).await;
    let wanted =
        json!({ "purpose": "product_picture", "content_type": "image/png", "bytes": 100, "file_name": "a.png" });
    let upload = seller.post("/v1/uploads", wanted).await.expect(201);
    let mut rows = BTreeMap::from([
        ("contract_id", id(seller.contract_id)),
        ("product_id", id(draft.id)),
        ("seller_address_id", id(seller.return_address_id)),
        ("seller_order_id", id(order)),
        ("settlement_id", id(settlement)),
        ("shipping_policy_id", id(seller.shipping_policy_id)),
        ("upload_id", upload["upload_id"].as_str().unwrap().to_owned()),
    ]);
    for name in ["claim_id", "product_order_id", "shipment_id"] {
        rows.insert(name, customers[name].clone());
    }
    rows
}
