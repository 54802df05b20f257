//! Counters that expire by themselves (table `rate_limit_counters`): rate limits, back-off, things that happen once.
//!
//! One row is one counter of one caller in one window: `counter` (S) names both caller and class of calls,
//! `window_start` (N) the second the window began, `expires_at` (N) when DynamoDB may drop the row.

use crate::{Aws, Tables};
use aws_sdk_dynamodb::types::{AttributeValue, ReturnValue};
use kernel::{Fault, Now};

const TABLE: &str = "rate_limit_counters";

/// The counters of the stage.
#[derive(Clone)]
pub struct Counters {
    tables: Tables,
}

fn number(n: i64) -> AttributeValue {
    AttributeValue::N(n.to_string())
}

impl Counters {
    pub(crate) fn new(aws: &Aws) -> Counters {
        Counters { tables: Tables::new(aws) }
    }

    /// Counts one more in the running window of `seconds` and answers how many there are in it now.
    pub async fn hit(&self, key: &str, seconds: i64, now: Now) -> Result<i64, Fault> {
        let start = now.0.timestamp() - now.0.timestamp().rem_euclid(seconds);
        let update = self
            .tables
            .client
            .update_item()
            .table_name(self.tables.name(TABLE))
            .key("counter", AttributeValue::S(key.to_owned()))
            .key("window_start", number(start))
            .update_expression("ADD hits :one SET expires_at = :expires")
            .expression_attribute_values(":one", number(1))
            .expression_attribute_values(":expires", number(start + seconds + 3600))
            .return_values(ReturnValue::UpdatedNew);
        let answer = Tables::done(update.send().await)?;
        Ok(read(answer.attributes().and_then(|row| row.get("hits"))))
    }

    /// How many there are in the running window, without counting.
    pub async fn hits(&self, key: &str, seconds: i64, now: Now) -> Result<i64, Fault> {
        let start = now.0.timestamp() - now.0.timestamp().rem_euclid(seconds);
        let get = self
            .tables
            .client
            .get_item()
            .table_name(self.tables.name(TABLE))
            .key("counter", AttributeValue::S(key.to_owned()))
            .key("window_start", number(start))
            .consistent_read(true);
        let answer = Tables::done(get.send().await)?;
        Ok(read(answer.item().and_then(|row| row.get("hits"))))
    }

    /// True for the first caller with this key, false for every later one until the row expires.
    pub async fn once(&self, key: &str, keep_seconds: i64, now: Now) -> Result<bool, Fault> {
        let put = self
            .tables
            .client
            .put_item()
            .table_name(self.tables.name(TABLE))
            .item("counter", AttributeValue::S(key.to_owned()))
            .item("window_start", number(0))
            .item("hits", number(1))
            .item("expires_at", number(now.0.timestamp() + keep_seconds))
            .condition_expression("attribute_not_exists(#counter)")
            .expression_attribute_names("#counter", "counter");
        Ok(Tables::conditional(put.send().await)?.is_some())
    }
}

fn read(value: Option<&AttributeValue>) -> i64 {
    value.and_then(|v| v.as_n().ok()).and_then(|n| n.parse().ok()).unwrap_or_default()
}
