//! Bodies that name somebody else's rows. The documents say which bodies name rows at all: a new one must say here whose
//! they are, and is then sent by a stranger, who is refused or told that there is nothing, and changes nothing of the owner's.

use crate::buying::{lines, order, piece, quote, window};
use crate::catalog_steps;
use crate::order_steps::by_cj;
use harness::{Actor, Host, Shop, Value, json};
use http::Method;
use std::collections::BTreeSet;

/// Places in bodies whose rows are everybody's, or prove the caller by themselves (`challenge_id`).
const SHARED: &[(&str, &str)] = &[
    ("service", "sku_id"),
    ("service", "seller_id"),
    ("service", "product_id"),
    ("service", "brand_id"),
    ("service", "exhibition_id"),
    ("service", "term_ids"),
    ("service", "agreed_term_ids"),
    // Tickets that nobody but their holder knows; told by the stories of joining.
    ("service", "guest_id"),
    ("service", "identity_verification_id"),
    ("seller", "identity_verification_id"),
    ("seller", "email_verification_id"),
    ("seller", "challenge_id"),
    ("seller", "enrollment_id"),
    ("seller", "category_id"),
];

/// Which fields of which bodies name rows: `service POST /v1/claims/preview product_order_id`.
fn naming(document: &Value, host: Host) -> BTreeSet<String> {
    fn fields(document: &Value, schema: &Value, found: &mut BTreeSet<String>) {
        let reference = schema["$ref"].as_str().map(|name| document.pointer(name.trim_start_matches('#')).unwrap());
        let schema = reference.unwrap_or(schema);
        for kind in ["anyOf", "oneOf", "allOf"] {
            schema[kind].as_array().into_iter().flatten().for_each(|variant| fields(document, variant, found));
        }
        for (name, property) in schema["properties"].as_object().into_iter().flatten() {
            if name.ends_with("_id") || name.ends_with("_ids") {
                found.insert(name.clone());
            }
            fields(document, property, found);
        }
        if schema["items"].is_object() {
            fields(document, &schema["items"], found);
        }
    }
    let mut all = BTreeSet::new();
    for (path, operations) in document["paths"].as_object().unwrap() {
        for (method, operation) in operations.as_object().unwrap() {
            let mut found = BTreeSet::new();
            fields(document, &operation["requestBody"]["content"]["application/json"]["schema"], &mut found);
            let of = found.iter().filter(|name| !SHARED.contains(&(host.as_str(), name.as_str())));
            all.extend(of.map(|name| format!("{} {} {path} {name}", host.as_str(), method.to_uppercase())));
        }
    }
    all
}

/// One body that names a row of the owner, sent by a stranger.
struct Try {
    method: Method,
    /// As in the document, and as it is called.
    path: &'static str,
    called: String,
    names: &'static str,
    body: Value,
}

fn one(method: Method, path: &'static str, names: &'static str, body: Value) -> Try {
    Try { method, path, called: path.to_owned(), names, body }
}

impl Try {
    /// At a row of the stranger's own.
    fn at(mut self, place: &str, id: impl ToString) -> Try {
        self.called = self.called.replace(&format!("{{{place}}}"), &id.to_string());
        self
    }
}

/// A hash of each table but those that note who called.
async fn books(shop: &Shop) -> Vec<String> {
    let tables = "select tablename::text from pg_tables where schemaname = 'public'
        and tablename not in ('idempotency_keys', 'audit_logs', 'privacy_access_logs', 'partner_clients') order by 1";
    let mut all = Vec::new();
    for table in shop.values::<String>(tables, &[]).await {
        let hash = format!("select coalesce(md5(string_agg(t::text, '' order by t::text)), '') from {table} t");
        all.push(format!("{table} {}", shop.value::<String>(&hash, &[]).await));
    }
    all
}

/// Refused as a whole, or row by row.
fn refused(text: &str, status: u16) -> bool {
    let each = ["_not_found", "_not_yours", "_unknown", "_not_usable"].iter().any(|word| text.contains(word));
    matches!(status, 403 | 404 | 409) || each
}

async fn strangers_change_nothing(shop: &Shop, stranger: &Actor, tries: Vec<Try>, silent: &[&str]) {
    let host = stranger.host();
    let document = shop.anonymous(host).get("/openapi.json").await.expect(200).json().clone();
    let tried = tries.iter().map(|one| format!("{} {} {} {}", host.as_str(), one.method, one.path, one.names));
    let (tried, named): (BTreeSet<String>, _) = (tried.collect(), naming(&document, host));
    assert_eq!(tried, named, "bodies that name rows, and the rows this story has for them");
    let mut wrong = Vec::new();
    for one in tries {
        let before = books(shop).await;
        let answer = stranger.elevated().call(one.method.clone(), &one.called, Some(one.body)).await;
        let (status, told) = (answer.status.as_u16(), format!("{} {} {}", one.method, one.path, one.names));
        if status == 422 && answer["code"] == "invalid_request" {
            wrong.push(format!("{told}: the body is no body: {}", answer.text));
        }
        if !(refused(&answer.text, status) || silent.contains(&one.path) && status < 300) {
            wrong.push(format!("{told}: {status} {}", answer.text));
        }
        let changed: Vec<String> = books(shop).await.into_iter().filter(|table| !before.contains(table)).collect();
        if !changed.is_empty() {
            wrong.push(format!("{told} changed {changed:?}"));
        }
    }
    assert!(wrong.is_empty(), "{} found:\n{}", wrong.len(), wrong.join("\n"));
}

#[tokio::test]
async fn a_customer_names_rows_of_another_in_vain() {
    let shop = Shop::open().await;
    let (minji, seoyeon, seller) = (shop.customer().await, shop.customer().await, shop.seller().await);
    let tee = seller.product("티셔츠").price(30_000).sku("M", 50).on_sale().await;
    let (address, coupon) = (minji.address().await, shop.coupon("cart").fixed(5_000).give(&minji).await);
    seoyeon.address().await;
    let quoted = quote(&minji, &[piece(tee.only(), 1)]).await;
    let placed = order(&minji, &quoted).await;
    let (line, returned) = (lines(&shop, &placed).await[0], window(&shop, &placed).await);
    let quoted = quote(&minji, &[piece(tee.only(), 1)]).await;
    minji.post("/v1/cart/items", json!({ "items": [piece(tee.only(), 1)] })).await.expect(201);
    let cart_item: uuid::Uuid = shop.value("select id from cart_items where user_id = $1", &[&minji.user_id]).await;
    let own = quote(&seoyeon, &[piece(tee.only(), 1)]).await;
    let own_quote = own["quote_id"].as_str().unwrap();
    let change =
        |names, body| one(Method::PATCH, "/v1/checkout-quotes/{quote_id}", names, body).at("quote_id", own_quote);
    let items = json!([{ "product_order_id": line, "quantity": 1 }]);
    let claim = json!({ "claim_type": "cancel", "items": items, "reason_code": "INTENT_CHANGED" });
    let ask = json!({ "items": items, "reason_code": "INTENT_CHANGED", "preview_token": "x" });
    let ordered = json!({ "quote_id": quoted["quote_id"], "version": quoted["version"], "payment_method": "card" });
    let tries = vec![
        one(Method::POST, "/v1/cart/items/bulk-delete", "cart_item_ids", json!({ "cart_item_ids": [cart_item] })),
        one(Method::PUT, "/v1/cart/selection", "cart_item_ids", json!({ "cart_item_ids": [cart_item] })),
        change("address_id", json!({ "address_id": address })),
        change("user_coupon_id", json!({ "coupons": { "cart": coupon } })),
        one(Method::POST, "/v1/claims/preview", "product_order_id", claim),
        one(Method::POST, "/v1/claims/cancel", "product_order_id", ask),
        one(Method::POST, "/v1/payments/confirm", "order_id", returned),
        one(Method::POST, "/v1/product-orders/confirm", "product_order_ids", json!({ "product_order_ids": [line] })),
        one(Method::POST, "/v1/purchase-orders", "quote_id", ordered),
    ];
    strangers_change_nothing(&shop, &seoyeon, tries, &["/v1/cart/items/bulk-delete", "/v1/cart/selection"]).await;
    shop.close().await;
}

#[tokio::test]
async fn a_seller_names_rows_of_another_in_vain() {
    let shop = Shop::open().await;
    let (minji, seller, other) = (shop.customer().await, shop.seller().await, shop.seller().await);
    let tee = seller.product("티셔츠").price(30_000).sku("M", 50).on_sale().await;
    let placed = crate::buying::bought(&shop, &minji, &[piece(tee.only(), 1)]).await;
    let line = lines(&shop, &placed).await[0];
    assert_eq!(crate::order_steps::accepted(&seller, &[line]).await[0]["ok"], true);
    let claim = crate::order_steps::ask_cancel(&minji, &[(line, 1)]).await;
    let picture = catalog_steps::picture(&shop, &seller).await;
    let own = catalog_steps::draft(&shop, &other, "내 티").await;
    let (own, category) = (own.rsplit_once('/').unwrap().1.to_owned(), shop.leaf_category().await);
    let own_policy = other.shipping_policy_id;
    let fresh = json!({
        "category_id": category, "brand_id": seller.brand_id, "name": "남의 브랜드", "style_no": "1", "gender": "u", "season": "26SS",
        "list_price": 50_000, "sale_price": 40_000,
    });
    let policy = |field: &str, id: kernel::SellerAddressId| {
        let mut body = json!({ "name": "무료", "fee": { "type": "free" }, "jeju_surcharge": 0, "island_surcharge": 0, "return_fee": 0, "exchange_fee": 0 });
        body[field] = json!(id);
        body
    };
    let price = json!({ "product_id": tee.id, "list_price": 50_000, "sale_price": 29_000 });
    let adjust =
        json!({ "reason": "receipt", "adjustments": [{ "mode": "add", "sku_id": tee.only(), "quantity": 1 }] });
    let option =
        json!({ "pictures": [{ "file_id": picture, "role": "main", "option_value_id": uuid::Uuid::now_v7() }] });
    let product = |method: Method, path, names, body| one(method, path, names, body).at("product_id", &own);
    let tries = vec![
        one(Method::POST, "/v1/claims/approve-cancels", "claim_ids", json!({ "claim_ids": [claim] })),
        one(Method::POST, "/v1/product-orders/confirm", "product_order_ids", json!({ "product_order_ids": [line] })),
        one(
            Method::POST,
            "/v1/product-orders/dispatch",
            "product_order_id",
            json!({ "items": [by_cj(line, "600000000003")] }),
        ),
        one(Method::POST, "/v1/products", "brand_id", fresh),
        one(
            Method::POST,
            "/v1/products/bulk-sale-state",
            "product_ids",
            json!({ "product_ids": [tee.id], "sale_state": "paused" }),
        ),
        one(Method::POST, "/v1/products/price-changes", "product_id", json!({ "prices": [price] })),
        product(Method::PATCH, "/v1/products/{product_id}", "brand_id", json!({ "brand_id": seller.brand_id })),
        product(
            Method::PUT,
            "/v1/products/{product_id}/delivery",
            "shipping_policy_id",
            json!({ "attribute": "normal", "shipping_policy_id": seller.shipping_policy_id }),
        ),
        product(
            Method::PUT,
            "/v1/products/{product_id}/description",
            "file_id",
            json!({ "blocks": [{ "kind": "picture", "file_id": picture }] }),
        ),
        product(
            Method::PUT,
            "/v1/products/{product_id}/images",
            "file_id",
            json!({ "pictures": [{ "file_id": picture, "role": "main" }] }),
        ),
        product(Method::PUT, "/v1/products/{product_id}/images", "option_value_id", option),
        product(
            Method::PATCH,
            "/v1/products/{product_id}/skus",
            "sku_id",
            json!({ "skus": [{ "sku_id": tee.only(), "price_delta": 0 }] }),
        ),
        one(
            Method::POST,
            "/v1/shipping-policies",
            "dispatch_address_id",
            policy("dispatch_address_id", seller.dispatch_address_id),
        ),
        one(
            Method::POST,
            "/v1/shipping-policies",
            "return_address_id",
            policy("return_address_id", seller.return_address_id),
        ),
        one(
            Method::PUT,
            "/v1/shipping-policies/{shipping_policy_id}",
            "dispatch_address_id",
            policy("dispatch_address_id", seller.dispatch_address_id),
        )
        .at("shipping_policy_id", own_policy),
        one(
            Method::PUT,
            "/v1/shipping-policies/{shipping_policy_id}",
            "return_address_id",
            policy("return_address_id", seller.return_address_id),
        )
        .at("shipping_policy_id", own_policy),
        one(Method::POST, "/v1/stock/adjustments", "sku_id", adjust),
    ];
    strangers_change_nothing(&shop, &other, tries, &[]).await;
    shop.close().await;
}

#[tokio::test]
async fn a_partner_names_rows_of_another_in_vain() {
    let shop = Shop::open().await;
    let (seller, other) = (shop.seller().await, shop.seller().await);
    let scopes = ["partner:account", "partner:orders:read", "partner:orders:write", "partner:webhooks:manage"];
    let (mine, strange) = (shop.own_client(&seller, &scopes).await, shop.own_client(&other, &scopes).await);
    let url = shop.hooks().endpoint("erp");
    let made =
        mine.post("/v1/webhook-endpoints", json!({ "url": url, "event_types": ["order.paid"] })).await.expect(201);
    shop.hooks().set_secret("erp", made["secret"].as_str().unwrap());
    let tee = seller.product("티셔츠").sku("M", 5).on_sale().await;
    let placed = crate::buying::bought(&shop, &shop.customer().await, &[piece(tee.only(), 1)]).await;
    let line = lines(&shop, &placed).await[0];
    let delivery: uuid::Uuid = shop.value("select id from webhook_deliveries order by id limit 1", &[]).await;
    let between = json!({ "endpoint_id": made["endpoint_id"], "from": shop.now().0 - chrono::Duration::hours(1), "until": shop.now().0 });
    let tries = vec![
        one(Method::POST, "/v1/product-orders/confirm", "product_order_ids", json!({ "product_order_ids": [line] })),
        one(
            Method::POST,
            "/v1/product-orders/dispatch",
            "product_order_id",
            json!({ "items": [by_cj(line, "600000000009")] }),
        ),
        one(Method::POST, "/v1/webhook-deliveries/replay", "delivery_ids", json!({ "delivery_ids": [delivery] })),
        one(Method::POST, "/v1/webhook-deliveries/replay", "endpoint_id", json!({ "failed_between": between })),
    ];
    strangers_change_nothing(&shop, &strange, tries, &["/v1/webhook-deliveries/replay"]).await;
    shop.close().await;
}
