//! Messages and webhooks reach their receivers, in an order and as often as the dice say.

use crate::calls::received;
use crate::faults::{self, Trouble};
use crate::steps::waiting;
use crate::world::World;
use harness::simulators::toss::outbox::Topic;

/// A few of those that wait. Some are delivered but not acknowledged, and come again.
pub async fn some(world: &mut World) {
    for _ in 0..world.dice.between(1, 6) {
        let ready = world.shop.ready().await;
        let Some(message) = world.dice.pick(&ready).cloned() else { break };
        received(world, &message).await;
        world.tape.did("a message");
    }
}

/// All that are visible, until none is; failed ones stay for later.
pub async fn all(world: &mut World) {
    let mut left = 500;
    loop {
        let ready = world.shop.ready().await;
        let Some(message) = world.dice.pick(&ready).cloned() else { break };
        received(world, &message).await;
        left -= 1;
        assert!(left > 0, "messages breed: {message:?}");
    }
    world.learn().await;
    if world.shop.queued().await == 0 {
        for good in &mut world.goods {
            good.shelf.arrived();
        }
    }
    world.tape.did("all messages");
}

/// The gateway sends what it has to say.
pub async fn webhooks(world: &mut World) {
    faults::webhooks(world);
    let throttled = world.faults.trouble == Some(Trouble::Throttle);
    if throttled {
        faults::throttled(world);
    }
    let sent = world.shop.toss().flush_webhooks().await;
    world.tape.say(format!("{} events", sent.len()));
    for event in &sent {
        let status = event.attempts.last().and_then(|attempt| attempt.status);
        // The secret of an account came with an answer that was lost: the gateway tells again later.
        let early = status == Some(401) && event.topic == Topic::Deposit;
        let refused = status == Some(503) && throttled;
        assert!(status == Some(200) || early || refused, "a webhook was not taken: {event:#?}");
    }
    faults::unthrottled(world);
    world.tape.did("webhooks");
}

/// Everything that is known anywhere is known everywhere.
pub async fn settled(world: &mut World) {
    faults::forget(world);
    webhooks(world).await;
    for _ in 0..30 {
        all(world).await;
        if world.shop.queued().await == 0 {
            return;
        }
        waiting::pass(world, chrono::Duration::minutes(16)).await;
    }
    panic!("{} messages stay queued; dead: {:?}", world.shop.queued().await, world.shop.dead_letters().await);
}
