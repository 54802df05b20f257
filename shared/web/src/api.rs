//! The route table: one line an endpoint, described by its own types.

use crate::ctx::{Core, Ctx};
use crate::reply::Reply;
use crate::spec::{Describe, Spec};
use authz::{Audience, Permit};
use axum::Router;
use axum::extract::FromRef;
use axum::handler::Handler;
use axum::routing::{MethodFilter, on};
use http::Method;
use kernel::{Code, Failure, Refusal};
use std::future::Future;

/// Implemented for every `async fn(Ctx<P>, …) -> Result<impl Reply, Failure<impl Refusal>>`; nothing else can be routed.
pub trait Endpoint<Arguments> {
    const AUDIENCE: Audience;
    fn spec() -> Spec;
}

macro_rules! endpoint { ($($arg:ident),*) => {
    impl<F, Fut, P, R, E, $($arg),*> Endpoint<(Ctx<P>, $($arg,)*)> for F
    where F: Fn(Ctx<P>, $($arg),*) -> Fut, Fut: Future<Output = Result<R, Failure<E>>>, R: Reply, E: Refusal, P: Permit, $($arg: Describe),*
    {
        const AUDIENCE: Audience = P::AUDIENCE;

        fn spec() -> Spec {
            #[allow(unused_mut, clippy::allow_attributes)]
            let mut spec = Spec::new::<P>();
            $($arg::describe(&mut spec);)*
            R::describe(&mut spec);
            spec.codes.extend_from_slice(E::CODES);
            spec
        }
    }
} }
endpoint!();
endpoint!(A1);
endpoint!(A1, A2);
endpoint!(A1, A2, A3);
endpoint!(A1, A2, A3, A4);
endpoint!(A1, A2, A3, A4, A5);

/// The endpoints of one function, listed once and read twice: as the router that serves them ([`Api`]) and as what is said of
/// them ([`crate::Described`]).
///
/// # Decision: two readings of one list
/// **Context.** The description of an endpoint is made from its types by code of its own, 14 KB an endpoint. A function that
/// serves requests carried all of it, to answer one page.
/// **Decision.** The list is generic in what it becomes; a function's binary only ever asks for the router, and serves its
/// description as the text in its folder, which a test compares with the code.
/// **Rejected.** A Cargo feature for the description: which of the two a binary is would hang on what else was built with it.
/// **Consequences.** `make openapi` after an endpoint changed, as for the documents of the hosts.
pub trait Table<S: Clone + Send + Sync + 'static>: Sized {
    /// An empty list; `function` is its name within the host, e.g. `order`, and the tag in the documentation.
    fn new(host: Audience, function: &'static str) -> Self;

    /// One more endpoint; `summary` says in one line what it does.
    fn route<H, A, T: 'static>(self, method: Method, path: &'static str, summary: &'static str, handler: H) -> Self
    where
        H: Endpoint<A> + Handler<T, S>;

    /// Says what a middleware of [`Api::layered`] may refuse the protected routes so far with.
    fn refusing(self, door: &'static [Code]) -> Self;

    fn get<H, A, T: 'static>(self, path: &'static str, summary: &'static str, handler: H) -> Self
    where
        H: Endpoint<A> + Handler<T, S>,
    {
        self.route(Method::GET, path, summary, handler)
    }
    fn post<H, A, T: 'static>(self, path: &'static str, summary: &'static str, handler: H) -> Self
    where
        H: Endpoint<A> + Handler<T, S>,
    {
        self.route(Method::POST, path, summary, handler)
    }
    fn put<H, A, T: 'static>(self, path: &'static str, summary: &'static str, handler: H) -> Self
    where
        H: Endpoint<A> + Handler<T, S>,
    {
        self.route(Method::PUT, path, summary, handler)
    }
    fn patch<H, A, T: 'static>(self, path: &'static str, summary: &'static str, handler: H) -> Self
    where
        H: Endpoint<A> + Handler<T, S>,
    {
        self.route(Method::PATCH, path, summary, handler)
    }
    fn delete<H, A, T: 'static>(self, path: &'static str, summary: &'static str, handler: H) -> Self
    where
        H: Endpoint<A> + Handler<T, S>,
    {
        self.route(Method::DELETE, path, summary, handler)
    }
}

/// One function of one host, serving.
pub struct Api<S = ()> {
    pub host: Audience,
    /// The function's name, e.g. `order`.
    pub function: &'static str,
    /// Its OpenAPI document.
    document: &'static str,
    router: Router<S>,
}

impl<S: Clone + Send + Sync + 'static> Table<S> for Api<S>
where
    Core: FromRef<S>,
{
    fn new(host: Audience, function: &'static str) -> Api<S> {
        Api { host, function, document: "{}", router: Router::new() }
    }

    fn route<H, A, T: 'static>(mut self, method: Method, path: &'static str, _: &'static str, handler: H) -> Self
    where
        H: Endpoint<A> + Handler<T, S>,
    {
        let filter = MethodFilter::try_from(method).unwrap_or(MethodFilter::GET);
        debug_assert!(
            H::AUDIENCE == self.host,
            "{path} is on the {:?} host but asks for a permit of {:?}",
            self.host,
            H::AUDIENCE
        );
        self.router = self.router.route(path, on(filter, handler));
        self
    }

    fn refusing(self, _: &'static [Code]) -> Self {
        self
    }
}

impl<S: Clone + Send + Sync + 'static> Api<S> {
    /// Adds what is not an endpoint of ours: signature middleware and the like.
    pub fn layered(mut self, layer: impl FnOnce(Router<S>) -> Router<S>) -> Self {
        self.router = layer(self.router);
        self
    }

    /// Gives the function the OpenAPI document it serves, and the routes their state.
    pub fn serving(self, document: &'static str, state: S) -> Api {
        Api { host: self.host, function: self.function, document, router: self.router.with_state(state) }
    }
}

impl Api {
    /// The router alone, without health, documentation and the outer layers; and the document.
    pub(crate) fn into_parts(self) -> (Router, &'static str) {
        (self.router, self.document)
    }
}
