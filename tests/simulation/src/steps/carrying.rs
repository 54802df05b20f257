//! The carrier scans parcels, in time, late, twice or before the seller said anything; customers confirm what came.

use crate::calls::asked;
use crate::faults::{self, Trouble};
use crate::model::{Act, Verdict, may};
use crate::world::{Parcel, World};
use harness::json;
use harness::simulators::carrier::{ScanRequest, ScanStatus};

const WAY: [ScanStatus; 4] =
    [ScanStatus::AtPickup, ScanStatus::InTransit, ScanStatus::OutForDelivery, ScanStatus::Delivered];

/// The next scan of a parcel, sometimes kept back, repeated, or of a parcel nobody announced yet.
pub async fn scan(world: &mut World) {
    let early = !world.parcels.iter().any(|parcel| !parcel.announced) && world.dice.percent(5);
    if early {
        let invoice = format!("{:012}", 200_000_000_000 + world.parcels.len());
        world.parcels.push(Parcel { invoice, scans: 0, announced: false });
    }
    let moving: Vec<usize> = (0..world.parcels.len()).filter(|at| world.parcels[*at].scans < WAY.len()).collect();
    let Some(at) = world.dice.pick(&moving).copied() else { return };
    let parcel = world.parcels[at].clone();
    // One scan after the other, or straight to the door.
    let next = if world.dice.percent(20) { WAY.len() - 1 } else { parcel.scans };
    let mut ask = ScanRequest::of(WAY[next]);
    // The one at the door is always told; the others may be kept back and come with a repetition.
    ask.hold = next + 1 < WAY.len() && world.dice.percent(15);
    ask.repeat = u32::from(world.dice.percent(20));
    if world.faults.trouble == Some(Trouble::Throttle) {
        faults::throttled(world);
    }
    let mut pushed = world.shop.carrier().scan_with("CJ", &parcel.invoice, ask).await;
    while pushed.statuses.contains(&503) {
        world.tape.say("the carrier comes again");
        faults::unthrottled(world);
        pushed = world.shop.carrier().push("CJ", &parcel.invoice, 1, false).await;
    }
    assert!(pushed.statuses.iter().all(|status| *status == 200), "{}", pushed.body);
    world.tape.say(format!("{} {:?}", parcel.invoice, WAY[next]));
    world.parcels[at].scans = next + 1;
    world.tape.did("scan");
}

/// Everything known of a parcel once more, newest first.
pub async fn repeat(world: &mut World) {
    let parcels = world.parcels.clone();
    let Some(parcel) = world.dice.pick(&parcels) else { return };
    let pushed = world.shop.carrier().push("CJ", &parcel.invoice, 1, world.dice.percent(70)).await;
    assert!(pushed.statuses.iter().all(|status| *status == 200), "{}", pushed.body);
    world.tape.did("the carrier repeats");
}

/// A customer confirms a line, sometimes too early.
pub async fn confirm_purchase(world: &mut World) {
    let states: &[&str] =
        if world.dice.percent(80) { &["delivering", "delivered"] } else { &["dispatched", "purchase_decided", "paid"] };
    let all = world.lines(states).await;
    let Some(line) = world.dice.pick(&all).cloned() else { return };
    let buyer = world.orders[line.order].buyer;
    let body = json!({ "product_order_ids": [line.id] });
    let confirming = |world: &World| world.customers[buyer].customer.post("/v1/product-orders/confirm", body.clone());
    let answer = asked(world, confirming).await;
    world.tape.say(format!("order {}: {}", line.order, answer.status));
    match may(Act::Decide, &line.state, line.claimed) {
        Verdict::Ok => assert_eq!(answer.status, 204, "{line:?} {}", answer.text),
        Verdict::Refused => assert_eq!(answer.status, 409, "{line:?} {}", answer.text),
    }
    world.tape.did("confirm a purchase");
}
