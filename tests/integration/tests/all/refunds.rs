//! Refunds that do not get through at once: refused and ordered anew, forgotten and reminded of.

use crate::buying::{bought, lines, piece};
use crate::deposits::Deposit;
use crate::order_steps::ask_cancel;
use chrono::Duration;
use harness::{Shop, json};
use uuid::Uuid;

#[tokio::test]
async fn a_refund_the_gateway_refused_is_ordered_anew_by_an_operator() {
    let story = Deposit::paid().await;
    let shop = &story.shop;
    story.refund_account("110999999999").await;
    shop.toss().reject_refund_account("110999999999");
    let claim = ask_cancel(&story.minji, &[(story.line, 1)]).await;
    shop.run_tasks().await;
    let refused: Uuid = shop.value("select id from payment_refunds where state = 'failed'", &[]).await;
    let claim_state = async || shop.value::<String>("select state from claims where id = $1", &[&claim]).await;
    assert_eq!(claim_state().await, "refunding", "the money is still owed");
    shop.check_laws().await;

    let (lead, agent) = (shop.operator("cs_lead").await, shop.operator("cs_agent").await);
    let path = format!("/v1/refunds/{refused}/retry");
    let why = json!({ "reason": "고객이 계좌를 다시 등록" });
    agent.post(&path, why.clone()).await.expect_code(403, "forbidden");
    lead.post(&path, json!({ "reason": "" })).await.expect_code(422, "invalid_request");
    lead.post(&format!("/v1/refunds/{}/retry", Uuid::now_v7()), why.clone()).await.expect_code(404, "refund_not_found");
    story.refund_account("110123456789").await;
    let again: Uuid = lead.post(&path, why.clone()).await.expect(201).read("refund_id");
    lead.post(&path, why.clone()).await.expect_code(409, "refund_not_failed");
    shop.run_tasks().await;
    assert_eq!(claim_state().await, "done");
    lead.post(&format!("/v1/refunds/{again}/retry"), why).await.expect_code(409, "refund_not_failed");
    let done: i64 =
        shop.value("select count(*) from payment_refunds where state = 'done' and id = $1", &[&again]).await;
    let noted: i64 = shop
        .value("select count(*) from audit_logs where action = 'refund.retried' and target_id = $1", &[&refused])
        .await;
    assert_eq!((done, noted), (1, 1));
    story.shop.close().await;
}

#[tokio::test]
async fn a_refund_whose_message_died_is_reminded_of_within_the_hour() {
    let shop = Shop::open().await;
    let (minji, seller) = (shop.customer().await, shop.seller().await);
    let tee = seller.product("티셔츠").price(30_000).sku("M", 5).on_sale().await;
    let placed = bought(&shop, &minji, &[piece(tee.only(), 2)]).await;
    ask_cancel(&minji, &[(lines(&shop, &placed).await[0], 1)]).await;
    shop.sql("delete from outbox_events where event = 'refund.requested'", &[]).await;
    shop.run_tasks().await;
    shop.clock().advance(Duration::minutes(59));
    assert_eq!(shop.run_schedule("remind_refunds").await["reminded"], 0);
    shop.clock().advance(Duration::minutes(2));
    assert_eq!(shop.run_schedule("remind_refunds").await["reminded"], 1);
    shop.run_tasks().await;
    let state: String = shop.value("select state from payment_refunds", &[]).await;
    assert_eq!(state, "done");
    assert_eq!(shop.run_schedule("remind_refunds").await["reminded"], 0);
    shop.close().await;
}
