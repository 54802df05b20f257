//! The trace id: given to a request at the door, carried by outbox events, messages and webhooks, written in every
//! log line, so that one query finds all that followed from one call.

use std::future::Future;

tokio::task_local! {
    static TRACE: String;
}

/// Runs a future under a trace id.
pub async fn with<F: Future>(trace_id: String, future: F) -> F::Output {
    TRACE.scope(trace_id, future).await
}

/// The trace id of the work being done; a fresh one outside of any.
pub fn current() -> String {
    known().unwrap_or_else(fresh)
}

/// The trace id of the work being done.
pub fn known() -> Option<String> {
    TRACE.try_with(Clone::clone).ok()
}

/// A new trace id.
pub fn fresh() -> String {
    uuid::Uuid::now_v7().simple().to_string()
}
