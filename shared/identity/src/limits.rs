//! How often somebody may try: counters in DynamoDB, one per principal, class and window, added to atomically.
//!
//! Sign-in and codes fail closed: when the counters cannot be reached, nobody gets to guess.
//! A principal that names a person (an e-mail address) comes as its keyed hash.

use crate::item::{n, number, s};
use aws::aws_sdk_dynamodb::types::AttributeValue;
use aws::{Aws, Counters, Tables};
use kernel::*;
use serde::Serialize;

const TABLE: &str = "rate_limit_counters";

/// One kind of attempt.
#[derive(Debug, Clone, Copy)]
pub struct Class {
    pub name: &'static str,
    /// Attempts per window.
    pub most: i64,
    pub window_seconds: i64,
}

impl Class {
    pub const fn new(name: &'static str, most: i64, window_seconds: i64) -> Class {
        Class { name, most, window_seconds }
    }
}

/// Sign-in attempts from one address on the network. Mobile carriers put many people behind one.
pub const SIGN_IN_IP: Class = Class::new("sign_in_ip", 300, 600);
/// Sign-in attempts on one account, whether it exists or not; a success starts over.
pub const SIGN_IN_ACCOUNT: Class = Class::new("sign_in_account", 10, 900);
/// Codes asked for from one address on the network.
pub const CODE_IP: Class = Class::new("code_ip", 200, 3600);
/// Codes sent to one recipient in a day.
pub const CODE_RECIPIENT: Class = Class::new("code_recipient", 20, 86_400);
/// Tries to confirm a code from one address on the network.
pub const CODE_CONFIRM_IP: Class = Class::new("code_confirm_ip", 300, 600);
/// Proofs of presence of one signed-in person.
pub const REAUTHENTICATION: Class = Class::new("reauthentication", 10, 900);

/// When to come back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Later {
    pub retry_after_seconds: i64,
}

kernel::refusals! {
    /// Too often.
    pub enum LimitError {
        TooMany(Later) = 429 "too_many_requests", "Too many attempts, try again later.", "요청이 너무 많습니다. 잠시 후 다시 시도해 주세요.";
    }
}

/// The counters.
#[derive(Clone)]
pub struct Limits {
    counters: Counters,
    tables: Tables,
}

impl Limits {
    pub fn new(aws: &Aws) -> Limits {
        Limits { counters: aws.counters(), tables: aws.tables() }
    }

    /// Counts an attempt; refuses the one after the last allowed. A fault is passed on: the caller fails closed.
    pub async fn hit(&self, class: &Class, principal: &str, now: Now) -> Result<(), Failure<LimitError>> {
        let hits = self.counters.hit(&key(class.name, principal), class.window_seconds, now).await?;
        let left = class.window_seconds - now.0.timestamp().rem_euclid(class.window_seconds);
        if hits > class.most { Err(too_many(left)) } else { Ok(()) }
    }

    /// The same, but lets the caller through when the counters cannot be reached: for calls that give nothing away.
    pub async fn hit_or_pass(&self, class: &Class, principal: &str, now: Now) -> Result<(), Failure<LimitError>> {
        match self.hit(class, principal, now).await {
            Err(Failure::Fault(fault)) => {
                tracing::warn!(error = %fault, class = class.name, "the limit could not be counted");
                Ok(())
            }
            other => other,
        }
    }

    /// Allows one attempt, then none for `seconds`.
    pub async fn once_in(
        &self,
        class: &str,
        seconds: i64,
        principal: &str,
        now: Now,
    ) -> Result<(), Failure<LimitError>> {
        let at = now.0.timestamp();
        let answer = self
            .tables
            .client
            .put_item()
            .table_name(self.tables.name(TABLE))
            .item("counter", s(key(class, principal)))
            .item("window_start", n(0))
            .item("free_at", n(at + seconds))
            .item("expires_at", n(at + seconds + 3600))
            .condition_expression("attribute_not_exists(free_at) OR free_at <= :now")
            .expression_attribute_values(":now", n(at))
            .send()
            .await;
        if Tables::conditional(answer)?.is_some() {
            return Ok(());
        }
        let held = self.get(&key(class, principal), 0).await?;
        let free_at = held.as_ref().and_then(|item| number(item, "free_at")).unwrap_or(at + seconds);
        Err(too_many((free_at - at).max(1)))
    }

    /// Starts over after a success.
    pub async fn clear(&self, class: &Class, principal: &str, now: Now) -> Result<(), Fault> {
        let seconds = now.0.timestamp();
        let window = seconds - seconds.rem_euclid(class.window_seconds);
        let answer = self
            .tables
            .client
            .delete_item()
            .table_name(self.tables.name(TABLE))
            .key("counter", s(key(class.name, principal)))
            .key("window_start", n(window))
            .send()
            .await;
        Tables::done(answer).map(drop)
    }

    async fn get(
        &self,
        counter: &str,
        window: i64,
    ) -> Result<Option<std::collections::HashMap<String, AttributeValue>>, Fault> {
        let answer = self
            .tables
            .client
            .get_item()
            .table_name(self.tables.name(TABLE))
            .key("counter", s(counter))
            .key("window_start", n(window))
            .consistent_read(true)
            .send()
            .await;
        Ok(Tables::done(answer)?.item)
    }
}

fn key(class: &str, principal: &str) -> String {
    format!("{class}#{principal}")
}

fn too_many(seconds: i64) -> Failure<LimitError> {
    LimitError::TooMany(Later { retry_after_seconds: seconds }).into()
}
