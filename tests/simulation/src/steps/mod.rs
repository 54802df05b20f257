//! The kinds of steps. **A new one is a function and one line in the table**: its weight, its name, the function. A step
//! that finds nothing to do does nothing.

pub mod cancelling;
pub mod carrying;
pub mod delivering;
pub mod paying;
pub mod selling;
pub mod settling;
pub mod shopping;
pub mod waiting;

use crate::faults;
use crate::world::World;
use futures::future::LocalBoxFuture;

/// One kind of step.
pub struct Step {
    /// How often it is chosen beside the others.
    pub weight: usize,
    pub name: &'static str,
    run: for<'a> fn(&'a mut World) -> LocalBoxFuture<'a, ()>,
}

macro_rules! steps { ($($weight:literal $name:literal $run:path;)*) => {
    /// All of them.
    pub const STEPS: &[Step] = &[$(Step { weight: $weight, name: $name, run: |world| Box::pin($run(world)) }),*];
} }

steps! {
    4 "browse" shopping::browse;
    14 "order" shopping::order;
    18 "pay" paying::go_through_window;
    3 "confirm again" paying::confirm_again;
    3 "poll a payment" paying::poll;
    2 "give a window up" paying::abandon;
    4 "try to pay again" paying::start_again;
    3 "call an unpaid order off" paying::call_off;
    12 "deposit" paying::deposit;
    4 "a bank takes a deposit back" paying::reverse;
    3 "a late deposit" paying::late_deposit;
    10 "cancel" cancelling::cancel;
    2 "withdraw a cancel" cancelling::withdraw;
    4 "a seller answers a cancel" cancelling::answer;
    1 "an operator rules on a cancel" cancelling::rule;
    8 "an operator orders a refund anew" cancelling::retry_refund;
    8 "accept" selling::accept;
    8 "dispatch" selling::dispatch;
    6 "restock" selling::restock;
    4 "a partner polls" selling::poll_changes;
    2 "a partner's endpoint fails" faults::endpoint_fails;
    14 "scan" carrying::scan;
    2 "the carrier repeats itself" carrying::repeat;
    5 "confirm a purchase" carrying::confirm_purchase;
    4 "pay sellers" settling::pay_out;
    8 "banks settle payouts" settling::banks_settle;
    14 "some messages arrive" delivering::some;
    8 "all messages arrive" delivering::all;
    8 "the gateway tells" delivering::webhooks;
    10 "minutes pass" waiting::minutes;
    3 "hours pass" waiting::hours;
    3 "a night passes" waiting::night;
}

/// Takes the next step the dice choose.
pub async fn take_one(world: &mut World) {
    let all: usize = STEPS.iter().map(|step| step.weight).sum();
    let mut at = world.dice.below(all);
    let chosen = STEPS.iter().find(|step| {
        let here = at < step.weight;
        at = at.saturating_sub(step.weight);
        here
    });
    let Some(step) = chosen else { return };
    world.tape.step(step.name);
    // A second passes, so that nothing happens twice at one moment.
    world.shop.clock().advance(chrono::Duration::seconds(1));
    faults::plan(world);
    (step.run)(world).await;
    faults::forget(world);
    faults::wake(world).await;
    world.shop.rolled_back().await;
}
