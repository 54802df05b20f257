//! What an endpoint says of itself: collected from the types of its handler, written into the OpenAPI document.

use authz::{Access, Audience, Permit};
use axum::extract::State;
use kernel::Code;
use schemars::SchemaGenerator;
use schemars::generate::SchemaSettings;
use serde_json::Value;

/// What is known of an endpoint from its signature.
pub struct Spec {
    pub audience: Audience,
    pub access: Access,
    pub step_up: bool,
    pub idempotent: bool,
    /// Further request headers, as OpenAPI parameter objects.
    pub headers: Vec<Value>,
    pub path: Option<Value>,
    pub query: Option<Value>,
    pub body: Option<Value>,
    pub raw_body: bool,
    pub text: bool,
    pub replies: Vec<(u16, Option<Value>)>,
    pub codes: Vec<Code>,
    pub schemas: SchemaGenerator,
}

impl Spec {
    pub(crate) fn new<P: Permit>() -> Spec {
        let mut settings = SchemaSettings::draft2020_12();
        settings.definitions_path = "/components/schemas".into();
        Spec {
            audience: P::AUDIENCE,
            access: P::ACCESS,
            step_up: P::STEP_UP,
            idempotent: false,
            headers: Vec::new(),
            path: None,
            query: None,
            body: None,
            raw_body: false,
            text: false,
            replies: Vec::new(),
            codes: Vec::new(),
            schemas: settings.into_generator(),
        }
    }

    pub(crate) fn reply(&mut self, status: u16, schema: Option<Value>) {
        self.replies.push((status, schema));
    }
}

/// An argument of a handler that tells what it reads.
pub trait Describe {
    fn describe(spec: &mut Spec);
}

impl<T> Describe for State<T> {
    fn describe(_: &mut Spec) {}
}
