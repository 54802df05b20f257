//! Every endpoint that names a row, called by somebody whose row it is not.
//!
//! The list is the route tables: an endpoint with a place in its path must say here whose the rows of that place are, and
//! is then called by a stranger with the id of a row that exists. A stranger is told that there is no such row; its owner,
//! called afterwards with the same request, is not.

use crate::authorization::allows;
use crate::buying::{bought, piece};
use crate::order_steps::{accepted, by_cj, dispatched};
use crate::tenancy_rows::{Rows, id, of_customer, of_seller};
use authz::{Access, Audience, catalogue};
use harness::{Actor, Answer, Shop, Value, described, json};
use http::Method;
use kernel::{ClaimId, ProductOrderId};
use std::collections::BTreeMap;

/// Places whose rows everybody may see, or whoever holds the id.
fn is_shared(host: Audience, place: &str) -> bool {
    match host {
        Audience::Service => matches!(
            place,
            "brand_id"
                | "category_id"
                | "coupon_id"
                | "email_verification_id"
                | "product_id"
                | "seller_id"
                | "term_code"
        ),
        Audience::Seller => place == "category_id",
        Audience::External => place == "carrier_code",
        Audience::Admin => true,
    }
}

/// A body that is right in itself, so that whose row it is decides.
fn body(method: &Method, path: &str, rows: &Rows) -> Option<Value> {
    let row = |name: &str| json!(rows[name]);
    Some(match (method.as_str(), path) {
        ("GET", _) => return None,
        ("DELETE", "/v1/shipping-policies/{shipping_policy_id}") => json!({ "replaced_by": uuid::Uuid::now_v7() }),
        ("DELETE", _) => return None,
        ("PATCH", "/v1/cart/items/{cart_item_id}") => json!({ "quantity": 2 }),
        ("POST", "/v1/contracts/{contract_id}/decision") => {
            json!({ "decision": "decline", "reason": "조건이 다릅니다" })
        }
        ("POST", "/v1/product-orders/{product_order_id}/reveal-contact") => json!({ "reason": "배송 문의" }),
        ("PUT", "/v1/products/{product_id}/certifications") => {
            json!({ "certifications": [{ "kind": "exempt", "exemption_reason": "성인 의류" }] })
        }
        ("PUT", "/v1/products/{product_id}/delivery") => json!({ "attribute": "normal" }),
        ("PUT", "/v1/products/{product_id}/description") => json!({ "blocks": [{ "kind": "text", "text": "설명" }] }),
        ("PUT", "/v1/products/{product_id}/disclosure") => crate::catalog_steps::disclosure(),
        ("PUT", "/v1/products/{product_id}/images") => {
            json!({ "pictures": [{ "file_id": uuid::Uuid::now_v7(), "role": "main" }] })
        }
        ("PUT", "/v1/products/{product_id}/options") => crate::catalog_steps::options(),
        ("PATCH", "/v1/products/{product_id}/skus") => {
            json!({ "skus": [{ "sku_id": uuid::Uuid::now_v7(), "price_delta": 0 }] })
        }
        ("POST", "/v1/shipments/{shipment_id}/mark-delivered") => {
            json!({ "delivered_at": "2026-03-02T00:00:00Z", "proof": "현관 앞에 두었습니다" })
        }
        ("PUT", "/v1/shipping-policies/{shipping_policy_id}") => json!({
            "name": "무료", "fee": { "type": "free" }, "jeju_surcharge": 0, "island_surcharge": 0, "return_fee": 0, "exchange_fee": 0,
        }),
        ("POST", "/v1/webhook-endpoints/{endpoint_id}/rotate-secret") => json!({ "keep_old_hours": 1 }),
        ("POST", "/v1/webhook-endpoints/{endpoint_id}/test") => json!({ "event_type": "order.paid" }),
        // A list of rows in the body: the stranger's must all be his.
        ("POST" | "PUT", "/v1/cart/items/bulk-delete" | "/v1/cart/selection") => {
            json!({ "cart_item_ids": [row("cart_item_id")] })
        }
        _ => json!({}),
    })
}

struct Endpoint {
    method: Method,
    path: &'static str,
    access: Access,
    place: Option<String>,
}

impl Endpoint {
    async fn called(&self, by: &Actor, rows: &Rows) -> Answer {
        let mut path = self.path.to_owned();
        if let Some(place) = &self.place {
            path = path.replace(&format!("{{{place}}}"), &rows[place.as_str()]);
        }
        by.call(self.method.clone(), &path, body(&self.method, self.path, rows)).await
    }
}

/// Every endpoint of a host whose path names a row of somebody, and every list.
async fn endpoints(host: Audience, rows: &Rows) -> Vec<Endpoint> {
    let mut found = Vec::new();
    for route in described(host).into_iter().flat_map(|function| function.routes) {
        if matches!(route.spec().access, Access::Signature(_)) {
            continue;
        }
        let place = route.path.split('{').nth(1).and_then(|rest| rest.split('}').next()).map(str::to_owned);
        match &place {
            Some(name) if is_shared(host, name) => continue,
            Some(name) => assert!(
                rows.contains_key(name.as_str()),
                "{} {}: whose are the rows of {name}? Give this story one of them.",
                route.method,
                route.path
            ),
            None if route.method == Method::GET => {}
            None => continue,
        }
        let access = route.spec().access;
        found.push(Endpoint { method: route.method.clone(), path: route.path, access, place });
    }
    // Reading first, removing last, so that the owner finds what he asks for.
    found.sort_by_key(|one| (one.method == Method::DELETE, one.method != Method::GET));
    found
}

async fn strangers_find_nothing(host: Audience, owner: &Actor, stranger: &Actor, rows: &Rows) {
    let mut wrong = Vec::new();
    let all = endpoints(host, rows).await;
    for endpoint in &all {
        let answer = endpoint.called(&stranger.elevated(), rows).await;
        let told = format!("{} {}: {} {}", endpoint.method, endpoint.path, answer.status.as_u16(), answer.text);
        if endpoint.place.is_some() {
            let code = answer["code"].as_str().unwrap_or_default();
            if answer.status != 404 || !code.ends_with("_not_found") {
                wrong.push(format!("a stranger, {told}"));
            }
        } else if rows.values().any(|id| answer.text.contains(id.as_str())) {
            wrong.push(format!("a stranger's list holds the other's row, {told}"));
        }
    }
    for endpoint in all.iter().filter(|endpoint| endpoint.place.is_some()) {
        let answer = endpoint.called(&owner.elevated(), rows).await;
        let code = answer["code"].as_str().unwrap_or_default();
        // What the request lacks may be refused; the row itself must have been found.
        if [401, 403, 404].contains(&answer.status.as_u16())
            || code == "invalid_request"
            || answer.status.is_server_error()
        {
            wrong.push(format!("the owner, {} {}: {}", endpoint.method, endpoint.path, answer.text));
        }
    }
    assert!(wrong.is_empty(), "{} found:\n{}", wrong.len(), wrong.join("\n"));
}

#[tokio::test]
async fn a_customer_finds_nothing_of_another() {
    let shop = Shop::open().await;
    let (minji, seoyeon, seller) = (shop.customer().await, shop.customer().await, shop.seller().await);
    let rows = of_customer(&shop, &minji, &seller).await;
    strangers_find_nothing(Audience::Service, &minji, &seoyeon, &rows).await;
    // Rows named in a body.
    let (line, quoted): (ProductOrderId, String) =
        (rows["product_order_id"].parse().unwrap(), rows["quote_id"].clone());
    let ordered = json!({ "quote_id": quoted, "version": 1, "payment_method": "card" });
    seoyeon.post("/v1/purchase-orders", ordered).await.expect_code(404, "quote_not_found");
    let lines = json!({ "product_order_ids": [line] });
    seoyeon.post("/v1/product-orders/confirm", lines).await.expect_code(404, "product_order_not_found");
    let items = json!([{ "product_order_id": line, "quantity": 1 }]);
    let claim = json!({ "claim_type": "cancel", "items": items, "reason_code": "INTENT_CHANGED" });
    seoyeon.post("/v1/claims/preview", claim).await.expect_code(404, "product_order_not_found");
    shop.close().await;
}

#[tokio::test]
async fn a_seller_finds_nothing_of_another() {
    let shop = Shop::open().await;
    let (minji, seller, other) = (shop.customer().await, shop.seller().await, shop.seller().await);
    let customers = of_customer(&shop, &minji, &seller).await;
    let rows = of_seller(&shop, &seller, &customers).await;
    strangers_find_nothing(Audience::Seller, &seller, &other, &rows).await;
    // Rows named in a body fail one by one.
    let line: ProductOrderId = rows["product_order_id"].parse().unwrap();
    let claim: ClaimId = rows["claim_id"].parse().unwrap();
    for results in [
        accepted(&other, &[line]).await,
        dispatched(&other, &[by_cj(line, "600000000003")]).await,
        crate::order_steps::results(
            &other.post("/v1/claims/approve-cancels", json!({ "claim_ids": [claim] })).await.expect(200),
        ),
    ] {
        assert!(results[0]["code"].as_str().unwrap().ends_with("_not_found"), "{results:?}");
    }
    shop.close().await;
}

#[tokio::test]
async fn no_role_at_another_seller_finds_anything() {
    let shop = Shop::open().await;
    let (minji, seller, other) = (shop.customer().await, shop.seller().await, shop.seller().await);
    let customers = of_customer(&shop, &minji, &seller).await;
    let rows = of_seller(&shop, &seller, &customers).await;
    let all = endpoints(Audience::Seller, &rows).await;
    let mut wrong = Vec::new();
    for role in catalogue::SELLER_ROLES.iter().filter(|role| **role != "owner") {
        let stranger = other.member(role).await.elevated();
        let held = shop.permissions_of("seller", role).await;
        for endpoint in &all {
            let answer = endpoint.called(&stranger, &rows).await;
            // Whoever may do it at all is told that there is no such row; everybody else, that they may not.
            let refused = match (answer.status.as_u16(), answer["code"].as_str().unwrap_or_default()) {
                (404, code) => code.ends_with("_not_found"),
                (403, "forbidden") => !allows(endpoint.access, role, &held),
                _ => endpoint.place.is_none() && !rows.values().any(|id| answer.text.contains(id.as_str())),
            };
            if !refused {
                wrong.push(format!("{role}, {} {}: {}", endpoint.method, endpoint.path, answer.text));
            }
        }
    }
    assert!(wrong.is_empty(), "{} found:\n{}", wrong.len(), wrong.join("\n"));
    shop.close().await;
}

#[tokio::test]
async fn a_partner_finds_nothing_of_another_and_nothing_of_a_seller_who_did_not_connect() {
    let shop = Shop::open().await;
    let (seller, other) = (shop.seller().await, shop.seller().await);
    let scopes = ["partner:account", "partner:orders:read", "partner:orders:write", "partner:webhooks:manage"];
    let (mine, strange) = (shop.own_client(&seller, &scopes).await, shop.own_client(&other, &scopes).await);
    let url = shop.hooks().endpoint("erp");
    let made =
        mine.post("/v1/webhook-endpoints", json!({ "url": url, "event_types": ["order.paid"] })).await.expect(201);
    shop.hooks().set_secret("erp", made["secret"].as_str().unwrap());
    let tested = format!("/v1/webhook-endpoints/{}/test", made["endpoint_id"].as_str().unwrap());
    mine.post(&tested, json!({ "event_type": "order.paid" })).await;
    let product = seller.product("티셔츠").sku("M", 5).on_sale().await;
    bought(&shop, &shop.customer().await, &[piece(product.only(), 1)]).await;
    let delivery: uuid::Uuid = shop.value("select id from webhook_deliveries order by id limit 1", &[]).await;
    let rows = BTreeMap::from([
        ("delivery_id", id(delivery)),
        ("endpoint_id", made["endpoint_id"].as_str().unwrap().to_owned()),
    ]);
    strangers_find_nothing(Audience::External, &mine, &strange, &rows).await;
    // A partner works for whoever connected it, whatever seller a call names.
    let line: ProductOrderId = shop.value("select id from product_orders limit 1", &[]).await;
    let agency = shop.partner(&other, &scopes).await;
    let named = agency.with_header("drrip-seller-id", &seller.seller_id.to_string());
    for caller in [&agency, &named, &strange] {
        for (path, request) in [
            ("/v1/product-orders/confirm", json!({ "product_order_ids": [line] })),
            ("/v1/product-orders/dispatch", json!({ "items": [by_cj(line, "600000000009")] })),
        ] {
            let answer = caller.post(path, request).await;
            let refused = matches!(answer.status.as_u16(), 403 | 404);
            let each = answer["results"][0]["code"].as_str().unwrap_or_default();
            assert!(refused || each.ends_with("_not_found"), "{path}: {}", answer.text);
        }
    }
    let state: String = shop.value("select state from product_orders where id = $1", &[&line]).await;
    assert_eq!(state, "paid");
    shop.close().await;
}
