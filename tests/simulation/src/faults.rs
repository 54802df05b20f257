//! What goes wrong, by the seed: the gateway's answers get lost, late or never come, functions die between two statements,
//! PostgreSQL drops its connections, AWS throttles, a partner's endpoint fails, clients ask again, messages and webhooks come
//! twice, late or out of order.

use crate::world::World;
use harness::simulators::toss::Seen;
use harness::simulators::{Fault, FaultKind};

/// How rough the world is: so many of a hundred.
#[derive(Debug, Clone, Copy)]
pub struct Faults {
    /// Steps in which the gateway fails a call or two.
    pub gateway: i64,
    /// Confirms that the gateway leaves without an answer for longer than we wait.
    pub silent: i64,
    /// Steps in which a function dies, loses its connections or is throttled by AWS.
    pub troubles: i64,
    /// Requests that are sent again with their key.
    pub retried: i64,
    /// Messages whose acknowledgement gets lost.
    pub unacknowledged: i64,
    /// Whether anything fails in the step under way.
    pub under_way: bool,
    /// What befalls the next function of the step under way.
    pub trouble: Option<Trouble>,
    /// Confirms that the gateway has held so far.
    pub held: usize,
}

/// What befalls a function.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trouble {
    /// It is gone at this point of its work, before or after a statement or COMMIT.
    Death(usize),
    /// At this point PostgreSQL ends every connection.
    Cut(usize),
    /// AWS throttles.
    Throttle,
}

impl Default for Faults {
    fn default() -> Faults {
        Faults {
            gateway: 10,
            silent: 5,
            troubles: 15,
            retried: 20,
            unacknowledged: 15,
            under_way: false,
            trouble: None,
            held: 0,
        }
    }
}

/// Before a step: maybe the gateway's next call or two fail, maybe the next function does.
pub fn plan(world: &mut World) {
    let fails = world.dice.percent(world.faults.gateway);
    let kinds = [FaultKind::LostAnswer, FaultKind::Http500, FaultKind::ErrorBefore, FaultKind::Latency];
    let kind = *world.dice.pick(&kinds).unwrap_or(&FaultKind::LostAnswer);
    let times = if world.dice.percent(30) { 2 } else { 1 };
    if fails {
        world.tape.say(format!("the gateway: {kind:?} ×{times}"));
        world.tape.did(named(kind));
        world.shop.toss().fault(Fault::new("*", kind).times(times).late_by(2));
    }
    let trouble = trouble(world);
    world.faults.trouble = trouble.filter(|_| world.dice.percent(world.faults.troubles));
    world.faults.under_way = fails || world.faults.trouble.is_some();
}

fn named(kind: FaultKind) -> &'static str {
    match kind {
        FaultKind::LostAnswer => "the gateway's answer is lost",
        FaultKind::Http500 => "the gateway fails after the effect",
        FaultKind::ErrorBefore => "the gateway fails before the effect",
        FaultKind::Latency => "the gateway is late",
        FaultKind::HeldCall | FaultKind::HeldAnswer => "the gateway is silent",
    }
}

/// Most functions have few points, some have many: early ones are likelier.
fn trouble(world: &mut World) -> Option<Trouble> {
    let reach = world.dice.below(60) + 1;
    let point = world.dice.below(reach);
    Some(match world.dice.between(1, 100) {
        1..=60 => Trouble::Death(point),
        61..=80 => Trouble::Cut(point),
        _ => Trouble::Throttle,
    })
}

/// After a step: everything works again.
pub fn forget(world: &mut World) {
    world.shop.toss().clear_faults();
    unthrottled(world);
    world.faults.under_way = false;
    world.faults.trouble = None;
}

/// AWS takes no call to DynamoDB until [`unthrottled`].
pub fn throttled(world: &World) {
    world.cloud.trouble("DynamoDB", harness::Trouble::Throttled);
}

/// AWS takes calls again.
pub fn unthrottled(world: &mut World) {
    if world.cloud.clear() > 0 {
        world.tape.did("AWS throttles");
    }
}

/// After a step: what the gateway still held has its effect before the next one begins.
pub async fn wake(world: &mut World) {
    world.shop.toss().release();
    let held = |seen: &&Seen| matches!(seen.fault, Some(FaultKind::HeldCall | FaultKind::HeldAnswer));
    while world.shop.toss().requests().iter().filter(held).count() < world.faults.held {
        tokio::task::yield_now().await;
    }
}

/// How the gateway's webhooks travel this time.
pub fn webhooks(world: &mut World) {
    let (twice, mixed) = (world.dice.percent(40), world.dice.percent(40));
    world.shop.toss().travel(|travel| {
        travel.duplicate = u32::from(twice);
        travel.reorder = mixed;
    });
}

/// The partner's endpoint refuses a few deliveries.
pub async fn endpoint_fails(world: &mut World) {
    let times = u32::try_from(world.dice.between(1, 5)).unwrap_or(1);
    let status = *world.dice.pick(&[500, 503, 429, 404]).unwrap_or(&500);
    world.shop.hooks().fail(crate::world::ENDPOINT, times, status);
    world.tape.say(format!("{status} ×{times}"));
    world.tape.did("an endpoint fails");
}
