//! From a confirmed purchase to the seller's bank account, to the won.

use crate::buying::*;
use crate::order_life::{FullStack, cancel, dispatch};
use crate::settlement_steps::*;
use harness::simulators::carrier::ScanStatus;
use harness::{Host, Seller, Shop, json};
use kernel::SettlementLineId;

#[tokio::test]
async fn the_worked_example_reaches_two_bank_accounts_to_the_won() {
    let FullStack { shop, minji, one, two, quote } = FullStack::open().await;
    let placed = order(&minji, &quote).await;
    pay(&shop, &minji, &placed).await;
    let lines = lines(&shop, &placed).await;
    cancel(&shop, &minji, &[(lines[1], 1)], [14_842, 1_573, 351]).await;
    for (seller, of) in [(&one, &lines[..2]), (&two, &lines[2..])] {
        seller.post("/v1/product-orders/confirm", json!({ "product_order_ids": of })).await.expect(200);
    }
    dispatch(&one, &[(lines[0], 1), (lines[1], 2)], "100000000001").await;
    dispatch(&two, &[(lines[2], 1)], "100000000002").await;
    shop.carrier().push_to(&shop.url(Host::External).await);
    for invoice in ["100000000001", "100000000002"] {
        shop.carrier().scan("CJ", invoice, ScanStatus::AtPickup).await;
        shop.carrier().scan("CJ", invoice, ScanStatus::Delivered).await;
    }
    shop.run_tasks().await;
    let waiting = one.get("/v1/settlement-lines?kind=unsettled").await.expect(200);
    assert_eq!(waiting.items()[0]["why"], "awaiting_confirmation");
    minji.post("/v1/product-orders/confirm", json!({ "product_order_ids": lines })).await.expect(204);
    shop.run_tasks().await;
    let waiting = one.get("/v1/settlement-lines?kind=unsettled").await.expect(200);
    assert_eq!(waiting.items()[0]["why"], "accrues_tonight");

    // The night after, the purchases are the sellers' money.
    let report = morning(&shop).await;
    assert_eq!(report["accrued"], json!({ "sellers": 2, "lines": 5, "failed": 0 }));
    assert_eq!(lines_of(&one).await, [line("product", 25_515), line("product", 30_490), line("shipping", 3_000)]);
    assert_eq!(lines_of(&two).await, [line("product", 20_778), line("shipping", 6_000)]);
    shop.check_laws().await;
    let forecast = one.get("/v1/settlements/forecast").await.expect(200);
    let day = &forecast["days"][0];
    let soon: i64 = ["statements", "confirmed_lines"].iter().map(|field| day[field].as_i64().unwrap()).sum();
    assert_eq!(soon, 59_005);

    // The week closes; the statement is a draft its seller does not see.
    let drafts_after = mornings_until(&shop, &one, "calculated").await;
    assert!(drafts_after <= 7);
    let before = books(&shop).await;
    shop.run_schedule("build_settlements").await;
    assert_eq!(books(&shop).await, before, "another run finds nothing to do");
    assert_eq!(one.get("/v1/settlements").await.expect(200).items().len(), 0);
    shop.check_laws().await;

    mornings_until(&shop, &one, "issued").await;
    let issued = one.get("/v1/settlements").await.expect(200);
    let statement = &issued.items()[0];
    assert_eq!([&statement["net_amount"], &statement["payout_amount"]], [59_005, 59_005]);
    assert_eq!(statement["gross_amount"], 30_000 + 39_800 + 3_000);
    assert_eq!(statement["seller_discount_amount"], 606 + 4_674);
    assert_eq!([&statement["fee_amount"], &statement["fee_vat_amount"]], [3_527 + 4_215, 352 + 421]);
    let heard: i64 = shop
        .value("select count(*) from notifications where template_code = 'seller_settlement_issued' and seller_member_id = $1", &[&one.owner_id])
        .await;
    assert_eq!(heard, 1);

    // One confirms, the other lets it be.
    let path = format!("/v1/settlements/{}", statement["settlement_id"].as_str().unwrap());
    two.get(&path).await.expect_code(404, "settlement_not_found");
    two.post(&format!("{path}/confirm"), json!({})).await.expect_code(404, "settlement_not_found");
    one.member("manager").await.post(&format!("{path}/confirm"), json!({})).await.expect_code(403, "forbidden");
    for _ in 0..2 {
        let confirmed = one.member("settlement").await.post(&format!("{path}/confirm"), json!({})).await.expect(200);
        assert_eq!(confirmed["state"], "confirmed");
    }
    assert_eq!(shop.events("settlement.confirmed").await.len(), 1);
    let days = mornings_until(&shop, &two, "confirmed").await;
    assert!(days >= 3, "three business days, not {days}");

    // Nobody is paid whom the provider does not know.
    payable(&shop, &one).await;
    payable(&shop, &two).await;
    let lead = shop.operator("settlement_lead").await;
    let batch = mornings_until_batch(&shop, &lead).await;
    assert_eq!([&batch["count"], &batch["sum"]], [2, 59_005 + 26_778]);
    let due: chrono::NaiveDate =
        shop.value("select expected_pay_date from settlements where seller_id = $1", &[&one.seller_id]).await;
    assert_eq!(batch.read::<chrono::NaiveDate>("pay_date"), due);
    assert_eq!(batch["provider_balance"]["available"].as_i64().map(|won| won >= 20_000_000), Some(true));

    let approve = format!("/v1/payout-batches/{}/approve", batch["batch_id"].as_str().unwrap());
    let body = json!({ "count": 2, "sum": 85_783 });
    lead.post(&approve, body.clone()).await.expect_code(403, "step_up_required");
    let clerk = shop.operator("settlement_clerk").await.elevated();
    clerk.post(&approve, body).await.expect_code(403, "forbidden");
    let wrong = lead.elevated().post(&approve, json!({ "count": 2, "sum": 85_784 })).await;
    let wrong = wrong.expect_code(409, "payout_batch_mismatch");
    assert_eq!(wrong["details"], json!({ "count": 2, "sum": 85_783 }));
    pay_out(&shop, &batch).await;
    shop.run_tasks().await;
    assert_eq!(payouts(&shop, &one).await, ["in_progress"]);
    shop.toss().complete_payouts();
    told(&shop).await;
    assert_eq!([payouts(&shop, &one).await, payouts(&shop, &two).await], [["completed"], ["completed"]]);
    assert_eq!([statements(&shop, &one).await, statements(&shop, &two).await], [["paid"], ["paid"]]);
    let ended: String = shop.value("select state from payout_batches", &[]).await;
    assert_eq!(ended, "completed");
    let page = one.get("/v1/payouts").await.expect(200);
    assert_eq!([&page.items()[0]["amount"], &page.items()[0]["state"]], [&json!(59_005), &json!("completed")]);
    assert!(page.items()[0]["account"]["account_no"].as_str().unwrap().starts_with("****"));
    let owed: i64 = shop
        .value("select coalesce(sum(amount), 0)::bigint from ledger_entries where account in ('seller_payable', 'customer_deposits')", &[])
        .await;
    assert_eq!(owed, 0, "nothing is owed and nothing is held");
    shop.close().await;
}

#[tokio::test]
async fn a_purchase_that_comes_to_light_late_is_accrued_beside_those_that_were() {
    let shop = Shop::open().await;
    let seller = shop.seller().await;
    sold(&shop, &seller, 60_000, "100000000012").await;
    morning(&shop).await;
    let late = sold(&shop, &seller, 60_000, "100000000013").await;
    // The night that should have seen it did not.
    shop.sql("update product_orders set decided_at = decided_at - interval '9 days' where id = $1", &[&late]).await;
    assert_eq!(morning(&shop).await["accrued"], json!({ "sellers": 1, "lines": 1, "failed": 0 }));
    assert_eq!(morning(&shop).await["accrued"], json!({ "sellers": 0, "lines": 0, "failed": 0 }));
    let lines: Vec<String> = lines_of(&seller).await.into_iter().map(|(kind, _)| kind).collect();
    assert_eq!(lines, ["product", "product"]);
    shop.close().await;
}

#[tokio::test]
async fn operators_build_issue_take_back_and_close() {
    let shop = Shop::open().await;
    let seller = shop.seller().await;
    sold(&shop, &seller, 60_000, "100000000011").await;
    let (clerk, lead) = (shop.operator("settlement_clerk").await, shop.operator("settlement_lead").await);
    morning(&shop).await;
    let open = clerk.get("/v1/settlement-periods?cycle=weekly&state=open").await.expect(200);
    let period = format!("/v1/settlement-periods/{}", open.items()[0]["period_id"].as_str().unwrap());
    clerk.post(&format!("{period}/build"), json!({})).await.expect_code(409, "settlement_period_not_over");

    mornings_until(&shop, &seller, "calculated").await;
    let sql = "select settlement_period_id from settlements where seller_id = $1";
    let period: kernel::SettlementPeriodId = shop.value(sql, &[&seller.seller_id]).await;
    let period = format!("/v1/settlement-periods/{period}");
    let view = clerk.get(&period).await.expect(200);
    assert_eq!(
        (&view["state"], &view["checklist"]["drafts"], &view["closable"]),
        (&json!("built"), &json!(1), &json!(false))
    );
    clerk.post(&format!("{period}/close"), json!({})).await.expect_code(403, "forbidden");
    let blocked = lead.post(&format!("{period}/close"), json!({})).await.expect_code(409, "settlement_period_blocked");
    assert_eq!(blocked["details"]["drafts"], 1);

    let drafts = clerk.get("/v1/settlements?state=calculated").await.expect(200);
    let (id, version) = (drafts.items()[0]["settlement_id"].clone(), drafts.items()[0]["version"].as_i64().unwrap());
    let path = format!("/v1/settlements/{}", id.as_str().unwrap());
    let verified = clerk.post(&format!("{path}/verify"), json!({})).await.expect(200);
    assert_eq!((&verified["lines"], &verified["differences"]), (&json!(1), &json!([])));

    // A correction comes late: a rehearsal shows it, building takes it in, and the draft is another one.
    adjustment(&shop, &seller, -2_080).await;
    let rehearsed = clerk.post(&format!("{period}/build"), json!({ "dry_run": true })).await.expect(200);
    assert_eq!(rehearsed["statements"][0]["net_after"], 50_000);
    assert_eq!(clerk.get(&path).await.expect(200)["net_amount"], 52_080);
    let asked = clerk.post(&format!("{period}/build"), json!({})).await.expect(202);
    assert_eq!(asked["state"], "built");
    shop.run_tasks().await;
    assert_eq!(clerk.get(&period).await.expect(200)["state"], "built");
    let issue = |version: i64| json!({ "statements": [{ "settlement_id": id, "version": version }] });
    let stale = clerk.post("/v1/settlements/issue", issue(version)).await.expect(200);
    assert_eq!(stale["results"][0]["code"], "version_conflict");
    let version = clerk.get(&path).await.expect(200).won("version");
    for _ in 0..2 {
        let issued = clerk.post("/v1/settlements/issue", issue(version)).await.expect(200);
        assert_eq!(issued["results"][0], json!({ "settlement_id": id, "ok": true, "state": "issued" }));
    }
    assert_eq!(seller.get(&path).await.expect(200)["parts"][0]["line_type"], "adjustment");

    clerk.post(&format!("{path}/revert"), json!({ "reason": "실수" })).await.expect_code(403, "forbidden");
    lead.post(&format!("{path}/revert"), json!({ "reason": "수수료 확인" })).await.expect(200);
    seller.get(&path).await.expect_code(404, "settlement_not_found");
    shop.run_tasks().await;
    let heard: i64 =
        shop.value("select count(*) from notifications where template_code = 'seller_settlement_reverted'", &[]).await;
    assert_eq!(heard, 1);
    morning(&shop).await;
    assert_eq!(statements(&shop, &seller).await, ["calculated"], "what was taken back waits for people");
    let version = clerk.get(&path).await.expect(200).won("version");
    clerk.post("/v1/settlements/issue", issue(version)).await.expect(200);
    let closed = lead.post(&format!("{period}/close"), json!({})).await.expect(200);
    assert_eq!(closed["state"], "closed");
    clerk.post(&format!("{period}/build"), json!({})).await.expect_code(409, "settlement_period_closed");
    seller.post(&format!("{path}/confirm"), json!({})).await.expect(200);
    lead.post(&format!("{path}/revert"), json!({ "reason": "늦었다" })).await.expect_code(409, "invalid_state");
    shop.close().await;
}

/// Everything settlement and the ledger keep, as one word.
async fn books(shop: &Shop) -> Vec<String> {
    let mut words = Vec::new();
    for table in
        ["settlement_periods", "settlement_lines", "settlements", "payout_batches", "payouts", "ledger_entries"]
    {
        let sql = format!("select md5(coalesce(string_agg(t::text, '|' order by t.id), '')) from {table} t");
        words.push(shop.value(&sql, &[]).await);
    }
    words
}

/// A correction that two operators stand for, as their endpoint will write it.
pub async fn adjustment(shop: &Shop, seller: &Seller, payout: i64) {
    for role in ["settlement_clerk", "settlement_lead"] {
        shop.operator(role).await;
    }
    let id = SettlementLineId::new();
    let yesterday = shop.now().date() - chrono::Days::new(1);
    shop.sql(
        "insert into settlement_lines (id, seller_id, line_type, basis_date, gross, payout, reason, created_by, approved_by, created_at)
         select $1, $2, 'adjustment', $3, $4, $4, '정정', (array_agg(id order by id))[1], (array_agg(id order by id))[2], $5 from admin_users",
        &[&id, &seller.seller_id, &yesterday, &payout, &shop.now()],
    )
    .await;
    let tx = shop.boot().db.begin().await.unwrap();
    let posting = ledger::Posting::adjustment(id, seller.seller_id, kernel::Money::won(payout), shop.now());
    ledger::post(&tx, posting).await.unwrap();
    tx.commit().await.unwrap();
}

#[tokio::test]
async fn a_minus_is_carried_into_the_next_statement_whole() {
    let shop = Shop::open().await;
    let seller = shop.seller().await;
    shop.sql("update seller_contracts set settlement_cycle = 'daily'", &[]).await;
    morning(&shop).await;
    adjustment(&shop, &seller, -15_244).await;
    morning(&shop).await;
    assert_eq!(statements(&shop, &seller).await, ["calculated"]);
    mornings_until(&shop, &seller, "carried").await;
    shop.check_laws().await;
    let page = seller.get("/v1/settlements").await.expect(200);
    assert_eq!(page.items()[0]["carry_out_amount"], -15_244);
    assert_eq!(seller.get("/v1/settlements/forecast").await.expect(200)["carried_deficit"], -15_244);

    sold(&shop, &seller, 60_000, "100000000012").await;
    morning(&shop).await;
    assert_eq!(statements(&shop, &seller).await, ["carried", "calculated"]);
    let row: i64 = shop.value("select payout_amount from settlements order by period_end desc limit 1", &[]).await;
    assert_eq!(row, 36_836);
    assert_eq!(
        lines_of(&seller).await,
        [line("adjustment", -15_244), line("carry_forward", -15_244), line("product", 52_080)]
    );
    let clerk = shop.operator("settlement_clerk").await;
    let drafts = clerk.get("/v1/settlements?state=calculated").await.expect(200);
    let path = format!("/v1/settlements/{}/verify", drafts.items()[0]["settlement_id"].as_str().unwrap());
    assert_eq!(clerk.post(&path, json!({})).await.expect(200)["differences"], json!([]));
    shop.close().await;
}

#[tokio::test]
async fn a_cycle_that_changes_leaves_no_line_behind() {
    let shop = Shop::open().await;
    let seller = shop.seller().await;
    sold(&shop, &seller, 60_000, "100000000015").await;
    mornings_until(&shop, &seller, "calculated").await;
    // From tomorrow the seller is paid monthly; its weeks go on until a month is free.
    shop.sql("update seller_contracts set effective_to = $1", &[&shop.now().date()]).await;
    shop.sql(
        "insert into seller_contracts (id, seller_id, state, commission_rate, settlement_cycle, effective_from, sent_at, signed_by, signed_at)
         select $1, seller_id, 'active', commission_rate, 'monthly', $2, sent_at, signed_by, signed_at from seller_contracts",
        &[&kernel::ContractId::new(), &shop.now().date()],
    )
    .await;
    sold(&shop, &seller, 60_000, "100000000016").await;
    for _ in 0..38 {
        morning(&shop).await;
    }
    let waiting: i64 = shop.value("select count(*) from settlement_lines where settlement_id is null", &[]).await;
    assert_eq!(waiting, 0);
    shop.close().await;
}
