//! Logs: one JSON object a line on standard output, where CloudWatch reads them.

use tracing_subscriber::EnvFilter;

/// Starts logging once per process; level from LOG_LEVEL (`info` unless set).
pub fn start() {
    let filter = EnvFilter::try_from_env("LOG_LEVEL").unwrap_or_else(|_| EnvFilter::new("info,aws=warn,hyper=warn"));
    let subscriber = tracing_subscriber::fmt()
        .json()
        .flatten_event(true)
        .with_current_span(true)
        .with_span_list(false)
        .with_env_filter(filter);
    // A second start (several servers in one test process) keeps the first.
    drop(subscriber.try_init());
}
