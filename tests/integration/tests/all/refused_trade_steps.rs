//! Every state with every action, of statements, batches of payouts, and products: what the tables of states do not list
//! is refused, what is done already is said so, and the row stays as it was.

use crate::catalog_steps::{approve, complete, submit};
use crate::settlement_steps::{mornings_until, mornings_until_batch, payable, sold};
use harness::{Answer, Shop, json};

/// `ok`, or the code of a refusal.
fn said(answer: &Answer) -> &str {
    if answer.status.is_success() { "ok" } else { answer["code"].as_str().unwrap() }
}

#[tokio::test]
async fn a_statement_takes_only_the_steps_its_state_allows() {
    let shop = Shop::open().await;
    let seller = shop.seller().await;
    sold(&shop, &seller, 60_000, "100000000013").await;
    mornings_until(&shop, &seller, "issued").await;
    let lead = shop.operator("settlement_lead").await;
    let id: kernel::SettlementId = shop.value("select id from settlements", &[]).await;
    let path = format!("/v1/settlements/{id}");
    // What the lead's issue and revert and the seller's confirm answer; `.` is allowed and told elsewhere.
    let table = [
        ("calculated", [".", "ok", "settlement_not_found"]),
        ("carried", ["ok", "invalid_state", "invalid_state"]),
        ("issued", ["ok", ".", "."]),
        ("held", ["invalid_state", "invalid_state", "settlement_held"]),
        ("confirmed", ["invalid_state", "invalid_state", "ok"]),
        ("paid", ["invalid_state", "invalid_state", "ok"]),
    ];
    // It has a plus and is carried here all the same.
    shop.sql("alter table settlements drop constraint settlements_carried_pays_nothing", &[]).await;
    for (state, [issue, revert, confirm]) in table {
        shop.sql("update settlements set state = $1", &[&state]).await;
        let version: i32 = shop.value("select version from settlements", &[]).await;
        if issue != "." {
            let body = json!({ "statements": [{ "settlement_id": id, "version": version }] });
            let answer = lead.post("/v1/settlements/issue", body).await.expect(200);
            let result = &answer["results"][0];
            let said = if result["ok"] == true { "ok" } else { result["code"].as_str().unwrap() };
            assert_eq!(said, issue, "issue of {state}");
        }
        if revert != "." {
            let answer = lead.post(&format!("{path}/revert"), json!({ "reason": "수수료 확인" })).await;
            assert_eq!(said(&answer), revert, "revert of {state}");
        }
        if confirm != "." {
            let answer = seller.post(&format!("{path}/confirm"), json!({})).await;
            assert_eq!(said(&answer), confirm, "confirm of {state}");
        }
        let after: String = shop.value("select state || ' ' || version from settlements", &[]).await;
        assert_eq!(after, format!("{state} {version}"), "it stays as it was");
    }
    shop.sql("update settlements set state = 'issued'", &[]).await;
    shop.close().await;
}

#[tokio::test]
async fn a_batch_takes_only_the_steps_its_state_allows() {
    let shop = Shop::open().await;
    let seller = shop.seller().await;
    sold(&shop, &seller, 60_000, "100000000013").await;
    payable(&shop, &seller).await;
    let (lead, clerk) = (shop.operator("settlement_lead").await.elevated(), shop.operator("settlement_clerk").await);
    let batch = mornings_until_batch(&shop, &lead).await;
    let path = format!("/v1/payout-batches/{}", batch["batch_id"].as_str().unwrap());
    let contents = json!({ "count": batch["count"], "sum": batch["sum"] });
    // Approve, submit and cancel.
    let table = [
        ("built", [".", "invalid_state", "."]),
        ("approved", ["invalid_state", ".", "."]),
        ("submitted", ["invalid_state", "ok", "."]),
        ("completed", ["invalid_state", "ok", "invalid_state"]),
        ("canceled", ["invalid_state", "invalid_state", "ok"]),
    ];
    let approved = "update payout_batches set approved_by = (select id from admin_users limit 1), approved_count = 0, approved_sum = 0, approved_at = $1";
    shop.sql(approved, &[&shop.now()]).await;
    for (state, steps) in table {
        shop.sql("update payout_batches set state = $1", &[&state]).await;
        let version: i32 = shop.value("select version from payout_batches", &[]).await;
        let calls = [("approve", &lead, contents.clone()), ("submit", &clerk, json!({})), ("cancel", &lead, json!({}))];
        for ((verb, who, body), expected) in calls.into_iter().zip(steps).filter(|(_, expected)| *expected != ".") {
            let answer = who.post(&format!("{path}/{verb}"), body).await;
            assert_eq!(said(&answer), expected, "{verb} of {state}: {}", answer.text);
        }
        let after: String = shop.value("select state || ' ' || version from payout_batches", &[]).await;
        assert_eq!(after, format!("{state} {version}"), "it stays as it was");
        assert_eq!(shop.values::<String>("select state from payouts", &[]).await, ["prepared"], "and what is in it");
    }
    let back = "update payout_batches set state = 'built', approved_by = null, approved_count = null, approved_sum = null, approved_at = null";
    shop.sql(back, &[]).await;
    shop.close().await;
}

#[tokio::test]
async fn a_product_takes_only_the_steps_its_state_allows() {
    let shop = Shop::open().await;
    let seller = shop.seller().await;
    let md = shop.operator("md").await;
    let path = complete(&shop, &seller, "상태 티").await;
    let inspection = submit(&seller, &path).await;
    assert_eq!(approve(&md, &inspection).await["results"][0]["outcome"], "approved");
    let id: kernel::ProductId = path.rsplit_once('/').unwrap().1.parse().unwrap();
    // Submit, withdraw, on sale, pause, end, delete. A version of its own waits for no inspector.
    let table = [
        ("draft", [".", "ok", "not_allowed_state", "not_allowed_state", "not_allowed_state", "."]),
        ("rejected", [".", "ok", "not_allowed_state", "not_allowed_state", "not_allowed_state", "."]),
        ("on_sale", ["nothing_to_submit", "ok", "done", ".", ".", "invalid_state"]),
        ("paused", ["nothing_to_submit", "ok", ".", "done", ".", "invalid_state"]),
        ("suspended", [".", "ok", "not_allowed_state", "not_allowed_state", "not_allowed_state", "invalid_state"]),
        ("ended", ["invalid_state", "ok", "not_allowed_state", "not_allowed_state", "done", "."]),
        (
            "deleted",
            [
                "product_not_found",
                "product_not_found",
                "product_not_found",
                "product_not_found",
                "product_not_found",
                "product_not_found",
            ],
        ),
    ];
    for (state, [submit, withdraw, on_sale, paused, ended, delete]) in table {
        shop.sql("update products set state = $2 where id = $1", &[&id, &state]).await;
        let version: i32 = shop.value("select version from products where id = $1", &[&id]).await;
        for (verb, expected) in [("submit", submit), ("withdraw-submission", withdraw)] {
            if expected != "." {
                let answer = seller.post(&format!("{path}/{verb}"), json!({})).await;
                assert_eq!(said(&answer), expected, "{verb} of {state}: {}", answer.text);
            }
        }
        for (wanted, expected) in [("on_sale", on_sale), ("paused", paused), ("ended", ended)] {
            if expected != "." {
                let body = json!({ "product_ids": [id], "sale_state": wanted });
                let answer = seller.post("/v1/products/bulk-sale-state", body).await.expect(200);
                assert_eq!(answer["results"][0]["outcome"], expected, "{wanted} of {state}: {}", answer.text);
            }
        }
        if delete != "." {
            assert_eq!(said(&seller.delete(&path).await), delete, "delete of {state}");
        }
        // The version that went live is decided: no inspector decides it again.
        let answer = approve(&md, &inspection).await;
        assert_eq!(answer["results"][0]["outcome"], "already_decided", "{}", answer.text);
        let after: String = shop.value("select state || ' ' || version from products where id = $1", &[&id]).await;
        assert_eq!(after, format!("{state} {version}"), "it stays as it was");
    }
    shop.sql("update products set state = 'on_sale' where id = $1", &[&id]).await;
    shop.close().await;
}
