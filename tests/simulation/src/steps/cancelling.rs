//! Customers cancel what they paid for, whole orders, lines or pieces; sellers and operators answer.

use crate::faults;
use crate::model::{Act, Verdict, may};
use crate::world::{Line, World};
use harness::{Value, json};

/// Files a cancel of some pieces of one order.
pub async fn cancel(world: &mut World) {
    let states: &[&str] =
        if world.dice.percent(80) { &["paid", "preparing"] } else { &["preparing", "dispatched", "delivered"] };
    let all = world.lines(states).await;
    let Some(order) = world.dice.pick(&all).map(|line| line.order) else { return };
    let of_order: Vec<Line> = all.into_iter().filter(|line| line.order == order).collect();
    let chosen = if world.dice.percent(40) { of_order } else { world.dice.some(&of_order) };
    let pieces: Vec<(Line, i64)> =
        chosen.into_iter().map(|line| (line.clone(), world.dice.between(1, line.left.max(1)))).collect();
    let foreseen = pieces.iter().all(|(line, _)| may(Act::Cancel, &line.state, false) == Verdict::Ok);
    let instant = pieces.iter().all(|(line, _)| line.state == "paid");
    let free = pieces.iter().all(|(line, _)| !line.claimed);
    let buyer = world.orders[order].buyer;
    let items: Vec<Value> =
        pieces.iter().map(|(line, n)| json!({ "product_order_id": line.id, "quantity": n })).collect();
    let asked = json!({ "claim_type": "cancel", "items": items, "reason_code": "INTENT_CHANGED" });
    let preview = world.customers[buyer].customer.post("/v1/claims/preview", asked).await;
    world.tape.say(format!("order {order}, {} lines: {} {}", pieces.len(), preview.status, preview["code"]));
    if preview.status != 200 {
        assert!(!foreseen || !free, "{}", preview.text);
        assert_eq!(preview.status, 409, "{}", preview.text);
        return;
    }
    assert!(foreseen, "cancelled after it left: {}", preview.text);
    let body = json!({ "items": items, "reason_code": "INTENT_CHANGED", "preview_token": preview["preview_token"] });
    let filed =
        faults::sent(world, |world| world.customers[buyer].customer.post("/v1/claims/cancel", body.clone())).await;
    world.tape.say(format!("{} {}", filed.status, filed["code"]));
    if filed["code"] == "refund_account_required" {
        assert!(!world.customers[buyer].has_account);
        world.customers[buyer].saves_account(&world.shop).await;
        world.customers[buyer].has_account = true;
        return;
    }
    assert_eq!(filed.status, 201, "{}", filed.text);
    back_on_shelf(world, &filed["claim_ids"]).await;
    if instant {
        promise_kept(world, &filed["claim_ids"], preview.won("refund_cash")).await;
    }
    world.tape.did("cancel");
}

/// What needs nobody's answer gives back what was shown.
async fn promise_kept(world: &World, claims: &Value, shown: i64) {
    let ids: Vec<String> = claims.as_array().unwrap().iter().map(|id| id.as_str().unwrap().to_owned()).collect();
    let sql = "select coalesce(sum(refund_cash), 0)::bigint from claims where id::text = any($1)";
    assert_eq!(world.shop.value::<i64>(sql, &[&ids]).await, shown, "the refund is the one shown");
}

/// Pieces of approved claims are on the shelf at once.
async fn back_on_shelf(world: &mut World, claims: &Value) {
    for id in claims.as_array().unwrap() {
        approved(world, id.as_str().unwrap()).await;
    }
}

/// Notes the pieces of a claim, if it is approved.
async fn approved(world: &mut World, claim: &str) {
    let sql = "select jsonb_build_object('order', o.purchase_order_id, 'sku', o.sku_id)
               from claim_items i join claims c on c.id = i.claim_id join product_orders o on o.id = i.product_order_id
               where c.id::text = $1 and c.state in ('approved', 'refunding', 'done')";
    let units: Vec<Value> = world.shop.values(sql, &[&claim]).await;
    for unit in &units {
        let text = |field: &str| unit[field].as_str().unwrap().to_owned();
        let good = world.goods.iter().position(|good| good.sku.to_string() == text("sku")).unwrap();
        world.goods[good].shelf.put(1);
        let order = world.orders.iter_mut().find(|order| order.id.to_string() == text("order")).unwrap();
        if let Some(piece) = order.pieces.iter_mut().find(|(at, _)| *at == good) {
            piece.1 -= 1;
        }
    }
}

/// Claims nobody has answered, oldest first: id and its order.
async fn requested(world: &World) -> Vec<(String, usize, usize)> {
    let sql = "select jsonb_build_array(c.id, c.purchase_order_id, s.seller_id) from claims c join seller_orders s on s.id = c.seller_order_id
               where c.state = 'requested' order by c.id";
    let rows: Vec<Value> = world.shop.values(sql, &[]).await;
    let row = |row: &Value| {
        let order = world.orders.iter().position(|order| row[1] == order.id.to_string()).unwrap();
        let seller = world.sellers.iter().position(|seller| row[2] == seller.seller_id.to_string()).unwrap();
        (row[0].as_str().unwrap().to_owned(), order, seller)
    };
    rows.iter().map(row).collect()
}

/// The customer changes their mind again.
pub async fn withdraw(world: &mut World) {
    let open = requested(world).await;
    let Some((claim, order, _)) = world.dice.pick(&open).cloned() else { return };
    let buyer = world.orders[order].buyer;
    world.customers[buyer].customer.post(&format!("/v1/claims/{claim}/withdraw"), json!({})).await.expect(204);
    world.tape.did("withdraw");
}

/// The seller agrees.
pub async fn answer(world: &mut World) {
    let open = requested(world).await;
    let Some((claim, _, seller)) = world.dice.pick(&open).cloned() else { return };
    let body = json!({ "claim_ids": [claim] });
    let answer =
        faults::sent(world, |world| world.sellers[seller].post("/v1/claims/approve-cancels", body.clone())).await;
    world.tape.say(&answer.text);
    answer.expect(200);
    approved(world, &claim).await;
    world.tape.did("a seller answers");
}

/// An operator decides in the seller's place.
pub async fn rule(world: &mut World) {
    let open = requested(world).await;
    let Some((claim, _, _)) = world.dice.pick(&open).cloned() else { return };
    let verb = if world.dice.percent(50) { "approve" } else { "reject" };
    let path = format!("/v1/claims/{claim}/{verb}");
    let reason = json!({ "reason": "판매자 무응답" });
    faults::sent(world, |world| world.operators.agent.post(&path, reason.clone())).await.expect(204);
    approved(world, &claim).await;
    world.tape.did("an operator rules");
}
