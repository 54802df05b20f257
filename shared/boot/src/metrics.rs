//! Metrics in CloudWatch's embedded format (EMF): a log line that CloudWatch turns into a metric, at no call's cost.

use crate::Stage;
use serde_json::{Value, json};
use std::sync::OnceLock;

static STAGE: OnceLock<Stage> = OnceLock::new();

/// Names the stage of this process once, for [`business`].
pub(crate) fn of_stage(stage: Stage) {
    STAGE.get_or_init(|| stage);
}

/// A number of the business (won, orders, days) under the stage of this process.
pub fn business(name: &str, unit: &str, value: f64) {
    put(name, unit, value, &[("Stage", STAGE.get().map_or("test", |stage| stage.as_str()))]);
}

/// Writes one metric with the dimensions given, in the namespace `Drrip`.
#[expect(clippy::disallowed_methods, reason = "a metric is stamped with the machine's time, not the business clock")]
pub fn put(name: &str, unit: &str, value: f64, dimensions: &[(&str, &str)]) {
    println!("{}", line(chrono::Utc::now().timestamp_millis(), name, unit, value, dimensions));
}

/// Counts one.
pub fn count(name: &str, dimensions: &[(&str, &str)]) {
    put(name, "Count", 1.0, dimensions);
}

fn line(at_millis: i64, name: &str, unit: &str, value: f64, dimensions: &[(&str, &str)]) -> Value {
    let names: Vec<&str> = dimensions.iter().map(|(name, _)| *name).collect();
    let mut line = json!({
        "_aws": {
            "Timestamp": at_millis,
            "CloudWatchMetrics": [{ "Namespace": "Drrip", "Dimensions": [names], "Metrics": [{ "Name": name, "Unit": unit }] }],
        },
        name: value,
        "trace_id": crate::trace::current(),
    });
    for (name, value) in dimensions {
        line[*name] = json!(value);
    }
    line
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_metric_is_a_line_in_the_embedded_format() {
        let line = line(1_700_000_000_000, "PaidWon", "None", 91_940.0, &[("Stage", "dev")]);
        let told = &line["_aws"]["CloudWatchMetrics"][0];
        assert_eq!(line["_aws"]["Timestamp"], 1_700_000_000_000_i64);
        assert_eq!((&told["Namespace"], &told["Dimensions"]), (&json!("Drrip"), &json!([["Stage"]])));
        assert_eq!(told["Metrics"], json!([{ "Name": "PaidWon", "Unit": "None" }]));
        // Each name stands on top with its value.
        assert_eq!((&line["PaidWon"], &line["Stage"]), (&json!(91_940.0), &json!("dev")));
    }
}
