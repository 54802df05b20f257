//! Two ways to run the same routes: as a Lambda function behind its API, or in a server for tests and containers.

use crate::api::Api;
use crate::ctx::Core;
use crate::{docs, middleware};
use authz::Audience;
use axum::Router;
use boot::Boot;
use kernel::Fault;
use std::future::Future;

/// Starts the process of a Lambda function: logs, configuration, routes.
pub fn lambda<F>(api: fn(Boot) -> F) -> Result<(), Box<dyn std::error::Error + Send + Sync>>
where
    F: Future<Output = Result<Api, Fault>>,
{
    boot::telemetry::start();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async move {
        let boot = Boot::load().await?;
        let api = api(boot.clone()).await?;
        // The stage prefix of the API's URL is not part of our paths.
        lambda_http::run(start(boot, vec![api])).await
    })
}

/// One host's router from the functions that make it up, with health, documentation and the outer layers.
pub fn start(boot: Boot, functions: Vec<Api>) -> Router {
    let host = functions.first().map_or(Audience::Service, |api| api.host);
    let mut router = Router::new();
    let mut documents = Vec::new();
    for api in functions {
        let function = api.function;
        let (routes, document) = api.into_parts();
        router = router.merge(routes);
        documents.push((function, document));
    }
    middleware::finish(router.merge(docs::routes(Core { boot }, host, documents)))
}

/// The statements of this crate, for the check against the schema.
pub const STATEMENTS: &[&[&dyn db::Declared]] = &[crate::idempotency::STATEMENTS];
