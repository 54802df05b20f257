//! The end of a run: everything is given its time, then nothing may be left over, and every won is where it belongs.

use crate::steps::{cancelling, delivering, selling, settling, waiting};
use crate::world::{ENDPOINT, World};
use chrono::Duration;
use harness::Value;
use harness::simulators::hooks::Proof;
use harness::simulators::toss::outbox::Fate;
use harness::simulators::toss::payment::Status;
use std::collections::BTreeSet;

/// Days until what is on its way has arrived, unpaid orders ended, purchases confirmed, statements paid.
const DAYS: i64 = 34;

/// Lets what is under way come to its end; nobody acts any more, and nothing fails.
pub async fn settle(world: &mut World) {
    arrived(world).await;
    arrive(world).await;
    for day in 0..DAYS {
        waiting::pass(world, Duration::days(1)).await;
        delivering::settled(world).await;
        cancelling::retry_refund(world).await;
        settling::pay_out(world).await;
        delivering::settled(world).await;
        // Banks refuse some payouts, but not for ever.
        if day < DAYS / 2 {
            settling::banks_settle(world).await;
        } else {
            world.shop.toss().complete_payouts();
            settling::recheck(world).await;
        }
        selling::poll_changes(world).await;
    }
    delivering::settled(world).await;
}

/// The steps are over: every message and every webhook arrives, and the laws hold.
pub async fn arrived(world: &mut World) {
    world.tape.end();
    world.shop.hooks().fail(ENDPOINT, 0, 500);
    delivering::settled(world).await;
    laws(world).await;
}

/// Every parcel that left arrives.
async fn arrive(world: &mut World) {
    use harness::simulators::carrier::ScanStatus::Delivered;
    for parcel in world.parcels.clone().iter().filter(|parcel| parcel.announced) {
        world.shop.carrier().scan("CJ", &parcel.invoice, Delivered).await;
    }
    delivering::settled(world).await;
}

/// All of it.
pub async fn everything(world: &mut World) {
    laws(world).await;
    let dead = world.shop.dead_letters().await;
    assert!(dead.is_empty(), "dead letters: {dead:#?}");
    assert_eq!(world.shop.queued().await, 0, "messages stay queued");
    nothing_left_over(world).await;
    shelves(world).await;
    gateway(world).await;
    sellers(world).await;
    partner(world).await;
}

/// Every law holds, except that two of them name each order that stays sold although the bank took its money back.
async fn laws(world: &mut World) {
    learn_gaps(world).await;
    world.shop.check_laws_but(&breaks(&world.gaps)).await;
    if !world.gaps.is_empty() {
        world.tape.did("a gap is named");
    }
}

/// What the laws say of an order whose goods moved before its money was taken back: I02 and I03, and nothing else.
pub fn breaks(gaps: &BTreeSet<String>) -> Vec<(&'static str, String)> {
    gaps.iter().flat_map(|order| [("I02", order.clone()), ("I03", order.clone())]).collect()
}

/// Which orders these are, as the gateway tells it: the deposit is gone, and we never let go of the order.
async fn learn_gaps(world: &mut World) {
    let sql = "select jsonb_build_array(o.id, p.pg_order_id) from payments p join purchase_orders o on o.id = p.purchase_order_id
               where p.pg_order_id = any($1) and o.state not in ('payment_waiting', 'canceled_by_nopayment')";
    let sold: Vec<Value> = world.shop.values(sql, &[&reversed(world)]).await;
    let gone = |row: &&Value| {
        let payment = world.shop.toss().payment_of_order(row[1].as_str().unwrap());
        payment.is_some_and(|payment| payment.status == Status::WaitingForDeposit)
    };
    world.gaps = sold.iter().filter(gone).map(|row| row[0].as_str().unwrap().to_owned()).collect();
}

fn reversed(world: &World) -> Vec<String> {
    world.reversed.iter().cloned().collect()
}

/// What must not be there once everything had its time, and why.
const LEFT_OVER: [(&str, &str); 9] = [
    ("unpaid orders", "select id::text || ' ' || state from purchase_orders where state = 'payment_waiting'"),
    (
        "attempts to pay",
        "select id::text || ' ' || state from payments where state in ('ready', 'in_progress', 'waiting_for_deposit', 'unknown')",
    ),
    ("reservations", "select id::text || ' ' || state from stock_reservations where state = 'held'"),
    ("stock that counts as reserved", "select sku_id::text from sku_stocks where reserved <> 0"),
    (
        "coupons of ended orders",
        "select u.id::text from user_coupons u join purchase_orders o on o.id = u.purchase_order_id where u.state = 'reserved' and o.state <> 'payment_waiting'",
    ),
    (
        "lines nobody settles",
        "select l.id::text from settlement_lines l left join settlements s on s.id = l.settlement_id where s.id is null or s.state in ('calculated', 'issued', 'held')",
    ),
    (
        "statements nobody pays",
        "select id::text || ' ' || payout_amount from settlements where state = 'confirmed' and payout_amount > 0",
    ),
    ("events in the outbox", "select event from outbox_events where published_at is null"),
    // An endpoint that refused for three days is switched off, and what waited for it is cancelled.
    (
        "what the partner was to hear",
        "select d.id::text || ' ' || d.state from webhook_deliveries d join webhook_endpoints e on e.id = d.webhook_endpoint_id
         where d.state <> 'delivered' and not (d.state = 'canceled' and e.state = 'disabled')",
    ),
];

/// The same, except in orders ($1) whose deposit the bank took back: there a refund may have been refused, for people to find.
const LEFT_TO_PEOPLE: [(&str, &str); 3] = [
    (
        "refunds",
        "select r.id::text || ' ' || r.state from payment_refunds r join payments p on p.id = r.payment_id
         where r.state <> 'done' and not (r.state = 'failed' and p.pg_order_id = any($1))",
    ),
    (
        "claims on their way",
        "select c.id::text || ' ' || c.state from claims c where c.state in ('approved', 'refunding')
         and not exists (select 1 from payment_refunds r join payments p on p.id = r.payment_id
                         where r.claim_id = c.id and r.state = 'failed' and p.pg_order_id = any($1))",
    ),
    (
        "deliveries nobody confirmed",
        "select o.id::text from product_orders o where o.state = 'delivered'
         and not exists (select 1 from claim_items i join claims c on c.id = i.claim_id join payments p on p.purchase_order_id = o.purchase_order_id
                         where i.product_order_id = o.id and c.state in ('requested', 'approved', 'refunding') and p.pg_order_id = any($1))",
    ),
];

async fn nothing_left_over(world: &World) {
    for (what, sql) in LEFT_OVER {
        let left: Vec<String> = world.shop.values(sql, &[]).await;
        assert!(left.is_empty(), "{what} are left over: {left:#?}");
    }
    let reversed = reversed(world);
    for (what, sql) in LEFT_TO_PEOPLE {
        let left: Vec<String> = world.shop.values(sql, &[&reversed]).await;
        assert!(left.is_empty(), "{what} are left over: {left:#?}");
    }
    let deliveries = world.shop.hooks().received(ENDPOINT);
    // The first asks whether the endpoint is there, before it knows its secret.
    assert!(deliveries.iter().skip(1).all(|one| one.proof == Proof::Valid), "a signature is wrong");
}

/// The shelves hold what the model says.
async fn shelves(world: &World) {
    for good in &world.goods {
        let sql = "select (on_hand - reserved)::bigint from sku_stocks where sku_id = $1";
        let free: i64 = world.shop.value(sql, &[&good.sku]).await;
        assert_eq!(free, good.shelf.free, "pieces of {} that may be ordered", good.sku);
    }
}

/// Our books and the gateway's agree to the won, payment by payment.
async fn gateway(world: &World) {
    let sql = "select jsonb_build_array(pg_order_id, captured_amount - refunded_amount) from payments where provider = 'toss'";
    let ours: Vec<Value> = world.shop.values(sql, &[]).await;
    let mut sum = 0;
    for row in &ours {
        let (id, net) = (row[0].as_str().unwrap(), row[1].as_i64().unwrap());
        let theirs: i64 =
            world.shop.toss().ledger().iter().filter(|line| line.order_id == id).map(|line| line.net).sum();
        assert_eq!(net, theirs, "{id}: ours and the gateway's");
        sum += net;
    }
    let untold: Vec<_> =
        world.shop.toss().webhooks().into_iter().filter(|event| event.fate != Fate::Delivered).collect();
    assert!(untold.is_empty(), "the gateway could not tell: {untold:#?}");
    assert_eq!(sum, world.shop.toss().totals().net, "the gateway holds money of no payment of ours");
    let sql = "select p.pg_order_id from payments p join purchase_orders o on o.id = p.purchase_order_id
               where p.captured_amount > p.refunded_amount and o.state in ('canceled_by_nopayment', 'canceled')";
    let kept: Vec<String> = world.shop.values(sql, &[]).await;
    assert!(kept.is_empty(), "money of orders that ended: {kept:?}");
}

/// Whoever was paid at the provider is paid in our books, once.
async fn sellers(world: &World) {
    use harness::simulators::toss::payouts::PayoutStatus::Completed;
    let payouts = world.shop.toss().payouts();
    let theirs: i64 =
        payouts.iter().filter(|payout| payout.status == Completed).map(|payout| payout.amount.value).sum();
    let sql = "select coalesce(sum(amount), 0)::bigint from payouts where state = 'completed'";
    assert_eq!(world.shop.value::<i64>(sql, &[]).await, theirs, "paid to sellers: ours and the provider's");
}

/// Who reads the feed saw every line of its seller that was ever paid.
async fn partner(world: &World) {
    let sql = "select id::text from product_orders o where seller_id = $1
               and exists (select 1 from order_status_histories h where h.product_order_id = o.id and h.to_state = 'paid')";
    let sold: Vec<String> = world.shop.values(sql, &[&world.sellers[0].seller_id]).await;
    let missed: Vec<&String> = sold.iter().filter(|line| !world.polled.lines.contains(*line)).collect();
    assert!(missed.is_empty(), "the feed never told of {missed:?}");
}
