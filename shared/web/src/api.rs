//! The route table: one line an endpoint, described by its own types.

use crate::ctx::{Core, Ctx};
use crate::reply::Reply;
use crate::spec::{Describe, Spec};
use authz::{Access, Audience, Permit};
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

/// One endpoint.
pub struct Route {
    pub method: Method,
    pub path: &'static str,
    /// Module and name of the handler: `purchase_orders_place`.
    pub operation: String,
    /// What it does, one line, shown in the documentation.
    pub summary: &'static str,
    spec: fn() -> Spec,
    /// What the middleware before it may answer.
    door: &'static [Code],
}

impl Route {
    /// What is known of it from its handler's signature. Made when asked for: a function that starts has no time for it.
    pub fn spec(&self) -> Spec {
        let mut spec = (self.spec)();
        if !matches!(spec.access, Access::Public | Access::Signature(_)) {
            spec.codes.extend_from_slice(self.door);
        }
        spec
    }
}

/// The routes of one function, on one host.
pub struct Api<S = ()> {
    pub host: Audience,
    /// The function's name, e.g. `order`: the tag in the documentation.
    pub function: &'static str,
    pub routes: Vec<Route>,
    router: Router<S>,
}

impl<S: Clone + Send + Sync + 'static> Api<S>
where
    Core: FromRef<S>,
{
    pub fn new(host: Audience, function: &'static str) -> Api<S> {
        Api { host, function, routes: Vec::new(), router: Router::new() }
    }

    pub fn get<H, A, T: 'static>(self, path: &'static str, summary: &'static str, handler: H) -> Self
    where
        H: Endpoint<A> + Handler<T, S>,
    {
        self.route(Method::GET, path, summary, handler)
    }
    pub fn post<H, A, T: 'static>(self, path: &'static str, summary: &'static str, handler: H) -> Self
    where
        H: Endpoint<A> + Handler<T, S>,
    {
        self.route(Method::POST, path, summary, handler)
    }
    pub fn put<H, A, T: 'static>(self, path: &'static str, summary: &'static str, handler: H) -> Self
    where
        H: Endpoint<A> + Handler<T, S>,
    {
        self.route(Method::PUT, path, summary, handler)
    }
    pub fn patch<H, A, T: 'static>(self, path: &'static str, summary: &'static str, handler: H) -> Self
    where
        H: Endpoint<A> + Handler<T, S>,
    {
        self.route(Method::PATCH, path, summary, handler)
    }
    pub fn delete<H, A, T: 'static>(self, path: &'static str, summary: &'static str, handler: H) -> Self
    where
        H: Endpoint<A> + Handler<T, S>,
    {
        self.route(Method::DELETE, path, summary, handler)
    }

    fn route<H, A, T: 'static>(mut self, method: Method, path: &'static str, summary: &'static str, handler: H) -> Self
    where
        H: Endpoint<A> + Handler<T, S>,
    {
        let filter = MethodFilter::try_from(method.clone()).unwrap_or(MethodFilter::GET);
        debug_assert!(
            H::AUDIENCE == self.host,
            "{path} is on the {:?} host but asks for a permit of {:?}",
            self.host,
            H::AUDIENCE
        );
        let operation = operation(std::any::type_name::<H>());
        self.routes.push(Route { method, path, operation, summary, spec: H::spec, door: &[] });
        self.router = self.router.route(path, on(filter, handler));
        self
    }

    /// Adds what is not an endpoint of ours: signature middleware and the like.
    pub fn layered(mut self, layer: impl FnOnce(Router<S>) -> Router<S>) -> Self {
        self.router = layer(self.router);
        self
    }

    /// Says what a middleware of [`Api::layered`] may refuse the protected routes so far with.
    pub fn refusing(mut self, door: &'static [Code]) -> Self {
        for route in &mut self.routes {
            route.door = door;
        }
        self
    }

    /// Gives the routes their state.
    pub fn with_state(self, state: S) -> Api {
        Api { host: self.host, function: self.function, routes: self.routes, router: self.router.with_state(state) }
    }
}

impl Api {
    /// The router alone, without health, documentation and the outer layers.
    pub fn into_parts(self) -> (Router, Vec<Route>) {
        (self.router, self.routes)
    }
}

/// `service_order::purchase_orders::place` → `purchase_orders_place`.
fn operation(type_name: &str) -> String {
    let mut parts = type_name.rsplit("::");
    let name = parts.next().unwrap_or_default();
    let module = parts.next().unwrap_or_default();
    format!("{module}_{name}")
}
