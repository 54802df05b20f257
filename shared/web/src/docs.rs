//! Health and documentation of a host. Every function answers them, so that each can be checked on its own.
//!
//! A deployed function knows only its own endpoints, so the page puts the documents of the host's functions together.

use crate::Answer;
use crate::api::Route;
use crate::ctx::Core;
use crate::openapi;
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
pub(crate) fn routes(core: Core, host: Audience, functions: Vec<(&'static str, Vec<Route>)>) -> Router {
    let page = Arc::new(page(host));
    let names: Vec<&'static str> = functions.iter().map(|(function, _)| *function).collect();
    let document = Arc::new(LazyLock::new(move || openapi::document(host, &functions)));
    let mut router = Router::new().route("/healthz", get(health));
    for function in &names {
        router = router.route(&format!("/healthz/{function}"), get(health));
    }
    let whole = document.clone();
    let mut router = router
        .with_state(core)
        .route("/openapi.json", get(move || async move { json_text(whole.to_string()) }))
        .route("/docs", get(move || async move { Html(page.as_str().to_owned()) }));
    for function in names {
        let document = document.clone();
        let part = move || async move { json_text(of_function(&document, function).to_string()) };
        router = router.route(&format!("/openapi/{function}.json"), get(part));
    }
    router
}

fn json_text(text: String) -> Response {
    ([(header::CONTENT_TYPE, "application/json")], text).into_response()
}

/// The part of a host's document that one function serves.
fn of_function(document: &Value, function: &str) -> Value {
    let mut part = document.clone();
    if let Some(paths) = part.get_mut("paths").and_then(Value::as_object_mut) {
        for operations in paths.values_mut().filter_map(Value::as_object_mut) {
            operations.retain(|_, operation| operation["tags"][0] == function);
        }
        paths.retain(|_, operations| operations.as_object().is_some_and(|all| !all.is_empty()));
    }
    part
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
