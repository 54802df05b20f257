//! What goes wrong on the way: faults planned per operation and used up one call at a time.
//!
//! | kind | effect happened? | the caller sees |
//! |---|---|---|
//! | `latency` | yes | the right answer, `millis` late (a caller with less patience sees a timeout) |
//! | `lost_answer` | yes | the connection closed without an answer, after `millis` |
//! | `error_before` | no | HTTP 500 |
//! | `http_500` | yes | HTTP 500 |
//! | `held_call` | when it is released | nothing until then |
//! | `held_answer` | yes | nothing until it is released |
//!
//! A caller cannot tell most of them apart: that is the point. A call that is held lets a test do something meanwhile, and
//! a caller lose its patience, without anybody waiting for the clock.

use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use axum::body::Body;
use axum::extract::Request;
use axum::middleware::Next;
use axum::response::Response;
use bytes::Bytes;
use futures::stream;
use serde::{Deserialize, Serialize};
use tokio::sync::watch;

/// How a call fails.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FaultKind {
    /// The effect and the answer come late.
    Latency,
    /// The effect happens, the answer never arrives.
    LostAnswer,
    /// HTTP 500 and nothing happened.
    ErrorBefore,
    /// HTTP 500 although it happened.
    #[serde(rename = "http_500")]
    Http500,
    /// The call stays on its way until it is released; then it has its effect and its answer.
    HeldCall,
    /// The effect happens, the answer stays on its way until it is released.
    HeldAnswer,
}

/// One planned fault; `operation` is a name from the simulator's table, or `*` for any.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Fault {
    pub operation: String,
    pub kind: FaultKind,
    /// How many calls it spoils.
    #[serde(default = "once")]
    pub count: u32,
    #[serde(default)]
    pub millis: u64,
}

fn once() -> u32 {
    1
}

impl Fault {
    /// A fault for the next call of an operation.
    pub fn new(operation: impl Into<String>, kind: FaultKind) -> Self {
        Self { operation: operation.into(), kind, count: 1, millis: 0 }
    }

    /// For so many calls.
    pub fn times(mut self, count: u32) -> Self {
        self.count = count;
        self
    }

    /// Late by so many milliseconds.
    pub fn late_by(mut self, millis: u64) -> Self {
        self.millis = millis;
        self
    }

    pub(crate) async fn wait(&self) {
        if self.millis > 0 {
            tokio::time::sleep(Duration::from_millis(self.millis)).await;
        }
    }
}

/// The faults still to come.
#[derive(Clone, Debug, Default)]
pub struct Faults {
    planned: Arc<Mutex<Vec<Fault>>>,
    held: Arc<watch::Sender<Held>>,
}

/// The operations of the calls that are held, and how often they were released.
#[derive(Debug, Default)]
struct Held {
    calls: Vec<String>,
    released: u64,
}

impl Faults {
    fn lock(&self) -> MutexGuard<'_, Vec<Fault>> {
        self.planned.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Adds a fault behind those already planned.
    pub fn plan(&self, fault: Fault) {
        self.lock().push(fault);
    }

    /// Forgets all of them.
    pub fn clear(&self) {
        self.lock().clear();
    }

    /// What is still planned.
    pub fn planned(&self) -> Vec<Fault> {
        self.lock().clone()
    }

    /// Holds a call of the operation until the next release.
    async fn hold(&self, operation: &str) {
        let mut held = self.held.subscribe();
        let mut before = 0;
        self.held.send_modify(|held| {
            before = held.released;
            held.calls.push(operation.to_owned());
        });
        drop(held.wait_for(|held| held.released > before).await);
    }

    pub(crate) async fn hold_call(&self, fault: Option<&Fault>, operation: &str) {
        if fault.is_some_and(|fault| fault.kind == FaultKind::HeldCall) {
            self.hold(operation).await;
        }
    }

    pub(crate) async fn hold_answer(&self, fault: Option<&Fault>, operation: &str) {
        if fault.is_some_and(|fault| fault.kind == FaultKind::HeldAnswer) {
            self.hold(operation).await;
        }
    }

    /// Ends when a call of the operation is held.
    pub async fn held(&self, operation: &str) {
        let mut held = self.held.subscribe();
        drop(held.wait_for(|held| held.calls.iter().any(|call| call == operation)).await);
    }

    /// Lets every held call go on.
    pub fn release(&self) {
        self.held.send_modify(|held| {
            held.released += 1;
            held.calls.clear();
        });
    }

    /// Uses up one call of the first fault planned for the operation.
    pub(crate) fn take(&self, operation: &str) -> Option<Fault> {
        let mut faults = self.lock();
        let at = faults.iter().position(|fault| fault.operation == operation || fault.operation == "*")?;
        let fault = faults.get_mut(at)?;
        let taken = fault.clone();
        fault.count = fault.count.saturating_sub(1);
        if fault.count == 0 {
            faults.remove(at);
        }
        Some(taken)
    }
}

/// An answer that never arrives: the body fails before its first byte, so the server drops the connection with
/// nothing flushed, not even the head.
pub(crate) fn lost_answer() -> Response {
    let cut = stream::once(async { Err::<Bytes, _>(io::Error::new(io::ErrorKind::BrokenPipe, "answer lost")) });
    Response::new(Body::from_stream(cut))
}

/// Faults for a simulator without a gate of its own: `name` gives a request its operation, `None` leaves it alone.
pub(crate) async fn layer(
    faults: Faults,
    name: fn(&http::Method, &str) -> Option<&'static str>,
    request: Request,
    next: Next,
) -> Response {
    let Some(operation) = name(request.method(), request.uri().path()) else { return next.run(request).await };
    let Some(fault) = faults.take(operation) else { return next.run(request).await };
    match fault.kind {
        FaultKind::ErrorBefore => broken(),
        FaultKind::Latency => {
            fault.wait().await;
            next.run(request).await
        }
        FaultKind::LostAnswer => {
            next.run(request).await;
            fault.wait().await;
            lost_answer()
        }
        FaultKind::Http500 => {
            next.run(request).await;
            broken()
        }
        FaultKind::HeldCall | FaultKind::HeldAnswer => {
            faults.hold_call(Some(&fault), operation).await;
            let answer = next.run(request).await;
            faults.hold_answer(Some(&fault), operation).await;
            answer
        }
    }
}

fn broken() -> Response {
    let mut response = Response::new(Body::from(r#"{"message":"simulated failure"}"#));
    *response.status_mut() = http::StatusCode::INTERNAL_SERVER_ERROR;
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fault_is_used_up_call_by_call() {
        let faults = Faults::default();
        faults.plan(Fault::new("confirm", FaultKind::ErrorBefore).times(2));
        faults.plan(Fault::new("*", FaultKind::LostAnswer));
        assert_eq!(faults.take("cancel").map(|fault| fault.kind), Some(FaultKind::LostAnswer));
        assert_eq!(faults.take("confirm").map(|fault| fault.kind), Some(FaultKind::ErrorBefore));
        assert_eq!(faults.take("confirm").map(|fault| fault.kind), Some(FaultKind::ErrorBefore));
        assert!(faults.take("confirm").is_none());
    }

    #[test]
    fn kinds_are_spelt_as_in_the_readme() {
        let fault: Fault = serde_json::from_str(r#"{"operation":"cancel","kind":"http_500"}"#).unwrap();
        assert_eq!((fault.kind, fault.count), (FaultKind::Http500, 1));
    }
}
