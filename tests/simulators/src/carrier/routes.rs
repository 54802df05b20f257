//! The carrier's calls and the `/sim` calls.

use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router, middleware};
use http::{Method, StatusCode};
use serde::Deserialize;
use serde_json::{Value, json};

use super::push;
use super::state::{ScanRequest, Shared};
use crate::faults::{self, Fault};

pub(super) fn router(shared: Shared) -> Router {
    let faults = shared.faults.clone();
    Router::new()
        .route("/v1/parcels", post(register))
        .route("/v1/parcels/{carrier}/{invoice_no}", get(track))
        .route("/sim/parcels/{carrier}/{invoice_no}/scan", post(scan))
        .route("/sim/parcels/{carrier}/{invoice_no}/push", post(send))
        .route("/sim/target", post(target))
        .route("/sim/clock", post(set_clock))
        .route("/sim/faults", post(plan))
        .layer(middleware::from_fn(move |request, next| faults::layer(faults.clone(), operation, request, next)))
        .with_state(shared)
}

fn operation(method: &Method, path: &str) -> Option<&'static str> {
    match (method.as_str(), path.starts_with("/v1/parcels")) {
        ("POST", true) => Some("register"),
        ("GET", true) => Some("track"),
        _ => None,
    }
}

#[derive(Deserialize)]
struct Register {
    carrier: String,
    invoice_no: String,
}

async fn register(State(shared): State<Shared>, Json(ask): Json<Register>) -> Json<Value> {
    shared.register(&ask.carrier, &ask.invoice_no);
    Json(json!({"carrier": ask.carrier, "invoice_no": ask.invoice_no, "registered": true}))
}

async fn track(State(shared): State<Shared>, Path((carrier, invoice_no)): Path<(String, String)>) -> Response {
    match shared.scans(&carrier, &invoice_no) {
        Some(events) => Json(json!({
            "carrier": carrier,
            "invoice_no": invoice_no,
            "registered": shared.is_registered(&carrier, &invoice_no),
            "events": events,
        }))
        .into_response(),
        None => (StatusCode::NOT_FOUND, Json(json!({"code": "PARCEL_NOT_FOUND"}))).into_response(),
    }
}

async fn scan(
    State(shared): State<Shared>,
    Path((carrier, invoice_no)): Path<(String, String)>,
    Json(ask): Json<ScanRequest>,
) -> Json<Value> {
    let scan = shared.record(&carrier, &invoice_no, &ask);
    let pushed = if ask.hold {
        super::Pushed::default()
    } else {
        push::push(&shared, &carrier, std::slice::from_ref(&scan), ask.repeat, ask.reverse).await
    };
    Json(json!({"scan": scan, "pushed": pushed}))
}

#[derive(Deserialize)]
struct Send {
    #[serde(default)]
    repeat: u32,
    #[serde(default)]
    reverse: bool,
}

async fn send(
    State(shared): State<Shared>,
    Path((carrier, invoice_no)): Path<(String, String)>,
    Json(ask): Json<Send>,
) -> Json<Value> {
    let scans = shared.scans(&carrier, &invoice_no).unwrap_or_default();
    Json(json!({"pushed": push::push(&shared, &carrier, &scans, ask.repeat, ask.reverse).await}))
}

#[derive(Deserialize)]
struct Target {
    external_base_url: String,
}

async fn target(State(shared): State<Shared>, Json(ask): Json<Target>) -> Json<Value> {
    shared.set_target(&ask.external_base_url);
    Json(json!({"external_base_url": shared.target()}))
}

#[derive(Deserialize)]
struct SetClock {
    offset_seconds: i64,
}

async fn set_clock(State(shared): State<Shared>, Json(ask): Json<SetClock>) -> Json<Value> {
    shared.config.clock.set_offset(ask.offset_seconds);
    Json(json!({"offset_seconds": ask.offset_seconds}))
}

async fn plan(State(shared): State<Shared>, Json(fault): Json<Fault>) -> Json<Value> {
    shared.faults.plan(fault);
    Json(json!(shared.faults.planned()))
}
