//! Where a seller's money goes: asked for by its owner, named by the bank, let in by the operator.

use harness::{Shop, json};

#[tokio::test]
async fn the_payout_account_is_the_companys_and_the_old_one_is_paid_until_the_new_is_let_in() {
    let shop = Shop::open().await;
    let (seller, clerk) = (shop.seller().await, shop.operator("settlement_clerk").await);
    let company: String = shop.value("select company_name from sellers where id = $1", &[&seller.seller_id]).await;
    shop.bank().account("088", "99990001", &company);
    shop.bank().account("088", "99990002", "남의회사");
    let body = |no: &str| json!({ "bank_code": "088", "account_no": no });
    let path = "/v1/settlement-account/change-requests";
    seller.post(path, body("99990001")).await.expect_code(403, "step_up_required");
    seller.member("settlement").await.elevated().post(path, body("99990001")).await.expect_code(403, "forbidden");
    seller.elevated().post(path, body("99990002")).await.expect_code(422, "holder_mismatch");
    let asked = seller.elevated().post(path, body("99990001")).key("payout-account-1").await.expect(201);
    let again = seller.elevated().post(path, body("99990001")).key("payout-account-1").await.expect(201);
    assert_eq!((&asked["state"], &asked["account_no"]), (&json!("requested"), &json!("****0001")));
    assert_eq!(asked["payout_account_id"], again["payout_account_id"], "one key, one request");
    let told: i64 =
        shop.value("select count(*) from notifications where template_code = 'payout_account_requested'", &[]).await;
    assert_eq!(told, 2, "the owner and whoever keeps the books");
    let active = "select count(*) from seller_bank_accounts where seller_id = $1 and state = 'active' and account_no_enc is not null";
    let before: uuid::Uuid = shop
        .value("select id from seller_bank_accounts where seller_id = $1 and state = 'active'", &[&seller.seller_id])
        .await;
    let verify = format!("/v1/payout-accounts/{}/verify", asked["payout_account_id"].as_str().unwrap());
    shop.operator("cs_agent").await.post(&verify, json!({})).await.expect_code(403, "forbidden");
    let verified = clerk.post(&verify, json!({})).await.expect(200);
    assert_eq!(verified["state"], "active");
    clerk.post(&verify, json!({})).await.expect(200);
    let replaced: String = shop.value("select state from seller_bank_accounts where id = $1", &[&before]).await;
    assert_eq!(replaced, "replaced");
    assert_eq!(shop.value::<i64>(active, &[&seller.seller_id]).await, 1);
    shop.bank().close("088", "99990001");
    clerk.post(&verify, json!({})).await.expect_code(422, "bank_account_unknown");
    shop.close().await;
}
