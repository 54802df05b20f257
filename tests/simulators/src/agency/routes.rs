//! The agency's calls and the `/sim` calls.

use axum::extract::{Path, State};
use axum::response::{Html, IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router, middleware};
use http::{HeaderMap, Method, StatusCode, header};
use serde::Deserialize;
use serde_json::{Value, json};

use super::person::Person;
use super::state::Shared;
use crate::faults::{self, Fault};

pub(super) fn router(shared: Shared) -> Router {
    let faults = shared.faults.clone();
    Router::new()
        .route("/identity-verifications", post(open))
        .route("/identity-verifications/{id}", get(read))
        .route("/window/{id}", get(window))
        .route("/sim/persons", post(register))
        .route("/sim/identity-verifications/{id}/verify", post(verify))
        .route("/sim/clock", post(set_clock))
        .route("/sim/faults", post(plan))
        .layer(middleware::from_fn(move |request, next| faults::layer(faults.clone(), operation, request, next)))
        .with_state(shared)
}

fn operation(method: &Method, path: &str) -> Option<&'static str> {
    match (method.as_str(), path.starts_with("/identity-verifications")) {
        ("POST", true) => Some("create"),
        ("GET", true) => Some("read"),
        _ => None,
    }
}

fn refusal(status: StatusCode, kind: &str) -> Response {
    (status, Json(json!({"type": kind, "message": kind}))).into_response()
}

fn is_ours(shared: &Shared, headers: &HeaderMap) -> bool {
    let expected = format!("PortOne {}", shared.config.secret);
    headers.get(header::AUTHORIZATION).is_some_and(|given| given.as_bytes() == expected.as_bytes())
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Open {
    id: String,
    purpose: String,
    #[serde(default)]
    redirect_url: Option<String>,
}

async fn open(State(shared): State<Shared>, headers: HeaderMap, Json(ask): Json<Open>) -> Response {
    if !is_ours(&shared, &headers) {
        return refusal(StatusCode::UNAUTHORIZED, "UNAUTHORIZED");
    }
    match shared.open(&ask.id, &ask.purpose, ask.redirect_url) {
        Some(url) => Json(json!({"id": ask.id, "verificationUrl": url})).into_response(),
        None => refusal(StatusCode::CONFLICT, "IDENTITY_VERIFICATION_ALREADY_SENT"),
    }
}

async fn read(State(shared): State<Shared>, Path(id): Path<String>, headers: HeaderMap) -> Response {
    if !is_ours(&shared, &headers) {
        return refusal(StatusCode::UNAUTHORIZED, "UNAUTHORIZED");
    }
    match shared.read(&id) {
        Some(shown) => Json(shown).into_response(),
        None => refusal(StatusCode::NOT_FOUND, "IDENTITY_VERIFICATION_NOT_FOUND"),
    }
}

/// A page for people who click through the local stack.
async fn window(Path(id): Path<String>) -> Html<String> {
    let id: String = id.chars().filter(|c| c.is_ascii_alphanumeric() || "-_".contains(*c)).collect();
    Html(format!(
        "<!doctype html><meta charset=utf-8><title>본인확인 (simulator)</title>
<form id=f><h1>본인확인</h1>
<label>이름 <input name=name value=홍길동></label> <label>생년월일 <input name=birthDate value=1990-01-02></label>
<label>휴대폰 <input name=phoneNumber value=01012345678></label>
<select name=gender><option>MALE<option>FEMALE</select> <button>인증</button></form>
<script>f.onsubmit = async event => {{ event.preventDefault();
const person = Object.fromEntries(new FormData(f));
const answer = await fetch('/sim/identity-verifications/{id}/verify', {{ method: 'POST',
headers: {{ 'content-type': 'application/json' }}, body: JSON.stringify({{ person }}) }}).then(r => r.json());
if (answer.redirectTo) location = answer.redirectTo; else alert(answer.message) }}</script>"
    ))
}

async fn register(State(shared): State<Shared>, Json(person): Json<Person>) -> Json<Value> {
    let (ci, di) = (person.ci(), person.di(&shared.config.site));
    Json(json!({"personId": shared.register(person), "ci": ci, "di": di}))
}

/// A registered person's id, or the person.
#[derive(Deserialize)]
#[serde(untagged)]
enum Who {
    Id(String),
    Inline(Person),
}

#[derive(Deserialize)]
struct Verify {
    #[serde(default)]
    person: Option<Who>,
    /// The person fails, with this reason.
    #[serde(default)]
    fail: Option<String>,
}

async fn verify(State(shared): State<Shared>, Path(id): Path<String>, Json(ask): Json<Verify>) -> Response {
    let result = match (ask.person, ask.fail) {
        (_, Some(reason)) => shared.fail(&id, &reason),
        (Some(Who::Id(person)), None) => shared.verify(&id, &person),
        (Some(Who::Inline(person)), None) => shared.verify_person(&id, person),
        (None, None) => Err("person or fail".to_owned()),
    };
    match result {
        Ok(url) => Json(json!({"redirectTo": url})).into_response(),
        Err(message) => (StatusCode::BAD_REQUEST, Json(json!({"message": message}))).into_response(),
    }
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
