//! A function's endpoints, described: what the OpenAPI documents and the tests of every endpoint are made from.

use crate::api::{Endpoint, Table};
use crate::spec::Spec;
use authz::{Access, Audience};
use axum::handler::Handler;
use http::Method;
use kernel::Code;

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
    /// What is known of it from its handler's signature.
    pub fn spec(&self) -> Spec {
        let mut spec = (self.spec)();
        if !matches!(spec.access, Access::Public | Access::Signature(_)) {
            spec.codes.extend_from_slice(self.door);
        }
        spec
    }
}

/// What one function of one host has.
pub struct Described {
    pub host: Audience,
    /// The function's name, e.g. `order`: the tag in the documentation.
    pub function: &'static str,
    pub routes: Vec<Route>,
}

impl<S: Clone + Send + Sync + 'static> Table<S> for Described {
    fn new(host: Audience, function: &'static str) -> Described {
        Described { host, function, routes: Vec::new() }
    }

    fn route<H, A, T: 'static>(mut self, method: Method, path: &'static str, summary: &'static str, _: H) -> Self
    where
        H: Endpoint<A> + Handler<T, S>,
    {
        let operation = operation(std::any::type_name::<H>());
        self.routes.push(Route { method, path, operation, summary, spec: H::spec, door: &[] });
        self
    }

    fn refusing(mut self, door: &'static [Code]) -> Self {
        for route in &mut self.routes {
            route.door = door;
        }
        self
    }
}

/// `service_order::purchase_orders::place` → `purchase_orders_place`.
fn operation(type_name: &str) -> String {
    let mut parts = type_name.rsplit("::");
    let name = parts.next().unwrap_or_default();
    let module = parts.next().unwrap_or_default();
    format!("{module}_{name}")
}
