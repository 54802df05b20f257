//! One signed POST to a partner: fifteen seconds, no redirects, only to checked addresses.

use crate::webhook::address::{AddressError, Guard};
use crate::webhook::sign;
use boot::Boot;
use kernel::*;
use serde::{Deserialize, Serialize};
use std::time::{Duration, Instant};
use uuid::Uuid;

/// A partner has this long to answer, body included.
pub const TIMEOUT: Duration = Duration::from_secs(15);
/// How much of an answer is kept.
const ANSWER_BYTES: usize = 4096;

/// Carries signed events to partners.
#[derive(Clone)]
pub struct Courier {
    client: reqwest::Client,
    pub guard: Guard,
}

/// What became of one try, as the delivery log keeps it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Attempt {
    /// 0 for trials and verifications.
    pub attempt: i32,
    pub at: chrono::DateTime<chrono::Utc>,
    /// The partner's status; None when nobody answered.
    pub status: Option<u16>,
    pub latency_ms: u64,
    /// The first 4 KB of the answer.
    pub answer: String,
    /// Why there is no status.
    pub error: Option<String>,
    /// The headers that were sent, for whoever recomputes the signature.
    pub webhook_timestamp: i64,
    pub webhook_signature: String,
}

impl Attempt {
    pub fn delivered(&self) -> bool {
        self.status.is_some_and(|status| (200..300).contains(&status))
    }
}

impl Courier {
    pub fn new(boot: &Boot) -> Result<Courier, Fault> {
        let guard = Guard::new(&boot.config.webhook_allow_hosts);
        let client = reqwest::Client::builder()
            .connect_timeout(Duration::from_secs(5))
            .timeout(TIMEOUT)
            .redirect(reqwest::redirect::Policy::none())
            .no_proxy()
            .user_agent("Drrip-Webhooks/1")
            .dns_resolver(std::sync::Arc::new(guard.clone()))
            .build()
            .map_err(Fault::internal)?;
        Ok(Courier { client, guard })
    }

    /// Posts once. Whatever the partner does is an [`Attempt`]; only our own defects are faults.
    pub async fn post(
        &self,
        url: &str,
        secrets: &[String],
        id: Uuid,
        body: &str,
        attempt: i32,
        now: Now,
    ) -> Result<Attempt, Fault> {
        let timestamp = now.0.timestamp();
        let signature = sign::signatures(secrets, &id.to_string(), timestamp, body)?;
        let started = Instant::now();
        let told = match self.guard.parse(url) {
            Ok(url) => self.send(url, id, timestamp, &signature, body).await,
            Err(AddressError::UrlInvalid) => Err("the URL is not allowed".to_owned()),
            Err(AddressError::AddressRefused) => Err("the address is not public".to_owned()),
        };
        let (status, answer, error) = match told {
            Ok((status, answer)) => (Some(status), answer, None),
            Err(error) => (None, String::new(), Some(error)),
        };
        Ok(Attempt {
            attempt,
            at: now.0,
            status,
            latency_ms: u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX),
            answer,
            error,
            webhook_timestamp: timestamp,
            webhook_signature: signature,
        })
    }

    async fn send(
        &self,
        url: url::Url,
        id: Uuid,
        timestamp: i64,
        signature: &str,
        body: &str,
    ) -> Result<(u16, String), String> {
        let sent = self
            .client
            .post(url)
            .header("content-type", "application/json")
            .header("webhook-id", id.to_string())
            .header("webhook-timestamp", timestamp)
            .header("webhook-signature", signature)
            .header("x-request-id", boot::trace::current())
            .body(body.to_owned())
            .send()
            .await;
        let mut answer = sent.map_err(|error| why(&error))?;
        let status = answer.status().as_u16();
        let mut kept = Vec::new();
        while kept.len() < ANSWER_BYTES {
            match answer.chunk().await {
                Ok(Some(chunk)) => kept.extend_from_slice(&chunk),
                Ok(None) => break,
                // The status counts; an answer that breaks off or does not end is kept as far as it came.
                Err(_) => break,
            }
        }
        kept.truncate(ANSWER_BYTES);
        // PostgreSQL keeps no NUL in text.
        Ok((status, String::from_utf8_lossy(&kept).replace('\0', "\u{fffd}")))
    }
}

/// In words for the partner, without our addresses.
fn why(error: &reqwest::Error) -> String {
    let kind = if error.is_timeout() {
        "no answer within 15 seconds"
    } else if error.is_connect() {
        "no connection: name, address or TLS"
    } else {
        "the connection broke off"
    };
    kind.to_owned()
}
