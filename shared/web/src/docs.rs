//! Health and documentation of a host. Every function answers them, so that each can be checked on its own.

use crate::ctx::Core;
use axum::Router;
use axum::extract::State;
use axum::response::{Html, IntoResponse, Response};
use axum::routing::get;
use db::On;
use http::{StatusCode, header};
use serde_json::{Value, json};
use std::sync::Arc;

db::statements! {
    static ALIVE: () => (i32,) = "select 1";
}

/// `/health` looks at the database; `/openapi.json` and `/docs` show this host's endpoints.
pub(crate) fn routes(core: Core, title: String, document: Value) -> Router {
    let document = Arc::new(document.to_string());
    let page = Arc::new(page(&title));
    Router::new()
        .route("/health", get(health))
        .with_state(core)
        .route(
            "/openapi.json",
            get(move || async move { ([(header::CONTENT_TYPE, "application/json")], document.as_str().to_owned()) }),
        )
        .route("/docs", get(move || async move { Html(page.as_str().to_owned()) }))
}

async fn health(State(core): State<Core>) -> Response {
    match alive(&core).await {
        Ok(()) => axum::Json(json!({ "status": "ok" })).into_response(),
        Err(fault) => {
            tracing::error!(error = %fault, "health check failed");
            (StatusCode::SERVICE_UNAVAILABLE, axum::Json(json!({ "status": "database unreachable" }))).into_response()
        }
    }
}

async fn alive(core: &Core) -> Result<(), kernel::Fault> {
    let conn = core.boot.db.writer().await?;
    conn.rows(ALIVE.sql(), &[]).await.map(drop)
}

/// A page without any script from elsewhere: reads `openapi.json` and lists what is in it.
fn page(title: &str) -> String {
    include_str!("docs.html").replace("{{title}}", title)
}
