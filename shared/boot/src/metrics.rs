//! Metrics in CloudWatch's embedded format (EMF): a log line that CloudWatch turns into a metric, at no call's cost.

use serde_json::json;

/// Writes one metric with the dimensions given, in the namespace `Drrip`.
#[expect(clippy::disallowed_methods, reason = "a metric is stamped with the machine's time, not the business clock")]
pub fn put(name: &str, unit: &str, value: f64, dimensions: &[(&str, &str)]) {
    let names: Vec<&str> = dimensions.iter().map(|(name, _)| *name).collect();
    let mut line = json!({
        "_aws": {
            "Timestamp": chrono::Utc::now().timestamp_millis(),
            "CloudWatchMetrics": [{ "Namespace": "Drrip", "Dimensions": [names], "Metrics": [{ "Name": name, "Unit": unit }] }],
        },
        name: value,
        "trace_id": crate::trace::current(),
    });
    for (name, value) in dimensions {
        line[*name] = json!(value);
    }
    println!("{line}");
}

/// Counts one.
pub fn count(name: &str, dimensions: &[(&str, &str)]) {
    put(name, "Count", 1.0, dimensions);
}
