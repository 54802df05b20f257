//! Customers pay, or do not: windows, confirms, deposits, second thoughts.

use super::shopping;
use crate::calls::{asked, sent};
use crate::world::{Known, Order, World};
use harness::simulators::FaultKind;
use harness::simulators::toss::Window;
use harness::simulators::toss::payment::{Payment, Status};
use harness::{Answer, Call, Value, json};
use kernel::PurchaseOrderId;
use std::collections::BTreeSet;

/// A window that nobody went through yet.
fn unused(world: &mut World) -> Option<usize> {
    world.some_order(|order| order.window.as_ref().is_some_and(|window| window.returned.is_none()))
}

/// A window somebody came back from.
fn returned(world: &mut World) -> Option<usize> {
    world.some_order(|order| order.window.as_ref().is_some_and(|window| window.returned.is_some()))
}

/// Whether the books say that this attempt can be confirmed now.
async fn is_open(world: &World, at: usize) -> Option<bool> {
    let window = world.orders[at].window.as_ref()?;
    let sql = "select p.state = 'ready' and o.state = 'payment_waiting' and p.expires_at > $2::timestamptz
               from payments p join purchase_orders o on o.id = p.purchase_order_id where p.pg_order_id = $1";
    world.shop.value(sql, &[&window.pg_order_id, &world.shop.now()]).await
}

/// Through the gateway's window and back: paid, refused or closed.
pub async fn go_through_window(world: &mut World) {
    let Some(at) = unused(world) else { return };
    let order = world.orders[at].clone();
    let Some(opened) = order.window else { return };
    let (id, won) = (opened.pg_order_id.as_str(), order.payable);
    let window = match order.method {
        "easy_pay" => Window::easy_pay(id, won, "토스페이"),
        "transfer" => Window::transfer(id, won),
        "virtual_account" => Window::virtual_account(id, won, 24),
        _ => Window::card(id, won),
    };
    let window = match world.dice.between(1, 100) {
        1..=8 => window.refused_at_confirm("REJECT_CARD_COMPANY"),
        9..=14 => window.failing("REJECT_CARD_PAYMENT"),
        15..=20 => window.closed(),
        _ => window,
    };
    let refused = window.refuse_confirm.is_some();
    let Some(key) = world.shop.toss().window(window).payment_key().map(str::to_owned) else {
        world.tape.say("did not pay");
        return;
    };
    let body = json!({ "payment_key": key, "order_id": id, "amount": won });
    if let Some(window) = world.orders[at].window.as_mut() {
        window.returned = Some(body);
    }
    // The browser crashed on its way back.
    if world.dice.percent(5) {
        return;
    }
    let open = is_open(world, at).await;
    let answer = confirm(world, at).await;
    world.tape.did(means(order.method));
    match open {
        Some(true) if !world.faults.under_way => {
            assert_eq!(answer.status, if refused { 402 } else { 200 }, "{}", answer.text);
        }
        Some(false) => {
            assert!(answer.status != 200 || answer["state"] != "done", "an attempt that had ended: {}", answer.text)
        }
        _ => {}
    }
}

fn means(method: &str) -> &'static str {
    match method {
        "easy_pay" => "pay by easy pay",
        "transfer" => "pay by transfer",
        "virtual_account" => "pay into an account",
        _ => "pay by card",
    }
}

async fn confirm(world: &mut World, at: usize) -> Answer {
    let (order, buyer) = (&world.orders[at], world.orders[at].buyer);
    let body = order.window.as_ref().and_then(|window| window.returned.clone()).unwrap_or(Value::Null);
    let make = |world: &World| world.customers[buyer].customer.post("/v1/payments/confirm", body.clone());
    let silent = world.faults.trouble.is_none() && world.dice.percent(world.faults.silent);
    let answer = if silent {
        let call = make(world);
        unanswered(world, call).await
    } else {
        asked(world, make).await
    };
    world.tape.say(format!("order {at}: {} {} {}", answer.status, answer["state"], answer["code"]));
    assert!([200, 202, 402, 409].contains(&answer.status.as_u16()), "{}", answer.text);
    if answer["state"] == "done" && world.orders[at].known == Known::Waiting {
        world.orders[at].known = Known::Paid;
    }
    answer
}

/// The gateway says nothing for longer than we wait; what it was asked takes effect all the same, now or once it wakes up.
async fn unanswered(world: &mut World, call: Call) -> Answer {
    let kind = if world.dice.percent(50) { FaultKind::HeldCall } else { FaultKind::HeldAnswer };
    world.shop.toss().clear_faults();
    world.shop.toss().fail_next("confirm", kind);
    world.faults.under_way = true;
    let waiting = async {
        world.shop.toss().held("confirm").await;
        world.shop.lose_patience();
        std::future::pending::<()>().await
    };
    let (call, waiting) = (std::pin::pin!(call.into_future()), std::pin::pin!(waiting));
    let answer = futures::future::select(call, waiting).await;
    let futures::future::Either::Left((answer, _)) = answer else { panic!("it waits for ever") };
    if answer.status == 202 {
        world.faults.held += 1;
        world.tape.did("the gateway is silent");
        world.tape.say(format!("{kind:?}"));
    }
    answer
}

/// The browser reloads the page it came back to.
pub async fn confirm_again(world: &mut World) {
    let Some(at) = returned(world) else { return };
    confirm(world, at).await;
    world.tape.did("confirm again");
}

/// The page that waits for a result asks.
pub async fn poll(world: &mut World) {
    let Some(at) = returned(world) else { return };
    let (order, buyer) = (&world.orders[at], world.orders[at].buyer);
    let Some(window) = &order.window else { return };
    let path = format!("/v1/payments/{}", window.payment);
    let answer = asked(world, |world| world.customers[buyer].customer.get(&path)).await;
    world.tape.say(format!("order {at}: {} {}", answer.status, answer["state"]));
    assert!(answer.status.is_success(), "{}", answer.text);
    world.tape.did("poll");
}

/// The window was closed, and the client says so.
pub async fn abandon(world: &mut World) {
    let Some(at) = unused(world) else { return };
    let (order, buyer) = (&world.orders[at], world.orders[at].buyer);
    let Some(window) = &order.window else { return };
    let path = format!("/v1/payments/{}/abandon", window.payment);
    let answer = asked(world, |world| world.customers[buyer].customer.post(&path, json!({}))).await.expect(200);
    world.tape.say(format!("order {at}: {}", answer["state"]));
    world.tape.did("abandon");
}

/// Another try, perhaps by other means.
pub async fn start_again(world: &mut World) {
    let Some(at) = world.some_order(|order| order.known == Known::Waiting) else { return };
    let method = *world.dice.pick(&["card", "easy_pay", "transfer", "virtual_account"]).unwrap_or(&"card");
    let (path, buyer) = (format!("/v1/purchase-orders/{}/payments", world.orders[at].id), world.orders[at].buyer);
    let body = json!({ "payment_method": method });
    let answer = sent(world, |world| world.customers[buyer].customer.post(&path, body.clone())).await;
    world.tape.say(format!("order {at}: {} {}", answer.status, answer["code"]));
    assert!([201, 409, 410].contains(&answer.status.as_u16()), "{}", answer.text);
    if answer.status == 201 {
        (world.orders[at].window, world.orders[at].method) = (shopping::window(answer.json()), method);
        world.tape.did("start again");
    }
}

/// Gives an order up before it is paid.
pub async fn call_off(world: &mut World) {
    let Some(at) = world.some_order(|order| order.known != Known::Ended) else { return };
    let (path, buyer) = (format!("/v1/purchase-orders/{}/cancel", world.orders[at].id), world.orders[at].buyer);
    let answer = asked(world, |world| world.customers[buyer].customer.post(&path, json!({}))).await;
    world.tape.say(format!("order {at}: {} {}", answer.status, answer["code"]));
    assert!([204, 409].contains(&answer.status.as_u16()), "{}", answer.text);
    world.learn().await;
    let ended = world.orders[at].known == Known::Ended;
    assert_eq!(ended, answer.status == 204, "called off and ended are the same: {}", answer.text);
    world.tape.did("call off");
}

/// An order paid, or to be paid, into an account, by what we know of the order and the gateway of the account.
fn account(world: &mut World, is: impl Fn(&Order, &Payment, bool) -> bool) -> Option<(usize, String)> {
    let (now, toss) = (world.shop.now().0, world.shop.toss());
    let fits = |order: &Order| {
        let payment = order.window.as_ref().and_then(|window| toss.payment_of_order(&window.pg_order_id));
        payment.is_some_and(|payment| {
            let due = payment.virtual_account.as_ref().map(|account| account.due_date);
            due.is_some_and(|due| is(order, &payment, due > now))
        })
    };
    let fitting: Vec<usize> = (0..world.orders.len()).filter(|at| fits(&world.orders[*at])).collect();
    let at = world.dice.pick(&fitting).copied()?;
    Some((at, world.orders[at].window.as_ref()?.pg_order_id.clone()))
}

fn paid_at(order: &Order, accounts: &BTreeSet<String>) -> bool {
    order.window.as_ref().is_some_and(|window| accounts.contains(&window.pg_order_id))
}

/// Money is paid into a virtual account, perhaps once more into one that the bank emptied.
pub async fn deposit(world: &mut World) {
    world.learn().await;
    let waits = |_: &Order, payment: &Payment, open: bool| payment.status == Status::WaitingForDeposit && open;
    // Half the time into one that the bank emptied, if there is one: else that would hardly ever be met.
    let emptied = if world.dice.percent(50) { world.reversed.clone() } else { BTreeSet::new() };
    let once_more = account(world, |order, payment, open| waits(order, payment, open) && paid_at(order, &emptied));
    let Some((at, id)) = once_more.or_else(|| account(world, waits)) else { return };
    world.shop.toss().deposit(&id).expect("an open account");
    world.tape.say(format!("order {at}"));
    world.tape.did(if world.reversed.contains(&id) { "deposit once more" } else { "deposit" });
}

/// The bank takes a deposit back, whatever has become of the order. We hear of it when the gateway tells.
pub async fn reverse(world: &mut World) {
    let claimed = "select distinct purchase_order_id from claims where state not in ('rejected', 'withdrawn')";
    let claimed: Vec<PurchaseOrderId> = world.shop.values(claimed, &[]).await;
    let done = |_: &Order, payment: &Payment, _: bool| payment.status == Status::Done;
    // Half the time while a cancel is under way, if one is.
    let during = world
        .dice
        .percent(50)
        .then(|| account(world, |order, payment, open| done(order, payment, open) && claimed.contains(&order.id)));
    let Some((at, id)) = during.flatten().or_else(|| account(world, done)) else { return };
    let sql = "select case when exists (select 1 from product_orders where purchase_order_id = $1 and state in ('dispatched', 'delivering', 'delivered', 'purchase_decided'))
                                then 'reverse after dispatch'
                           when exists (select 1 from claims where purchase_order_id = $1 and state not in ('rejected', 'withdrawn')) then 'reverse during a cancel'
                           else 'reverse' end";
    let kind: String = world.shop.value(sql, &[&world.orders[at].id]).await;
    world.shop.toss().reverse_deposit(&id).expect("a deposit");
    world.tape.say(format!("order {at}, {kind}"));
    world.reversed.insert(id);
    world.tape.did(match kind.as_str() {
        "reverse after dispatch" => "reverse after dispatch",
        "reverse during a cancel" => "reverse during a cancel",
        _ => "reverse",
    });
}

/// A transfer that was under way when its account was closed, or owed since the bank took the first one back. Not into one
/// that a refund closed because the bank was faster.
pub async fn late_deposit(world: &mut World) {
    world.learn().await;
    let late = |order: &Order, payment: &Payment, open: bool| match payment.status {
        Status::WaitingForDeposit => !open && order.known != Known::Waiting,
        Status::Canceled => order.known == Known::Ended && payment.approved_at.is_none(),
        _ => false,
    };
    let Some((at, id)) = account(world, late) else { return };
    if !world.customers[world.orders[at].buyer].has_account {
        return;
    }
    world.shop.toss().late_deposit(&id).expect("a transfer under way");
    world.tape.say(format!("order {at}"));
    world.tape.did("late deposit");
}
