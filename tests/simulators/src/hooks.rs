//! A partner who receives our webhooks: `POST /hooks/{name}`.
//!
//! Everything received is kept with headers and body. When the receiver knows its secrets (`whsec_…`, two during a
//! rotation), each request is verified by the published `standardwebhooks` crate; what came before the secret was known
//! is verified when it is looked at, within the five minutes the standard allows. With a moved clock the crate signs the
//! same content and the times are compared here.
//!
//! - The next `times` requests can be answered with a failure status, or late.
//! - An endpoint verification, a body whose `type` ends in `verification` or which carries a `challenge` (in `data` or on
//!   top), is answered 200 with that `challenge`, or refused with 403; it never uses up a planned failure.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use standardwebhooks::Webhook;
use tokio::net::TcpListener;

use crate::clock::{SimClock, Stamp, as_iso};
use crate::server::{Served, bind, serve};

/// What the signature said.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Proof {
    /// No secret known yet.
    Unchecked,
    Valid,
    Invalid(String),
}

/// One request as received.
#[derive(Clone, Debug, Serialize)]
pub struct Received {
    #[serde(serialize_with = "as_iso")]
    pub at: Stamp,
    pub headers: HashMap<String, String>,
    pub body: String,
    pub proof: Proof,
    /// What it was answered with.
    pub status: u16,
}

impl Received {
    /// The body as JSON; `Null` when it is none.
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_default()
    }

    /// `webhook-id`
    pub fn id(&self) -> Option<&str> {
        self.headers.get("webhook-id").map(String::as_str)
    }

    fn header_map(&self) -> HeaderMap {
        self.headers
            .iter()
            .filter_map(|(name, value)| Some((HeaderName::try_from(name).ok()?, HeaderValue::from_str(value).ok()?)))
            .collect()
    }
}

/// How an endpoint behaves.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Behaviour {
    /// Verify with these; any may match.
    #[serde(default)]
    pub secrets: Vec<String>,
    /// Fail so many of the next requests.
    #[serde(default)]
    pub fail_times: u32,
    /// With this status, 503 unless given.
    #[serde(default)]
    pub fail_status: Option<u16>,
    #[serde(default)]
    pub delay_millis: u64,
    #[serde(default)]
    pub refuse_verification: bool,
}

#[derive(Debug, Default)]
struct Endpoint {
    behaviour: Behaviour,
    received: Vec<Received>,
}

#[derive(Clone, Debug, Default)]
struct Shared {
    endpoints: Arc<Mutex<HashMap<String, Endpoint>>>,
    clock: SimClock,
}

impl Shared {
    fn endpoints(&self) -> MutexGuard<'_, HashMap<String, Endpoint>> {
        self.endpoints.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn behave(&self, name: &str, behaviour: Behaviour) {
        self.endpoints().entry(name.to_owned()).or_default().behaviour = behaviour;
    }

    fn received(&self, name: &str) -> Vec<Received> {
        let mut endpoints = self.endpoints();
        let Some(endpoint) = endpoints.get_mut(name) else { return Vec::new() };
        for received in endpoint.received.iter_mut().filter(|received| received.proof == Proof::Unchecked) {
            received.proof = prove(&endpoint.behaviour.secrets, received, self.clock.now(), self.clock.offset());
        }
        endpoint.received.clone()
    }
}

fn prove(secrets: &[String], received: &Received, now: Stamp, offset: i64) -> Proof {
    let mut reason = None;
    for secret in secrets {
        let checked = Webhook::new(secret).and_then(|webhook| {
            if offset == 0 {
                return webhook.verify(received.body.as_bytes(), &received.header_map());
            }
            let header = |name: &str| received.headers.get(name).map(String::as_str).unwrap_or_default();
            let at: i64 = header("webhook-timestamp").parse().unwrap_or_default();
            if (now.timestamp() - at).abs() > 300 {
                return Err(standardwebhooks::WebhookError::TimestampTooOldError);
            }
            let expected = webhook.sign(header("webhook-id"), at, received.body.as_bytes())?;
            let matches = header("webhook-signature").split(' ').any(|given| given == expected);
            matches.then_some(()).ok_or(standardwebhooks::WebhookError::InvalidSignature)
        });
        match checked {
            Ok(()) => return Proof::Valid,
            Err(error) => reason = Some(error.to_string()),
        }
    }
    reason.map_or(Proof::Unchecked, Proof::Invalid)
}

/// Starts the simulator.
#[derive(Debug)]
pub struct Hooks;

impl Hooks {
    /// On a free port.
    pub async fn start() -> HooksSim {
        Self::serve(bind(0).await, SimClock::default())
    }

    /// On a given listener, in a given time.
    pub fn serve(listener: TcpListener, clock: SimClock) -> HooksSim {
        let shared = Shared { endpoints: Arc::default(), clock };
        let router = Router::new()
            .route("/hooks/{name}", post(receive))
            .route("/sim/hooks/{name}", get(list).post(behave).delete(forget))
            .with_state(shared.clone());
        let served = serve(listener, router);
        HooksSim { url: served.url.clone(), shared, _served: served }
    }
}

/// A running receiver; it stops when dropped.
#[derive(Debug)]
pub struct HooksSim {
    pub url: String,
    shared: Shared,
    _served: Served,
}

impl HooksSim {
    /// The URL of an endpoint.
    pub fn endpoint(&self, name: &str) -> String {
        format!("{}/hooks/{name}", self.url)
    }

    pub fn behave(&self, name: &str, behaviour: Behaviour) {
        self.shared.behave(name, behaviour);
    }

    /// Tells an endpoint its secret.
    pub fn set_secret(&self, name: &str, secret: &str) {
        self.change(name, |behaviour| behaviour.secrets = vec![secret.to_owned()]);
    }

    /// A second secret, while one is being rotated.
    pub fn add_secret(&self, name: &str, secret: &str) {
        self.change(name, |behaviour| behaviour.secrets.push(secret.to_owned()));
    }

    /// Fails the next requests with a status.
    pub fn fail(&self, name: &str, times: u32, status: u16) {
        self.change(name, |behaviour| (behaviour.fail_times, behaviour.fail_status) = (times, Some(status)));
    }

    pub fn refuse_verification(&self, name: &str) {
        self.change(name, |behaviour| behaviour.refuse_verification = true);
    }

    fn change(&self, name: &str, change: impl FnOnce(&mut Behaviour)) {
        change(&mut self.shared.endpoints().entry(name.to_owned()).or_default().behaviour);
    }

    /// What an endpoint received, oldest first.
    pub fn received(&self, name: &str) -> Vec<Received> {
        self.shared.received(name)
    }

    /// Waits until an endpoint has received so many requests; `None` after ten seconds.
    pub async fn wait_for(&self, name: &str, count: usize) -> Option<Vec<Received>> {
        for _ in 0..500 {
            let received = self.received(name);
            if received.len() >= count {
                return Some(received);
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        None
    }

    pub fn forget(&self, name: &str) {
        self.shared.endpoints().remove(name);
    }

    pub fn clock(&self) -> SimClock {
        self.shared.clock.clone()
    }
}

/// The challenge of an endpoint verification; `None` for any other event.
fn verification(body: &Value) -> Option<Value> {
    let challenge = body.pointer("/data/challenge").or_else(|| body.get("challenge")).cloned();
    let named = body.get("type").and_then(Value::as_str).is_some_and(|kind| kind.ends_with("verification"));
    if named { Some(challenge.unwrap_or_default()) } else { challenge }
}

async fn receive(State(shared): State<Shared>, Path(name): Path<String>, headers: HeaderMap, body: Bytes) -> Response {
    let mut received = Received {
        at: shared.clock.now(),
        headers: headers
            .iter()
            .map(|(name, value)| (name.to_string(), String::from_utf8_lossy(value.as_bytes()).into_owned()))
            .collect(),
        body: String::from_utf8_lossy(&body).into_owned(),
        proof: Proof::Unchecked,
        status: 200,
    };
    let challenge = verification(&received.json());
    let delay = {
        let mut endpoints = shared.endpoints();
        let endpoint = endpoints.entry(name).or_default();
        let behaviour = &mut endpoint.behaviour;
        received.proof = prove(&behaviour.secrets, &received, shared.clock.now(), shared.clock.offset());
        if challenge.is_some() {
            received.status = if behaviour.refuse_verification { 403 } else { 200 };
        } else if behaviour.fail_times > 0 {
            behaviour.fail_times -= 1;
            received.status = behaviour.fail_status.unwrap_or(503);
        }
        let delay = behaviour.delay_millis;
        endpoint.received.push(received.clone());
        delay
    };
    tokio::time::sleep(Duration::from_millis(delay)).await;
    let status = StatusCode::from_u16(received.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let answer = challenge.map_or_else(|| json!({}), |challenge| json!({"challenge": challenge}));
    (status, Json(answer)).into_response()
}

async fn list(State(shared): State<Shared>, Path(name): Path<String>) -> Json<Value> {
    Json(json!(shared.received(&name)))
}

async fn behave(State(shared): State<Shared>, Path(name): Path<String>, Json(ask): Json<Behaviour>) -> Json<Value> {
    shared.behave(&name, ask.clone());
    Json(json!(ask))
}

async fn forget(State(shared): State<Shared>, Path(name): Path<String>) -> Json<Value> {
    shared.endpoints().remove(&name);
    Json(json!([]))
}
