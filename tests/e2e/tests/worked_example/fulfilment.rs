//! Accepted, packed, delivered, confirmed: by the customer, and by seven days.

use crate::order::{Order, lines};
use crate::planted::Cast;
use chrono::Days;
use e2e::simulated::Simulated;
use e2e::{Caller, Stack, until};
use kernel::{ProductOrderId, UserId};
use serde_json::{Value, json};

db::statements! {
    static DECIDED_BY: (ProductOrderId,) => (Option<String>,) = "select decided_by from product_orders where id = $1";
    static GRANTED: (UserId, ProductOrderId) => (i64,) =
        "select coalesce(sum(amount), 0)::bigint from point_lots where user_id = $1 and source = 'purchase' and ref_type = 'product_orders' and ref_id = $2";
}

/// A parcel number of CJ, another at every run: twelve digits of the order's own id.
pub fn invoice(order: &Order, seller: usize) -> String {
    let number = order.id.0.as_u128() % 100_000_000_000;
    format!("{}{number:011}", seller + 5)
}

fn all_ok(answer: &Value) {
    let items = answer["results"].as_array().unwrap();
    assert!(items.iter().all(|one| one["ok"] == true), "{answer:#}");
}

/// Both sellers accept and dispatch in bulk: A and B travel as one parcel.
pub async fn dispatched(stack: &Stack, cast: &Cast, order: &Order) {
    for (n, own) in [(0, &order.lines[..2]), (1, &order.lines[2..])] {
        let owner = stack.member(&cast.stores[n].owner_email).await;
        let accepted = owner.post("/v1/product-orders/confirm", json!({ "product_order_ids": own })).await.expect(200);
        all_ok(&accepted);
        let parcel = |line: &ProductOrderId| json!({ "product_order_id": line, "method": "parcel", "carrier_code": "CJ", "invoice_no": invoice(order, n) });
        let items: Vec<Value> = own.iter().map(parcel).collect();
        all_ok(&owner.post("/v1/product-orders/dispatch", json!({ "items": items })).await.expect(200));
    }
}

async fn states(buyer: &Caller, order: &Order) -> Vec<String> {
    let shown = buyer.get(&format!("/v1/purchase-orders/{}", order.id)).await.expect(200);
    lines(&shown).iter().map(|line| line["state"].as_str().unwrap_or_default().to_owned()).collect()
}

/// The carrier pushes its scans; the lines follow.
pub async fn delivered(stack: &Stack, outside: &Simulated, cast: &Cast, order: &Order) {
    for seller in [0, 1] {
        outside.scans("CJ", &invoice(order, seller), "IN_TRANSIT").await;
        outside.scans("CJ", &invoice(order, seller), "DELIVERED").await;
    }
    let minji = &stack.customer(&cast.buyer.email).await;
    until("delivered lines", || async move {
        let states = states(minji, order).await;
        if states.iter().all(|state| state == "delivered") { Ok(()) } else { Err(format!("{states:?}")) }
    })
    .await;
}

/// Seven days after the delivery the customer confirms A and B; C is left to the clock. Points follow from the cash of what
/// is left of each line, at 1 %.
pub async fn confirmed_with_points(stack: &Stack, outside: &Simulated, cast: &Cast, order: &Order) {
    let [a, b, c] = order.lines;
    stack.live_on(outside, stack.now().await.date() + Days::new(8), 10, 0).await;
    let minji = stack.customer(&cast.buyer.email).await;
    minji.post("/v1/product-orders/confirm", json!({ "product_order_ids": [a, b] })).await.expect(204);
    points_are(stack, cast, &[(a, 206), (b, 296)]).await;
    let before = states(&minji, order).await;
    assert_eq!(before, ["purchase_decided", "purchase_decided", "delivered"]);
    let report = stack.run_schedule("ScheduleOrder", "auto_confirm_sweep").await;
    assert!(report["queued"].as_i64() >= Some(1), "{report}");
    stack.run_schedule("SchedulePlatform", "sweep_outbox").await;
    points_are(stack, cast, &[(c, 197)]).await;
    let (by,) = DECIDED_BY.one(&stack.boot.db.writer().await.unwrap(), (c,)).await.unwrap();
    assert_eq!(by.as_deref(), Some("auto"));
}

async fn points_are(stack: &Stack, cast: &Cast, expected: &[(ProductOrderId, i64)]) {
    let user = cast.buyer.user_id;
    for (line, points) in expected.iter().copied() {
        until("the points of a line", || async move {
            let (granted,) = GRANTED.one(&stack.boot.db.writer().await.unwrap(), (user, line)).await.unwrap();
            if granted == points { Ok(()) } else { Err(format!("{granted} of {points}")) }
        })
        .await;
    }
}
