//! Health and documentation of a host. Every function answers them, so that each can be checked on its own.
//!
//! A deployed function has only its own document, so the page puts those of the host's functions together.

use crate::Answer;
use crate::ctx::Core;
use authz::Audience;
use axum::Router;
use axum::extract::State;
use axum::response::{Html, IntoResponse, Response};
use axum::routing::get;
use http::header;
use serde_json::{Value, json};
use std::sync::{Arc, LazyLock};

/// The functions of each host, in the order of the page. A test compares them with the functions that exist.
pub const FUNCTIONS: &[(Audience, &[&str])] = &[
    (Audience::Service, &["account", "catalog", "benefit", "order"]),
    (Audience::Seller, &["account", "catalog", "order", "settlement"]),
    (Audience::Admin, &["identity", "seller", "catalog", "order", "settlement"]),
    (Audience::External, &["partner", "webhook"]),
];

/// `/healthz` looks at the database, `/docs` is the page of the host, `/openapi.json` describes what this process serves;
/// `/healthz/order` and `/openapi/order.json` ask one function, wherever it runs.
pub(crate) fn routes(core: Core, host: Audience, documents: Vec<(&'static str, &'static str)>) -> Router {
    let page = Arc::new(page(host));
    let mut router = Router::new().route("/healthz", get(health));
    for (function, _) in &documents {
        router = router.route(&format!("/healthz/{function}"), get(health));
    }
    let mut router = router.with_state(core).route("/docs", get(move || async move { Html(page.as_str().to_owned()) }));
    for (function, document) in &documents {
        let document = *document;
        router = router.route(&format!("/openapi/{function}.json"), get(move || async move { json_text(document) }));
    }
    let whole = Arc::new(LazyLock::new(move || whole(&documents).to_string()));
    router.route("/openapi.json", get(move || async move { json_text(whole.as_str().to_owned()) }))
}

fn json_text(text: impl IntoResponse) -> Response {
    ([(header::CONTENT_TYPE, "application/json")], text).into_response()
}

/// The documents of several functions as one.
fn whole(documents: &[(&'static str, &'static str)]) -> Value {
    let mut whole = Value::Null;
    for (_, document) in documents {
        add(&mut whole, serde_json::from_str(document).unwrap_or_default());
    }
    whole
}

/// Adds the members of an object, and of the objects in it.
fn add(whole: &mut Value, part: Value) {
    match (whole, part) {
        (Value::Object(whole), Value::Object(part)) => {
            for (key, value) in part {
                add(whole.entry(key).or_insert(Value::Null), value);
            }
        }
        (whole, part) => *whole = part,
    }
}

/// 503 like every endpoint when the database does not answer.
async fn health(State(core): State<Core>) -> Answer<axum::Json<Value>> {
    core.boot.alive().await?;
    Ok(axum::Json(json!({ "status": "ok" })))
}

/// A page without any script from elsewhere: reads the documents of the host's functions and lists what is in them.
fn page(host: Audience) -> String {
    let functions = FUNCTIONS.iter().find(|(of, _)| *of == host).map_or(&[][..], |(_, functions)| functions);
    include_str!("docs.html").replace("{{title}}", &title(host)).replace("{{functions}}", &json!(functions).to_string())
}

fn title(host: Audience) -> String {
    format!("Drrip {} API", host.as_str())
}
