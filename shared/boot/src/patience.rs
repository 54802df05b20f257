//! How long we wait for the payment gateway.

use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Notify;

/// How long its calls may take.
#[derive(Debug, Clone)]
pub struct Patience {
    /// Confirm and cancel move money through a card company or bank.
    pub order: Duration,
    /// Questions.
    pub ask: Duration,
    lost: Arc<Notify>,
}

impl Default for Patience {
    fn default() -> Patience {
        Patience::of(Duration::from_secs(15), Duration::from_secs(5))
    }
}

impl Patience {
    pub fn of(order: Duration, ask: Duration) -> Patience {
        Patience { order, ask, lost: Arc::default() }
    }

    /// Ends when so much time is over, or patience is lost.
    pub async fn over(&self, limit: Duration) {
        tokio::select! {
            () = tokio::time::sleep(limit) => {}
            () = self.lost.notified() => {}
        }
    }

    /// Every call under way has taken too long: what a story says instead of waiting.
    pub fn lose(&self) {
        self.lost.notify_waiters();
    }
}
