//! What is asked of settlement and makes no sense, or is somebody else's: refused by name, and no row changes.

use crate::settlement_steps::*;
use harness::{Actor, Shop, Value, json};
use kernel::{SettlementId, SettlementPeriodId};

const TABLES: [&str; 12] = [
    "settlement_periods",
    "settlement_lines",
    "settlements",
    "settlement_holds",
    "payout_batches",
    "payouts",
    "seller_bank_accounts",
    "sellers",
    "commission_rates",
    "ledger_entries",
    "outbox_events",
    "audit_logs",
];

/// Every row that settlement writes, as a word per table.
async fn rows(shop: &Shop) -> Vec<String> {
    let mut words = Vec::new();
    for table in TABLES {
        let sql =
            format!("select '{table} ' || md5(coalesce(string_agg(t::text, '|' order by t::text), '')) from {table} t");
        words.push(shop.value(&sql, &[]).await);
    }
    words
}

/// A POST that is refused as 422 with this code, naming this field.
struct Case<'a>(&'a Actor, &'a str, Value, &'a str, &'a str);

/// What is wrong with the answer, if anything.
async fn refused(Case(by, path, body, code, field): Case<'_>) -> Option<String> {
    let asked = format!("{path} {body}");
    let answer = by.post(path, body).await;
    let named = answer["errors"].as_array().into_iter().flatten().any(|error| error["field"] == field);
    let right = answer.status == 422 && answer["code"] == code && named;
    (!right).then(|| format!("{asked}: {} {}, not {code} at {field}", answer.status, answer.text))
}

#[tokio::test]
async fn what_makes_no_sense_is_refused_with_its_field_and_changes_nothing() {
    let shop = Shop::open().await;
    let (seller, other) = (shop.seller().await, shop.seller().await);
    sold(&shop, &seller, 60_000, "100000000051").await;
    mornings_until(&shop, &seller, "issued").await;
    let (clerk, lead) = (shop.operator("settlement_clerk").await, shop.operator("settlement_lead").await);
    let (elevated, md, owner) = (lead.elevated(), shop.operator("md_lead").await, seller.elevated());
    let statement: SettlementId = shop.value("select id from settlements", &[]).await;
    let period: SettlementPeriodId = shop.value("select settlement_period_id from settlements", &[]).await;
    let (revert, build) =
        (format!("/v1/settlements/{statement}/revert"), format!("/v1/settlement-periods/{period}/build"));
    let approve = format!("/v1/payout-batches/{}/approve", uuid::Uuid::now_v7());
    let nobody = json!(uuid::Uuid::now_v7());
    let hold = |field: &str, value: Value| {
        let mut body = json!({ "seller_id": seller.seller_id, "reason": "fraud" });
        body[field] = value;
        body
    };
    let rate = |field: &str, value: Value| {
        let mut body = json!({ "seller_id": seller.seller_id, "rate": "0.1", "effective_from": "2099-01-01" });
        body[field] = value;
        body
    };
    let account = |bank: Value, no: Value| json!({ "bank_code": bank, "account_no": no });
    let many = vec![json!({ "settlement_id": statement, "version": 1 }); 101];
    let (holds, batches, issue) = ("/v1/payout-holds", "/v1/payout-batches", "/v1/settlements/issue");
    let (rates, change) = ("/v1/commission-rates", "/v1/settlement-account/change-requests");
    let bad = "invalid_request";
    let (before, mut wrong) = (rows(&shop).await, Vec::new());
    for case in [
        Case(&clerk, holds, hold("seller_id", json!("1")), bad, "/seller_id"),
        Case(&clerk, holds, hold("reason", json!("mood")), bad, "/reason"),
        Case(&clerk, holds, hold("detail", json!("")), bad, "/detail"),
        Case(&clerk, holds, hold("amount", json!(1)), bad, "/amount"),
        Case(&clerk, holds, hold("seller_id", nobody.clone()), "seller_unknown", "/seller_id"),
        Case(&clerk, holds, hold("settlement_id", nobody.clone()), "settlement_unknown", "/settlement_id"),
        Case(
            &clerk,
            holds,
            json!({ "seller_id": other.seller_id, "settlement_id": statement, "reason": "fraud" }),
            "settlement_unknown",
            "/settlement_id",
        ),
        Case(&clerk, batches, json!({ "pay_date": "2026-02-30" }), bad, "/pay_date"),
        Case(&clerk, batches, json!({ "pay_date": 20_260_301 }), bad, "/pay_date"),
        Case(&clerk, batches, json!({ "pay_date": "2099-01-01", "force": true }), bad, "/force"),
        Case(&elevated, &approve, json!({ "count": 99_999_999_999_i64, "sum": 1 }), bad, "/count"),
        Case(&elevated, &approve, json!({ "count": 1, "sum": "1" }), bad, "/sum"),
        Case(&elevated, &approve, json!({ "count": 1, "sum": 1.5 }), bad, "/sum"),
        Case(&clerk, issue, json!({ "statements": [] }), bad, "/statements"),
        Case(&clerk, issue, json!({ "statements": many }), bad, "/statements"),
        Case(
            &clerk,
            issue,
            json!({ "statements": [{ "settlement_id": statement, "version": "1" }] }),
            bad,
            "/statements/0/version",
        ),
        Case(&lead, &revert, json!({ "reason": "" }), bad, "/reason"),
        Case(&lead, &revert, json!({ "reason": "가".repeat(501) }), bad, "/reason"),
        Case(&clerk, &build, json!({ "dry_run": "yes" }), bad, "/dry_run"),
        Case(&md, rates, rate("rate", json!("1.00001")), bad, "/rate"),
        Case(&md, rates, rate("rate", json!("-0.1")), bad, "/rate"),
        Case(&md, rates, rate("effective_to", json!("2099-01-01")), "ends_before_start", "/effective_to"),
        Case(&owner, change, account(json!("88"), json!("99990001")), bad, "/bank_code"),
        Case(&owner, change, account(json!("088"), json!("12-x")), bad, "/account_no"),
        Case(&owner, change, account(json!("088"), json!("99990009")), "bank_account_unknown", "/account_no"),
    ] {
        wrong.extend(refused(case).await);
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert_eq!(rows(&shop).await, before);
    shop.close().await;
}

#[tokio::test]
async fn what_is_not_there_or_not_theirs_is_not_found() {
    let shop = Shop::open().await;
    let (seller, other) = (shop.seller().await, shop.seller().await);
    sold(&shop, &seller, 60_000, "100000000052").await;
    payable(&shop, &seller).await;
    mornings_until(&shop, &seller, "confirmed").await;
    let lead = shop.operator("settlement_lead").await;
    let batch = mornings_until_batch(&shop, &lead).await;
    let statement: SettlementId = shop.value("select id from settlements", &[]).await;
    let before = rows(&shop).await;

    // Another seller sees nothing of it, whatever it asks for.
    for list in ["/v1/settlements", "/v1/settlement-lines", "/v1/settlement-lines?kind=unsettled", "/v1/payouts"] {
        assert_eq!(other.get(list).await.expect(200).items().len(), 0, "{list}");
    }
    let lines = other.get(&format!("/v1/settlement-lines?settlement_id={statement}")).await.expect(200);
    assert_eq!(lines.items().len(), 0);
    assert_eq!(other.get("/v1/settlements/forecast").await.expect(200)["days"], json!([]));
    other.get(&format!("/v1/settlements/{statement}")).await.expect_code(404, "settlement_not_found");
    other
        .post(&format!("/v1/settlements/{statement}/confirm"), json!({}))
        .await
        .expect_code(404, "settlement_not_found");

    let (clerk, elevated, id) = (shop.operator("settlement_clerk").await, lead.elevated(), uuid::Uuid::now_v7());
    let exact = json!({ "count": batch["count"], "sum": batch["sum"] });
    for (by, path, body, code) in [
        (&lead, format!("/v1/settlements/{id}/verify"), json!({}), "settlement_not_found"),
        (&lead, format!("/v1/settlements/{id}/revert"), json!({ "reason": "실수" }), "settlement_not_found"),
        (&clerk, format!("/v1/settlement-periods/{id}/build"), json!({}), "settlement_period_not_found"),
        (&lead, format!("/v1/settlement-periods/{id}/close"), json!({}), "settlement_period_not_found"),
        (&clerk, format!("/v1/payout-holds/{id}/release"), json!({}), "payout_hold_not_found"),
        (&elevated, format!("/v1/payout-batches/{id}/approve"), exact, "payout_batch_not_found"),
        (&clerk, format!("/v1/payout-batches/{id}/submit"), json!({}), "payout_batch_not_found"),
        (&clerk, format!("/v1/payout-batches/{id}/cancel"), json!({}), "payout_batch_not_found"),
        (&clerk, format!("/v1/payout-accounts/{id}/verify"), json!({}), "payout_account_not_found"),
    ] {
        by.post(&path, body).await.expect_code(404, code);
    }
    for (path, code) in [
        (format!("/v1/settlements/{id}"), "settlement_not_found"),
        (format!("/v1/settlements/{id}/lines"), "settlement_not_found"),
        (format!("/v1/settlement-periods/{id}"), "settlement_period_not_found"),
        (format!("/v1/payout-batches/{id}"), "payout_batch_not_found"),
    ] {
        lead.get(&path).await.expect_code(404, code);
    }
    assert_eq!(rows(&shop).await, before);
    shop.close().await;
}
