//! The states of a delivery and the waits between its attempts.

use chrono::{DateTime, Duration, Utc};
use kernel::Now;

kernel::states! {
    /// One event on its way to one endpoint.
    pub enum DeliveryState { Pending = "pending", Retrying = "retrying", Delivered = "delivered", Dead = "dead", Canceled = "canceled" }
    /// What happens to a delivery.
    actions DeliveryAction {
        Pending --Arrive--> Delivered,
        Pending --Fail--> Retrying,
        Pending --Cancel--> Canceled,
        Retrying --Arrive--> Delivered,
        Retrying --Fail--> Retrying,
        Retrying --GiveUp--> Dead,
        Retrying --Cancel--> Canceled,
        Dead --Replay--> Pending,
        Delivered --Replay--> Pending,
    }
    all { Arrive, Fail, GiveUp, Cancel, Replay }
}

/// Seconds before the second to the eighth attempt.
const WAITS: [i64; 7] = [5, 300, 1_800, 7_200, 18_000, 36_000, 36_000];

/// Attempts until a delivery is dead.
pub const ATTEMPTS: i32 = 8;

/// What a queue can hold a message back; longer waits are swept.
pub const QUEUE_HOLDS_SECONDS: i64 = 900;

/// How long a message may take from the outbox to its attempt before the sweep sends another.
const ON_ITS_WAY: Duration = Duration::minutes(5);

/// When the next attempt is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Next {
    pub at: DateTime<Utc>,
    /// Seconds a message is held back; None: the sweep finds it.
    pub delay_seconds: Option<i64>,
    /// Until when that message is waited for.
    pub queued_until: Option<DateTime<Utc>>,
}

impl Next {
    /// After so many attempts; None: that was the last.
    pub fn after(attempts: i32, now: Now) -> Option<Next> {
        let wait = usize::try_from(attempts - 1).ok().and_then(|i| WAITS.get(i)).copied()?;
        let at = now.plus(Duration::seconds(wait));
        let queued = wait <= QUEUE_HOLDS_SECONDS;
        Some(Next { at, delay_seconds: queued.then_some(wait), queued_until: queued.then(|| at + ON_ITS_WAY) })
    }
}

/// Until when a message sent now is waited for.
pub fn on_its_way(now: Now) -> DateTime<Utc> {
    now.plus(ON_ITS_WAY)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn eight_attempts_over_a_day_and_a_half() {
        let now = kernel::Clock::default().now();
        let waits: Vec<i64> =
            (1..).map_while(|n| Next::after(n, now)).map(|next| (next.at - now.0).num_seconds()).collect();
        assert_eq!(waits, [5, 300, 1_800, 7_200, 18_000, 36_000, 36_000]);
        assert_eq!(i32::try_from(waits.len()).unwrap() + 1, ATTEMPTS);
        assert_eq!(Next::after(2, now).unwrap().delay_seconds, Some(300));
        assert_eq!(Next::after(3, now).unwrap().delay_seconds, None);
    }

    /// What ended starts again only by a replay, what was cancelled never.
    #[test]
    fn every_delivery_state_and_action_has_its_answer() {
        kernel::assert_steps!(DeliveryState, DeliveryAction {
            Pending: Arrive => Delivered, Fail => Retrying, Cancel => Canceled;
            Retrying: Arrive => Delivered, Fail => Retrying, GiveUp => Dead, Cancel => Canceled;
            Delivered: Replay => Pending;
            Dead: Replay => Pending;
            Canceled: ;
        });
    }
}
