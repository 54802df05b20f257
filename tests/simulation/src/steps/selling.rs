//! Sellers accept, dispatch and restock; the first one through its own system.

use crate::calls::{asked, sent};
use crate::model::{Act, Verdict, may};
use crate::world::{Line, Parcel, World};
use harness::{Answer, Value, json};

fn of_one_seller(world: &mut World, all: Vec<Line>) -> Vec<Line> {
    let Some(seller) = world.dice.pick(&all).map(|line| line.seller) else { return Vec::new() };
    let of_seller: Vec<Line> = all.into_iter().filter(|line| line.seller == seller).collect();
    world.dice.some(&of_seller)
}

/// One verdict per line, as foreseen.
fn compare(answer: &Answer, lines: &[Line], act: Act) {
    let results = answer["results"].as_array().or_else(|| answer["items"].as_array()).expect("results");
    for (line, result) in lines.iter().zip(results) {
        let said = if result["ok"] == true { Verdict::Ok } else { Verdict::Refused };
        assert_eq!(said, may(act, &line.state, line.claimed), "{act:?} of {line:?}: {result}");
    }
}

/// Accepts some lines, perhaps some that were accepted or called off before.
pub async fn accept(world: &mut World) {
    let states: &[&str] =
        if world.dice.percent(80) { &["paid"] } else { &["paid", "preparing", "canceled", "delivered"] };
    let all = world.lines(states).await;
    let lines = of_one_seller(world, all);
    let Some(seller) = lines.first().map(|line| line.seller) else { return };
    let ids: Vec<_> = lines.iter().map(|line| line.id).collect();
    let by_system = seller == 0 && world.dice.percent(50);
    let body = json!({ "product_order_ids": ids });
    let accepting = |world: &World| {
        let path = "/v1/product-orders/confirm";
        if by_system { world.partner.post(path, body.clone()) } else { world.sellers[seller].post(path, body.clone()) }
    };
    let answer = sent(world, accepting).await.expect(200);
    world.tape.say(format!("{} lines", lines.len()));
    compare(&answer, &lines, Act::Accept);
    world.tape.did("accept");
}

/// Sends some lines of one order in one parcel.
pub async fn dispatch(world: &mut World) {
    let all = world.lines(&["paid", "preparing"]).await;
    let Some(first) = world.dice.pick(&all).cloned() else { return };
    let lines: Vec<Line> =
        all.into_iter().filter(|line| (line.order, line.seller) == (first.order, first.seller)).collect();
    let lines = world.dice.some(&lines);
    let invoice = announced(world).unwrap_or_else(|| format!("{:012}", 200_000_000_000 + world.parcels.len()));
    let item = |line: &Line| json!({ "product_order_id": line.id, "method": "parcel", "carrier_code": "CJ", "invoice_no": invoice });
    let items: Vec<Value> = lines.iter().map(item).collect();
    let by_system = first.seller == 0 && world.dice.percent(50);
    let body = json!({ "items": items });
    let sending = |world: &World| {
        let path = "/v1/product-orders/dispatch";
        let seller = &world.sellers[first.seller];
        if by_system { world.partner.post(path, body.clone()) } else { seller.post(path, body.clone()) }
    };
    let answer = sent(world, sending).await.expect(200);
    world.tape.say(format!("order {}, {} lines", first.order, lines.len()));
    compare(&answer, &lines, Act::Dispatch);
    if lines.iter().any(|line| may(Act::Dispatch, &line.state, line.claimed) == Verdict::Ok) {
        match world.parcels.iter_mut().find(|parcel| parcel.invoice == invoice) {
            Some(parcel) => parcel.announced = true,
            None => world.parcels.push(Parcel { invoice, scans: 0, announced: true }),
        }
        world.tape.did("dispatch");
    }
}

/// A number the carrier scanned before the seller told us of it.
fn announced(world: &World) -> Option<String> {
    world.parcels.iter().find(|parcel| !parcel.announced).map(|parcel| parcel.invoice.clone())
}

/// More pieces arrive at a seller.
pub async fn restock(world: &mut World) {
    let good = world.dice.below(world.goods.len());
    let (sku, seller, pieces) = (world.goods[good].sku, world.goods[good].seller, world.dice.between(1, 6));
    let body = json!({ "reason": "receipt", "adjustments": [{ "mode": "add", "sku_id": sku, "quantity": pieces }] });
    let answer =
        sent(world, |world| world.sellers[seller].post("/v1/stock/adjustments", body.clone())).await.expect(200);
    assert_eq!(answer["results"][0]["outcome"], "done", "{}", answer.text);
    world.goods[good].shelf.put(pieces);
    world.tape.did("restock");
}

/// The first seller's system reads what changed since it last did.
pub async fn poll_changes(world: &mut World) {
    loop {
        let cursor = world.polled.cursor.as_ref().map_or_else(String::new, |cursor| format!("&cursor={cursor}"));
        let path = format!("/v1/product-orders/changes?limit=50{cursor}");
        let page = asked(world, |world| world.partner.get(&path)).await.expect(200);
        for change in page.items() {
            world.polled.lines.insert(change["product_order_id"].as_str().unwrap().to_owned());
        }
        world.polled.cursor = Some(page.read("next_cursor"));
        if page["has_more"] == false {
            break;
        }
    }
    world.tape.did("poll changes");
}
