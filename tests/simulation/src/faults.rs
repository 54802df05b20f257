//! What goes wrong, by the seed: the gateway's answers get lost, clients ask again, messages and webhooks come twice, late
//! or out of order.

use crate::world::World;
use harness::simulators::{Fault, FaultKind};
use harness::{Answer, Call};

/// How rough the world is.
#[derive(Debug, Clone, Copy)]
pub struct Faults {
    /// Steps of a hundred in which the gateway fails a call or two.
    pub gateway: i64,
    /// Requests of a hundred that are sent again with their key.
    pub retried: i64,
    /// Messages of a hundred whose acknowledgement gets lost.
    pub unacknowledged: i64,
    /// Whether the gateway fails in the step under way.
    pub under_way: bool,
}

impl Default for Faults {
    fn default() -> Faults {
        Faults { gateway: 12, retried: 20, unacknowledged: 15, under_way: false }
    }
}

/// Before a step: maybe the gateway's next call or two fail.
pub fn plan(world: &mut World) {
    world.faults.under_way = world.dice.percent(world.faults.gateway);
    let kinds = [FaultKind::LostAnswer, FaultKind::Http500, FaultKind::ErrorBefore];
    let kind = *world.dice.pick(&kinds).unwrap_or(&FaultKind::LostAnswer);
    let times = if world.dice.percent(30) { 2 } else { 1 };
    if world.faults.under_way {
        world.tape.say(format!("the gateway: {kind:?} ×{times}"));
        world.shop.toss().fault(Fault::new("*", kind).times(times));
    }
}

/// After a step: the gateway works again.
pub fn forget(world: &mut World) {
    world.shop.toss().clear_faults();
    world.faults.under_way = false;
}

/// Sends a request, and maybe once more with the same key because the answer never reached the client, or both at the same
/// moment because a button was pressed twice: the answer is the same.
pub async fn sent(world: &mut World, make: impl Fn(&World) -> Call) -> Answer {
    let key = format!("simulation-{}", world.dice.between(0, i64::MAX - 1));
    let (again, at_once) = (world.dice.percent(world.faults.retried), world.dice.percent(40));
    let send = async || make(world).key(&key).await;
    let (first, second) = match (again, at_once) {
        (false, _) => (send().await, None),
        (true, false) => (send().await, Some(send().await)),
        (true, true) => {
            let (first, second) = futures::join!(send(), send());
            (first, Some(second))
        }
    };
    assert!(first.status.as_u16() < 500, "{}", first.text);
    if let Some(second) = second {
        world.tape.say(if at_once { "twice at once" } else { "asked again" });
        assert_eq!(second.status, first.status, "another answer to the same request: {} {}", first.text, second.text);
        if first.status.is_success() {
            assert_eq!(second.json(), first.json(), "another answer to the same request");
        }
    }
    first
}

/// How the gateway's webhooks travel this time.
pub fn webhooks(world: &mut World) {
    let (twice, mixed) = (world.dice.percent(40), world.dice.percent(40));
    world.shop.toss().travel(|travel| {
        travel.duplicate = u32::from(twice);
        travel.reorder = mixed;
    });
}
