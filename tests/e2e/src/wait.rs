//! Waiting for what happens behind queues.

use std::future::Future;
use std::time::Duration;
use tokio::time::{Instant, sleep};

/// Longest wait for one thing: a cold function and a redelivery fit in.
const PATIENCE: Duration = Duration::from_secs(60);

/// Asks until there is an answer.
///
/// # Panics
/// When there is none in time, with what was last seen.
pub async fn until<T, F>(what: &str, mut ask: impl FnMut() -> F) -> T
where
    F: Future<Output = Result<T, String>>,
{
    let until = Instant::now() + PATIENCE;
    let mut pause = Duration::from_millis(50);
    loop {
        match ask().await {
            Ok(found) => return found,
            Err(seen) => assert!(Instant::now() < until, "waited {PATIENCE:?} for {what}; last seen: {seen}"),
        }
        sleep(pause).await;
        pause = (pause * 3 / 2).min(Duration::from_secs(1));
    }
}
