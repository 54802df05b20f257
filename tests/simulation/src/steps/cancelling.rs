//! Customers cancel what they paid for, whole orders, lines or pieces; sellers and operators answer.

use crate::calls::{asked, sent};
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
    let gone = world.lost_its_money(order).await;
    let buyer = world.orders[order].buyer;
    let items: Vec<Value> =
        pieces.iter().map(|(line, n)| json!({ "product_order_id": line.id, "quantity": n })).collect();
    let wanted = json!({ "claim_type": "cancel", "items": items, "reason_code": "INTENT_CHANGED" });
    let preview =
        asked(world, |world| world.customers[buyer].customer.post("/v1/claims/preview", wanted.clone())).await;
    world.tape.say(format!("order {order}, {} lines: {} {}", pieces.len(), preview.status, preview["code"]));
    if preview.status != 200 {
        assert!(!foreseen || !free, "{}", preview.text);
        assert_eq!(preview.status, 409, "{}", preview.text);
        return;
    }
    assert!(foreseen, "cancelled after it left: {}", preview.text);
    let body = json!({ "items": items, "reason_code": "INTENT_CHANGED", "preview_token": preview["preview_token"] });
    let filed = sent(world, |world| world.customers[buyer].customer.post("/v1/claims/cancel", body.clone())).await;
    world.tape.say(format!("{} {}", filed.status, filed["code"]));
    if gone {
        filed.expect_code(409, "order_not_paid");
        return;
    }
    if filed["code"] == "refund_account_required" {
        assert!(!world.customers[buyer].has_account);
        world.customers[buyer].saves_account(&world.shop).await;
        world.customers[buyer].has_account = true;
        return;
    }
    assert_eq!(filed.status, 201, "{}", filed.text);
    world.learn_approvals().await;
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
    let (path, buyer) = (format!("/v1/claims/{claim}/withdraw"), world.orders[order].buyer);
    asked(world, |world| world.customers[buyer].customer.post(&path, json!({}))).await.expect(204);
    world.tape.did("withdraw");
}

/// The seller agrees.
pub async fn answer(world: &mut World) {
    let open = requested(world).await;
    let Some((claim, order, seller)) = world.dice.pick(&open).cloned() else { return };
    let gone = world.lost_its_money(order).await;
    let body = json!({ "claim_ids": [claim] });
    let answer = sent(world, |world| world.sellers[seller].post("/v1/claims/approve-cancels", body.clone())).await;
    let answer = answer.expect(200);
    let code = &answer["results"][0]["code"];
    assert_eq!(code, &if gone { json!("deposit_reversed") } else { Value::Null }, "{}", answer.text);
    world.learn_approvals().await;
    world.tape.did("a seller answers");
}

/// An operator decides in the seller's place.
pub async fn rule(world: &mut World) {
    let open = requested(world).await;
    let Some((claim, order, _)) = world.dice.pick(&open).cloned() else { return };
    let verb = if world.dice.percent(50) { "approve" } else { "reject" };
    let gone = verb == "approve" && world.lost_its_money(order).await;
    let path = format!("/v1/claims/{claim}/{verb}");
    let reason = json!({ "reason": "판매자 무응답" });
    let answer = sent(world, |world| world.operators.agent.post(&path, reason.clone())).await;
    if gone {
        answer.expect_code(409, "deposit_reversed");
    } else {
        answer.expect(204);
    }
    world.learn_approvals().await;
    world.tape.did("an operator rules");
}

/// An operator orders a refund anew that the gateway refused, once its cause is gone or before.
pub async fn retry_refund(world: &mut World) {
    let sql = "select jsonb_build_array(r.id, p.captured_amount - p.refunded_amount - coalesce((
                   select sum(o.amount) from payment_refunds o where o.payment_id = p.id and o.state in ('requested', 'processing', 'unknown')), 0) >= r.amount)
               from payment_refunds r join payments p on p.id = r.payment_id
               where r.state = 'failed' and r.retried_as is null order by r.id";
    let refused: Vec<Value> = world.shop.values(sql, &[]).await;
    // Rather one whose cause is gone.
    let ready: Vec<Value> = refused.iter().filter(|row| row[1] == true).cloned().collect();
    let Some(row) = world.dice.pick(if ready.is_empty() { &refused } else { &ready }).cloned() else { return };
    let path = format!("/v1/refunds/{}/retry", row[0].as_str().unwrap());
    let reason = json!({ "reason": "입금 재확인" });
    let answer = sent(world, |world| world.operators.agent.post(&path, reason.clone())).await;
    world.tape.say(format!("{} {}", answer.status, answer["code"]));
    if row[1] == true {
        answer.expect(201);
        world.tape.did("order a refund anew");
    } else {
        answer.expect_code(409, "exceeds_refundable");
    }
}
