//! Customers look around, price a checkout and order it.

use crate::calls::{asked, sent};
use crate::model::Verdict;
use crate::world::{Known, Order, Window, World};
use harness::{Answer, Value, json};
use std::collections::BTreeMap;

/// Opens a list and a product.
pub async fn browse(world: &mut World) {
    let (customer, good) = (world.dice.below(world.customers.len()), world.dice.below(world.goods.len()));
    let product = world.goods[good].product;
    let (page, options) = (format!("/v1/products/{product}"), format!("/v1/products/{product}/options"));
    for path in ["/v1/products", &page, &options, "/v1/purchase-orders"] {
        asked(world, |world| world.customers[customer].customer.get(path)).await.expect(200);
    }
    world.tape.did("browse");
}

/// Prices a few pieces, perhaps with points and a coupon, and orders them.
pub async fn order(world: &mut World) {
    let buyer = world.dice.below(world.customers.len());
    let mut wanted: BTreeMap<usize, i64> = BTreeMap::new();
    for _ in 0..world.dice.between(1, 3) {
        wanted.insert(world.dice.below(world.goods.len()), world.dice.between(1, 3));
    }
    world.learn().await;
    let foreseen = foresee(world, &wanted);
    let items: Vec<_> =
        wanted.iter().map(|(good, n)| json!({ "sku_id": world.goods[*good].sku, "quantity": n })).collect();
    let body = json!({ "items": items });
    let quoted = asked(world, |world| world.customers[buyer].customer.post("/v1/checkout-quotes", body.clone())).await;
    world.tape.say(format!("{wanted:?}, foreseen {foreseen:?}: {}", quoted.status));
    if quoted.status != 201 {
        assert_ne!(foreseen, Some(Verdict::Ok), "{}", quoted.text);
        quoted.expect_code(409, "out_of_stock");
        return;
    }
    let quoted = dressed(world, buyer, quoted).await;
    let method = *world
        .dice
        .pick(&["card", "easy_pay", "transfer", "virtual_account", "virtual_account", "virtual_account"])
        .unwrap_or(&"card");
    let mut body = json!({ "quote_id": quoted["quote_id"], "version": quoted["version"], "payment_method": method });
    if quoted.won("total_payable") == 0 {
        body["payment_method"] = Value::Null;
    }
    let placed = sent(world, |world| world.customers[buyer].customer.post("/v1/purchase-orders", body.clone())).await;
    world.tape.say(format!("placed: {}", placed.status));
    if placed.status != 201 {
        assert_ne!(foreseen, Some(Verdict::Ok), "{}", placed.text);
        assert_eq!(placed.status, 409, "{}", placed.text);
        return;
    }
    assert_ne!(foreseen, Some(Verdict::Refused), "more was sold than there is: {}", placed.text);
    taken(world, buyer, method, &placed, wanted.into_iter().collect());
    world.tape.did(if placed.won("total_payable") == 0 { "order for nothing" } else { "order" });
}

fn foresee(world: &World, wanted: &BTreeMap<usize, i64>) -> Option<Verdict> {
    let verdicts: Vec<_> = wanted
        .iter()
        .map(|(good, pieces)| world.goods[*good].shelf.foresees(*pieces, world.undecided(*good)))
        .collect();
    if verdicts.contains(&Some(Verdict::Refused)) {
        return Some(Verdict::Refused);
    }
    verdicts.iter().all(|one| *one == Some(Verdict::Ok)).then_some(Verdict::Ok)
}

/// Perhaps with points or rewards, as many as the quote allows.
async fn dressed(world: &mut World, buyer: usize, quoted: Answer) -> Answer {
    if world.dice.percent(50) {
        return quoted;
    }
    let path = format!("/v1/checkout-quotes/{}", quoted["quote_id"].as_str().unwrap_or_default());
    let coupon = world.dice.pick(&world.customers[buyer].coupons).copied();
    let mut change = json!({ "points": world.dice.between(0, 40) * 100, "rewards": world.dice.between(0, 10) * 100 });
    if quoted["balances"]["points"].as_i64() > Some(1_000_000) {
        change = json!({ "points": quoted["balances"]["points_max"], "rewards": 0 });
    }
    if world.dice.percent(40) {
        change["coupons"] = json!({ "product": [], "cart": coupon, "shipping": [] });
    }
    let changed = asked(world, |world| world.customers[buyer].customer.patch(&path, change.clone())).await;
    world.tape.say(format!("{change}: {}", changed.status));
    if changed.status == 200 {
        return changed;
    }
    assert!(changed.status.is_client_error(), "{}", changed.text);
    asked(world, |world| world.customers[buyer].customer.get(&path)).await.expect(200)
}

fn taken(world: &mut World, buyer: usize, method: &'static str, placed: &Answer, pieces: Vec<(usize, i64)>) {
    for (good, n) in &pieces {
        world.goods[*good].shelf.ordered(*n);
    }
    let payable = placed.won("total_payable");
    let window = window(&placed["payment"]);
    let known = if window.is_some() { Known::Waiting } else { Known::Paid };
    world.orders.push(Order { id: placed.read("purchase_order_id"), buyer, payable, method, known, pieces, window });
}

/// What the gateway's window is opened with.
pub fn window(view: &Value) -> Option<Window> {
    Some(Window {
        payment: view["payment_id"].as_str()?.to_owned(),
        pg_order_id: view["pg_order_id"].as_str()?.to_owned(),
        returned: None,
    })
}
