//! HTTP: routes read from handler signatures, typed permissions, problem+json, idempotency, OpenAPI.
//!
//! Context: nine hundred endpoints on four hosts; a permission, an input and an output must stand once.
//! Decision: a thin layer on axum and schemars. [`Table::get`] and its siblings take any
//! `async fn(Ctx<Permit>, extractors…) -> Result<Reply, Failure<Refusals>>`; the OpenAPI operation, its security, its
//! inputs, its answers and its error codes are read from those types. A handler whose first argument is not a `Ctx` does
//! not compile as a route.
//! Rejected: utoipa (inputs, outputs and security are written again in an attribute above the handler), aide (infers
//! inputs and outputs, but permission and error codes would need the same traits beside its own, and its route builder
//! wraps axum's).
//! Consequences: about 300 lines of ours describe OpenAPI 3.1; extractors must implement [`Describe`].

mod api;
mod ctx;
mod described;
mod docs;
mod extract;
mod idempotency;
mod middleware;
mod openapi;
mod problem;
mod reply;
mod serve;
mod spec;

pub use api::{Api, Endpoint, Table};
pub use ctx::{Core, Ctx, Request};
pub use described::{Described, Route};
pub use docs::FUNCTIONS;
pub use extract::{Json, Path, Query, RawBody};
pub use idempotency::{IdempotencyKey, Once};
pub use middleware::finish;
pub use openapi::document;
pub use problem::Problem;
pub use reply::{Accepted, Cached, Created, NoContent, Reply, Tagged, Text};
pub use serve::{STATEMENTS, lambda, start};
pub use spec::{Describe, Spec};

/// What a handler answers.
pub type Answer<R, E = kernel::refusal::Never> = Result<R, kernel::Failure<E>>;
