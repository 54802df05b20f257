//! Time passes, and what runs by the clock runs at its time.

use crate::calls::ran;
use crate::world::World;
use chrono::{Duration, NaiveTime};
use kernel::Now;
use kernel::clock::kst_at;

/// Every few minutes. The sweep of the outbox is not among them: its messages travel by the steps that deliver.
const ROUNDS: [&str; 5] =
    ["cancel_expired_payments", "match_waiting_scans", "sweep_webhook_deliveries", "apply_prices", "remind_refunds"];
/// Once a day: hour and minute.
const NIGHTLY: [(u32, u32, &str); 5] = [
    (0, 10, "expire_points"),
    (3, 0, "auto_confirm_sweep"),
    (4, 0, "build_settlements"),
    (9, 0, "approve_unanswered_cancels"),
    (9, 1, "check_delivery_delay"),
];

/// Five to forty.
pub async fn minutes(world: &mut World) {
    let by = Duration::minutes(world.dice.between(1, 40));
    pass(world, by).await;
    world.tape.did("minutes pass");
}

/// One to six.
pub async fn hours(world: &mut World) {
    let by = Duration::minutes(world.dice.between(60, 360));
    pass(world, by).await;
    world.tape.did("hours pass");
}

/// Up to the next morning.
pub async fn night(world: &mut World) {
    let now = world.shop.now();
    let nine = kst_at(now.date() + Duration::days(1), NaiveTime::from_hms_opt(9, 0, 0).unwrap());
    pass(world, nine - now.0).await;
    world.tape.did("a night passes");
}

/// Lets time pass; on the way every schedule runs when it is due, those of minutes once at the end.
pub async fn pass(world: &mut World, by: Duration) {
    let until = world.shop.now().0 + by;
    world.tape.say(format!("{} min", by.num_minutes()));
    loop {
        let now = Now(world.looked);
        let at = |days: i64, (hour, minute, name): &(u32, u32, &'static str)| {
            let time = NaiveTime::from_hms_opt(*hour, *minute, 0).unwrap();
            (kst_at(now.date() + Duration::days(days), time), *name)
        };
        let today = NIGHTLY.iter().map(|one| at(0, one)).chain(NIGHTLY.iter().map(|one| at(1, one)));
        let Some((when, name)) = today.filter(|(when, _)| *when > now.0).min() else { break };
        if when > until {
            break;
        }
        if when > world.shop.now().0 {
            world.shop.clock().set(when);
        }
        world.looked = when;
        ran(world, name).await;
    }
    if until > world.shop.now().0 {
        world.shop.clock().set(until);
    }
    world.looked = until;
    for name in ROUNDS {
        ran(world, name).await;
    }
    world.learn().await;
    world.learn_approvals().await;
}
