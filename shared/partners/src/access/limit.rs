//! How often a client may call, and how often it may be wrong.
//!
//! Both count in windows that expire by themselves and both let calls through when the counters do not answer: a limit
//! protects the platform, it must not be what takes it down. Secrets have 256 random bits, so guessing is hopeless
//! even then.

use aws::Counters;
use kernel::*;
use std::net::IpAddr;

/// Calls are counted over this many seconds, so that a client may burst a little.
const WINDOW_SECONDS: i64 = 10;

/// Counts a call of a client, for a connected seller or for none. `Err` holds the seconds to wait.
pub async fn call(
    counters: &Counters,
    client: PartnerClientId,
    seller: Option<SellerId>,
    rate_per_second: i32,
    now: Now,
) -> Result<(), u32> {
    let seller = seller.map_or_else(|| "-".to_owned(), |seller| seller.to_string());
    let key = format!("partner#{client}#{seller}");
    match counters.hit(&key, WINDOW_SECONDS, now).await {
        Ok(hits) if hits > i64::from(rate_per_second) * WINDOW_SECONDS => Err(left(WINDOW_SECONDS, now)),
        Ok(_) => Ok(()),
        Err(error) => {
            tracing::warn!(%error, "calls are not counted");
            Ok(())
        }
    }
}

/// Counts test events of an endpoint: ten a minute. `Err` holds the seconds to wait.
pub async fn test_event(counters: &Counters, endpoint: WebhookEndpointId, now: Now) -> Result<(), u32> {
    match counters.hit(&format!("webhook_test#{endpoint}"), 60, now).await {
        Ok(hits) if hits > 10 => Err(left(60, now)),
        Ok(_) => Ok(()),
        Err(error) => {
            tracing::warn!(%error, "test events are not counted");
            Ok(())
        }
    }
}

/// Wrong secrets of one client from one address, and of one address for whatever client.
pub(crate) struct Tries<'a> {
    counters: &'a Counters,
    client: String,
    address: Option<String>,
}

const TRIES_SECONDS: i64 = 900;
const TRIES_OF_CLIENT: i64 = 10;
const TRIES_OF_ADDRESS: i64 = 50;

impl<'a> Tries<'a> {
    pub(crate) fn of(counters: &'a Counters, client_id: &str, ip: Option<IpAddr>) -> Tries<'a> {
        let address = ip.map_or_else(|| "-".to_owned(), |ip| ip.to_string());
        let client = format!("token#{client_id}#{address}");
        Tries { counters, client, address: ip.map(|ip| format!("token_ip#{ip}")) }
    }

    fn limits(&self) -> impl Iterator<Item = (&str, i64)> {
        let address = self.address.as_deref().map(|key| (key, TRIES_OF_ADDRESS));
        std::iter::once((self.client.as_str(), TRIES_OF_CLIENT)).chain(address)
    }

    /// Seconds until another try is heard, when there were too many.
    pub(crate) async fn blocked(&self, now: Now) -> Option<u32> {
        for (key, most) in self.limits() {
            match self.counters.hits(key, TRIES_SECONDS, now).await {
                Ok(hits) if hits >= most => return Some(left(TRIES_SECONDS, now)),
                Ok(_) => {}
                Err(error) => tracing::warn!(%error, "wrong secrets are not counted"),
            }
        }
        None
    }

    pub(crate) async fn failed(&self, now: Now) {
        for (key, _) in self.limits() {
            if let Err(error) = self.counters.hit(key, TRIES_SECONDS, now).await {
                tracing::warn!(%error, "a wrong secret was not counted");
            }
        }
    }
}

/// Seconds left of the running window, at least one.
fn left(window: i64, now: Now) -> u32 {
    let seconds = window - now.0.timestamp().rem_euclid(window);
    u32::try_from(seconds).unwrap_or(1).max(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_wait_ends_with_the_window() {
        let at = |seconds: i64| Now(chrono::DateTime::from_timestamp(1_700_000_000 + seconds, 0).unwrap());
        assert_eq!(left(10, at(0)), 10);
        assert_eq!(left(10, at(9)), 1);
    }
}
