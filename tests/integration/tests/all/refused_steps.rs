//! Every state with every action: what the tables of states do not list is refused, and the row stays as it was.

use crate::buying::{bought, lines, order, piece, quote, window};
use crate::order_steps::{accepted, ask_cancel, by_cj, code, dispatched, results};
use harness::{Shop, Value, json};
use kernel::ProductOrderId;

const LINE_STATES: [&str; 11] = [
    "payment_waiting",
    "paid",
    "preparing",
    "dispatched",
    "delivering",
    "delivered",
    "purchase_decided",
    "canceled",
    "returned",
    "exchanged",
    "canceled_by_nopayment",
];

#[tokio::test]
async fn a_line_takes_only_the_steps_its_state_allows() {
    let shop = Shop::open().await;
    let (minji, seller) = (shop.customer().await, shop.seller().await);
    let tee = seller.product("티셔츠").price(30_000).sku("M", 5).on_sale().await;
    let placed = bought(&shop, &minji, &[piece(tee.only(), 1)]).await;
    let line = lines(&shop, &placed).await[0];
    let set = async |state: &str| {
        shop.sql("update product_orders set state = $2 where id = $1", &[&line, &state]).await;
    };
    // What each of seller's accept, seller's dispatch, buyer's confirm and buyer's cancel answers; `.` is allowed and told
    // elsewhere, `ok` is done already.
    let table: [[&str; 4]; 11] = [
        ["payment_reversed", "payment_reversed", "not_confirmable", "order_not_paid"],
        [".", ".", "not_confirmable", "."],
        ["ok", ".", "not_confirmable", "."],
        ["ok", "already_dispatched", "not_confirmable", "not_cancellable"],
        ["ok", "already_dispatched", ".", "not_cancellable"],
        ["ok", "already_dispatched", ".", "not_cancellable"],
        ["ok", "already_dispatched", "ok", "not_cancellable"],
        ["invalid_state", "invalid_state", "not_confirmable", "not_cancellable"],
        ["invalid_state", "invalid_state", "not_confirmable", "not_cancellable"],
        ["invalid_state", "invalid_state", "not_confirmable", "not_cancellable"],
        ["invalid_state", "invalid_state", "not_confirmable", "not_cancellable"],
    ];
    for (state, [accept, dispatch, confirm, cancel]) in LINE_STATES.into_iter().zip(table) {
        set(state).await;
        let version: i32 = shop.value("select version from product_orders where id = $1", &[&line]).await;
        if accept != "." {
            assert_eq!(code(&accepted(&seller, &[line]).await[0]), accept, "accept of {state}");
        }
        if dispatch != "." {
            let results = dispatched(&seller, &[by_cj(line, "100000000001")]).await;
            assert_eq!(code(&results[0]), dispatch, "dispatch of {state}");
        }
        if confirm != "." {
            let answer = minji.post("/v1/product-orders/confirm", json!({ "product_order_ids": [line] })).await;
            let said = if answer.status == 204 { "ok" } else { answer["code"].as_str().unwrap() };
            assert_eq!(said, confirm, "confirm of {state}");
        }
        if cancel != "." {
            let items = json!([{ "product_order_id": line, "quantity": 1 }]);
            let body = json!({ "claim_type": "cancel", "items": items, "reason_code": "INTENT_CHANGED" });
            minji.post("/v1/claims/preview", body).await.expect_code(409, cancel);
        }
        let after: (String, i32) = (
            shop.value("select state from product_orders where id = $1", &[&line]).await,
            shop.value("select version from product_orders where id = $1", &[&line]).await,
        );
        assert_eq!(after, (state.to_owned(), version), "{state} stays as it was");
    }
    set("paid").await;
    shop.close().await;
}

#[tokio::test]
async fn scans_and_time_move_only_lines_that_wait_for_them() {
    let shop = Shop::open().await;
    let (minji, seller) = (shop.customer().await, shop.seller().await);
    let tee = seller.product("티셔츠").price(30_000).sku("M", 5).on_sale().await;
    let placed = bought(&shop, &minji, &[piece(tee.only(), 1)]).await;
    let line = lines(&shop, &placed).await[0];
    assert_eq!(code(&dispatched(&seller, &[by_cj(line, "100000000001")]).await[0]), "ok");
    let shipment_id: kernel::ShipmentId = shop.value("select shipment_id from product_orders", &[]).await;
    let own = shop.own_client(&seller, &["partner:orders:write"]).await;
    let told = |event: &str| {
        let scan =
            events::Scan { status: event.to_owned(), location: None, description: None, occurred_at: shop.now().0 };
        let (carrier_code, invoice_no, source) = ("CJ".to_owned(), "100000000001".to_owned(), "webhook".to_owned());
        events::TrackingReceived { shipment_id, carrier_code, invoice_no, source, scans: vec![scan] }
    };
    // Dispatched lines wait for a scan, delivering ones for the delivery, delivered ones for the seven days.
    for (state, at_pickup, delivered, week) in LINE_STATES.map(|state| match state {
        "dispatched" => (state, false, false, true),
        "delivering" => (state, true, false, true),
        "delivered" => (state, true, true, false),
        _ => (state, true, true, true),
    }) {
        let forced = "update product_orders set state = $1, delivered_at = $2, auto_confirm_at = $2::timestamptz + interval '7 days'";
        shop.sql(forced, &[&state, &shop.now()]).await;
        let version: i32 = shop.value("select version from product_orders", &[]).await;
        for scan in [at_pickup.then_some("at_pickup"), delivered.then_some("delivered")].into_iter().flatten() {
            shop.clock().advance(chrono::Duration::minutes(1));
            let tx = shop.boot().db.begin().await.unwrap();
            jobs::outbox::emit(&tx, &told(scan), shop.now()).await.unwrap();
            tx.commit().await.unwrap();
            shop.run_tasks().await;
            // Each scan is the only one.
            shop.sql("set session_replication_role = replica", &[]).await;
            shop.sql("delete from tracking_events", &[]).await;
            shop.sql("set session_replication_role = origin", &[]).await;
        }
        if week {
            shop.clock().advance(chrono::Duration::days(8));
            shop.run_schedule("auto_confirm_sweep").await;
            shop.run_tasks().await;
        }
        let after: String = shop.value("select state || ' ' || version from product_orders", &[]).await;
        assert_eq!(after, format!("{state} {version}"), "it stays as it was");
        // A partner hears what the seller's people hear.
        if !["paid", "preparing", "payment_waiting"].contains(&state) {
            let body = json!({ "product_order_ids": [line] });
            let accepted = own.post("/v1/product-orders/confirm", body).await.expect(200);
            let ended = ["canceled", "returned", "exchanged", "canceled_by_nopayment"].contains(&state);
            assert_eq!(code(&results(&accepted)[0]), if ended { "invalid_state" } else { "ok" }, "accept of {state}");
            let items = json!({ "items": [by_cj(line, "100000000002")] });
            let refused = own.post("/v1/product-orders/dispatch", items).await.expect(200);
            let expected = if ended { "invalid_state" } else { "already_dispatched" };
            assert_eq!(code(&results(&refused)[0]), expected, "dispatch of {state}");
        }
    }
    shop.sql("update product_orders set state = 'dispatched', delivered_at = null, auto_confirm_at = null", &[]).await;
    shop.close().await;
}

#[tokio::test]
async fn a_payment_takes_only_the_steps_its_state_allows() {
    let shop = Shop::open().await;
    let (minji, seller) = (shop.customer().await, shop.seller().await);
    let tee = seller.product("티셔츠").price(30_000).sku("M", 5).on_sale().await;
    minji.address().await;
    let placed = order(&minji, &quote(&minji, &[piece(tee.only(), 1)]).await).await;
    let returned = window(&shop, &placed).await;
    let (payment, id) =
        (placed["payment"]["payment_id"].as_str().unwrap(), placed["purchase_order_id"].as_str().unwrap());
    let mut foreign_key = returned.clone();
    foreign_key["payment_key"] = json!("another_key");
    // State; what a confirm with another key answers; what a new start answers; what a closed window leaves.
    for (state, captured, confirm, start) in [
        ("in_progress", 0_i64, "payment_key_mismatch", Some("payment_attempt_open")),
        ("unknown", 0, "payment_key_mismatch", Some("payment_attempt_open")),
        ("waiting_for_deposit", 0, "payment_key_mismatch", Some("payment_attempt_open")),
        ("done", 33_000, "payment_key_mismatch", None),
        ("partial_canceled", 33_000, "payment_key_mismatch", None),
        ("canceled", 0, "payment_ended", None),
        ("aborted", 0, "payment_ended", None),
        ("expired", 0, "order_expired", None),
    ] {
        let forced = "update payments set state = $1, captured_amount = $2, refunded_amount = case when $1 = 'partial_canceled' then 1 else 0 end, payment_key = 'the_key'";
        shop.sql(forced, &[&state, &captured]).await;
        minji.post("/v1/payments/confirm", foreign_key.clone()).await.expect_code(409, confirm);
        if let Some(code) = start {
            minji.post(&format!("/v1/purchase-orders/{id}/payments"), json!({})).await.expect_code(409, code);
        }
        if state != "in_progress" {
            let left = minji.post(&format!("/v1/payments/{payment}/abandon"), json!({})).await.expect(200);
            assert_eq!(left["state"], state, "a closed window ends only an open one");
        }
        let now: String = shop.value("select state from payments", &[]).await;
        assert_eq!(now, state);
    }
    assert!(!shop.toss().requests().iter().any(|seen| seen.operation == "confirm"));
    shop.sql("update payments set state = 'ready', captured_amount = 0, refunded_amount = 0, payment_key = null", &[])
        .await;
    minji.post("/v1/payments/confirm", returned).await.expect(200);
    shop.run_tasks().await;
    shop.close().await;
}

#[tokio::test]
async fn a_cancel_takes_only_the_steps_its_state_allows() {
    let shop = Shop::open().await;
    let (minji, seller) = (shop.customer().await, shop.seller().await);
    let tee = seller.product("티셔츠").price(30_000).sku("M", 5).on_sale().await;
    let placed = bought(&shop, &minji, &[piece(tee.only(), 1)]).await;
    let line: ProductOrderId = lines(&shop, &placed).await[0];
    accepted(&seller, &[line]).await;
    let claim = ask_cancel(&minji, &[(line, 1)]).await;
    let lead = shop.operator("cs_lead").await;
    let reason = json!({ "reason": "확인 결과" });
    // State; seller's approve, operator's approve and reject, buyer's withdraw: refused, or done already.
    let no = Some("invalid_state");
    for (state, approve, reject, withdraw) in [
        ("approved", None, no, no),
        ("refunding", None, no, no),
        ("done", None, no, no),
        ("rejected", no, None, no),
        ("withdrawn", no, no, None),
    ] {
        shop.sql("update claims set state = $2 where id = $1", &[&claim, &state]).await;
        let version: i32 = shop.value("select version from claims where id = $1", &[&claim]).await;
        let sold = seller.post("/v1/claims/approve-cancels", json!({ "claim_ids": [claim] })).await.expect(200);
        assert_eq!(sold["results"][0]["code"].as_str(), approve, "{state}: {}", sold.text);
        let said = |answer: harness::Answer| {
            if answer.status == 204 { None } else { Some(answer.expect(409)["code"].as_str().unwrap().to_owned()) }
        };
        for (verb, expected) in [("approve", approve), ("reject", reject)] {
            let answer = lead.post(&format!("/v1/claims/{claim}/{verb}"), reason.clone()).await;
            assert_eq!(said(answer).as_deref(), expected, "{verb} of {state}");
        }
        let answer = minji.post(&format!("/v1/claims/{claim}/withdraw"), json!({})).await;
        assert_eq!(said(answer).as_deref(), withdraw, "withdraw of {state}");
        let after: Value = json!([
            shop.value::<String>("select state from claims where id = $1", &[&claim]).await,
            shop.value::<i32>("select version from claims where id = $1", &[&claim]).await,
        ]);
        assert_eq!(after, json!([state, version]));
    }
    shop.sql("update claims set state = 'requested' where id = $1", &[&claim]).await;
    minji.post(&format!("/v1/claims/{claim}/withdraw"), json!({})).await.expect(204);
    shop.close().await;
}
