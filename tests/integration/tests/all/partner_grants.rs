//! Whom a partner works for, and the code lists it maps.

use crate::partner::{granted, registered, registration, token};
use harness::{Host, Seller, Shop, json};
use kernel::PartnerClientId;
use partners::{AuthMethod, Scope};

#[tokio::test]
async fn a_partner_sees_who_connected_it() {
    let shop = Shop::open().await;
    let (one, two) = (shop.seller().await, shop.seller().await);
    let partner = shop.partner(&one, &["partner:account", "partner:orders:read"]).await;
    let sellers = partner.get("/v1/sellers").await.expect(200);
    assert_eq!(sellers.items().len(), 1);
    assert_eq!(
        (&sellers.items()[0]["seller_id"], &sellers.items()[0]["state"]),
        (&json!(one.seller_id), &json!("live"))
    );
    let changes = |seller: &Seller| {
        partner.get("/v1/product-orders/changes").header("drrip-seller-id", &seller.seller_id.to_string())
    };
    changes(&one).await.expect(200);
    changes(&two).await.expect_code(404, "seller_not_found");
    shop.sql("update partner_grants set revoked_at = $1, revoked_by_type = 'seller'", &[&shop.now()]).await;
    changes(&one).await.expect_code(403, "grant_revoked");
    assert_eq!(partner.get("/v1/sellers").await.expect(200).items()[0]["state"], "revoked");

    // A seller's own system sees its own store and needs no header.
    let own = shop.own_client(&two, &["partner:account", "partner:orders:read"]).await;
    assert_eq!(own.get("/v1/sellers").await.expect(200).items()[0]["seller_id"], json!(two.seller_id));
    own.get("/v1/product-orders/changes").await.expect(200);
    let foreign = own.get("/v1/product-orders/changes").header("drrip-seller-id", &one.seller_id.to_string());
    foreign.await.expect_code(404, "seller_not_found");
    // A token of another host is worth nothing here.
    one.at(Host::External).get("/v1/sellers").await.expect_code(401, "unauthenticated");
    shop.close().await;
}

#[tokio::test]
async fn a_grant_is_given_once_and_ends_for_good() {
    use partners::grant::{Give, RevokedBy, give, revoke};
    let shop = Shop::open().await;
    let seller = shop.seller().await;
    let scope = authz::SellerScope::of_row(seller.seller_id);
    let client = registered(&shop, registration(AuthMethod::Hmac, &[Scope::Account, Scope::StocksWrite])).await;
    let other = registered(&shop, registration(AuthMethod::Hmac, &[Scope::Account, Scope::StocksWrite])).await;
    let by = audit::By::Member(seller.owner_id);
    let give_to = async |client: PartnerClientId| {
        let scopes = vec![Scope::StocksWrite];
        let grant = Give { client, scopes, writes_stock: true, granted_by: Some(seller.owner_id), expires_at: None };
        let tx = shop.boot().db.begin().await.unwrap();
        let given = give(&tx, scope, by, shop.now(), grant).await;
        match given {
            Ok(()) => tx.commit().await.map(|()| "given").unwrap(),
            Err(kernel::Failure::Refused(refused)) => kernel::Refusal::code(&refused).id,
            Err(kernel::Failure::Fault(fault)) => panic!("{fault}"),
        }
    };
    assert_eq!(give_to(client.id).await, "given");
    assert_eq!(give_to(client.id).await, "partner_already_connected");
    assert_eq!(give_to(other.id).await, "stock_writer_taken");
    let tx = shop.boot().db.begin().await.unwrap();
    assert!(revoke(&tx, scope, client.id, by, RevokedBy::Seller, shop.now()).await.unwrap());
    assert!(!revoke(&tx, scope, client.id, by, RevokedBy::Seller, shop.now()).await.unwrap());
    tx.commit().await.unwrap();
    assert_eq!(give_to(other.id).await, "given");
    shop.close().await;
}

#[tokio::test]
async fn code_lists_are_downloaded_once() {
    let shop = Shop::open().await;
    let seller = shop.seller().await;
    let own = shop.own_client(&seller, &["partner:account"]).await;
    let codes = own.get("/v1/codes").await.expect(200);
    let carriers = codes["carriers"].as_array().unwrap();
    assert!(carriers.iter().any(|c| c["code"] == "CJ" && c["sweettracker_code"] == "04"), "{}", codes.text);
    assert!(codes["errors"].as_array().unwrap().iter().any(|c| c["code"] == "grant_revoked" && c["status"] == 403));
    assert!(codes["claim_reasons"].as_array().unwrap().iter().any(|r| r["bearer"] == "seller"));
    let tag = codes.header("etag").unwrap().to_owned();
    let again = own.get("/v1/codes").header("if-none-match", &tag).await.expect(304);
    assert!(again.text.is_empty());
    own.get("/v1/codes").header("if-none-match", "\"other\"").await.expect(200);
    shop.close().await;
}

#[tokio::test]
async fn a_partner_names_the_seller_it_calls_for() {
    let shop = Shop::open().await;
    let scopes = [Scope::OrdersWrite];
    let client = registered(&shop, registration(AuthMethod::ClientCredentials, &scopes)).await;
    granted(&shop, &shop.seller().await, client.id, &scopes).await;
    let nobody = shop.anonymous(Host::External);
    let bearer = format!("Bearer {}", token(&nobody, &client).await);
    let body = json!({ "product_order_ids": [kernel::ProductOrderId::new()] });
    let nameless = nobody.post("/v1/product-orders/confirm", body).header("authorization", &bearer).await;
    let refused = nameless.expect_code(422, "seller_required");
    assert_eq!(refused["errors"][0]["field"], "Drrip-Seller-Id");
    shop.close().await;
}
