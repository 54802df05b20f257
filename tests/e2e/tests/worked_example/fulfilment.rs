//! Accepted, packed, delivered, confirmed.

use crate::order::{Order, lines};
use crate::planted::Cast;
use e2e::simulated::Simulated;
use e2e::{Caller, Stack, until};
use kernel::{ProductOrderId, UserId};
use serde_json::{Value, json};

db::statements! {
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

/// The customer confirms; points follow from the cash of what is left of each line, at 1 %.
pub async fn confirmed_with_points(stack: &Stack, cast: &Cast, order: &Order) {
    let minji = stack.customer(&cast.buyer.email).await;
    minji.post("/v1/product-orders/confirm", json!({ "product_order_ids": order.lines })).await.expect(204);
    let user = cast.buyer.user_id;
    for (line, points) in order.lines.into_iter().zip([206, 296, 197]) {
        until("the points of a line", || async move {
            let (granted,) = GRANTED.one(&stack.boot.db.writer().await.unwrap(), (user, line)).await.unwrap();
            if granted == points { Ok(()) } else { Err(format!("{granted} of {points}")) }
        })
        .await;
    }
}
