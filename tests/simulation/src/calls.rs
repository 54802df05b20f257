//! Calls of people and machines, and what befalls them on the way. Whoever hears nothing, or is told to come again, comes
//! again with the same key; a message whose function died comes back; a schedule that failed runs again.

use crate::faults::{self, Trouble};
use crate::world::World;
use harness::{Answer, Call, Fate, Ready, Shop, Value};
use kernel::Fault;

/// How often somebody who is told to come again does.
const PATIENCE: usize = 20;

/// Sends a request until it is answered.
pub async fn asked(world: &mut World, make: impl Fn(&World) -> Call) -> Answer {
    let key = key(world);
    ask(world, &key, &make).await
}

fn key(world: &mut World) -> String {
    format!("simulation-{}", world.dice.between(0, i64::MAX - 1))
}

async fn ask(world: &mut World, key: &str, make: &impl Fn(&World) -> Call) -> Answer {
    let call = make(world).key(key);
    let first = befallen(world, async |_| call.await).await;
    if let Some(answer) = first.filter(|answer| answer.status != 503) {
        return answer;
    }
    for _ in 0..PATIENCE {
        let answer = make(world).key(key).await;
        if answer.status != 503 {
            return answer;
        }
        assert!(answer.header("retry-after").is_some(), "{}", answer.text);
        world.tape.say("| comes again");
    }
    panic!("nobody answers")
}

/// Lets what was planned befall a function; nothing comes of one that dies.
async fn befallen<T>(world: &mut World, work: impl AsyncFnOnce(&Shop) -> T) -> Option<T> {
    let shop = &world.shop;
    match world.faults.trouble.take() {
        None => Some(work(shop).await),
        Some(Trouble::Death(at)) => match shop.die_at(at, work(shop)).await {
            Fate::Lived(outcome) => Some(outcome),
            Fate::Died(place) => {
                world.tape.say(format!("dies {place:?}"));
                world.tape.did("a function dies");
                None
            }
        },
        Some(Trouble::Cut(at)) => {
            let (place, outcome) = shop.cut_at(at, work(shop)).await;
            if let Some(place) = place {
                world.tape.say(format!("cut off {place:?}"));
                world.tape.did("connections are lost");
            }
            Some(outcome)
        }
        Some(Trouble::Throttle) => {
            faults::throttled(world);
            let outcome = work(&world.shop).await;
            faults::unthrottled(world);
            Some(outcome)
        }
    }
}

/// Sends a request, and maybe once more with the same key because the answer never reached the client, or both at the same
/// moment because a button was pressed twice: the answer is the same.
pub async fn sent(world: &mut World, make: impl Fn(&World) -> Call) -> Answer {
    let key = key(world);
    let (again, at_once) = (world.dice.percent(world.faults.retried), world.dice.percent(40));
    let (first, second) = if again && at_once && world.faults.trouble.is_none() {
        let (first, second) = futures::join!(make(world).key(&key).into_future(), make(world).key(&key).into_future());
        world.tape.say("twice at once");
        (first, Some(second))
    } else {
        let first = ask(world, &key, &make).await;
        let second = if again { Some(ask(world, &key, &make).await) } else { None };
        (first, second)
    };
    assert!(first.status.as_u16() < 500, "{}", first.text);
    if let Some(second) = second {
        world.tape.say("asked again");
        world.tape.did("a request comes twice");
        assert_eq!(second.status, first.status, "another answer to the same request: {} {}", first.text, second.text);
        if first.status.is_success() {
            assert_eq!(second.json(), first.json(), "another answer to the same request");
        }
    }
    first
}

/// Hands a message to its task. Some are not acknowledged although the task ended well, and come again, as do those whose
/// function died.
pub async fn received(world: &mut World, message: &Ready) {
    let acknowledged = !world.dice.percent(world.faults.unacknowledged);
    world.tape.say(message.task);
    let outcome = befallen(world, async |shop| shop.receive(message, acknowledged).await).await;
    if let Some(Err(why)) = outcome {
        let Ready { task, event, .. } = message;
        world.tape.say(format!("{task} of {event} failed | {why}"));
        assert!(!why.starts_with("cannot succeed"), "{task} of {event}: {why}");
        world.tape.did("a task fails");
    }
}

/// Runs a schedule twice, as every rule may fire; one that does not come to its end runs again.
pub async fn ran(world: &mut World, name: &'static str) -> Value {
    let first = befallen(world, async |shop| shop.try_schedule(name).await).await;
    let mut outcome = first.unwrap_or_else(|| Err(Fault::internal("its function died")));
    let mut left = 2;
    for _ in 0..PATIENCE {
        match outcome {
            Ok(report) if left == 1 => return report,
            Ok(_) => left = 1,
            Err(why) => world.tape.say(format!("| {name} runs again: {why}")),
        }
        outcome = world.shop.try_schedule(name).await;
    }
    panic!("{name} never ends")
}
