//! Calls to one host as one caller.

use crate::stack::Stack;
use reqwest::Method;
use serde_json::Value;

/// One of the four hosts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Host {
    Service,
    Seller,
    Admin,
    External,
}

impl Host {
    fn name(self) -> &'static str {
        match self {
            Host::Service => "service",
            Host::Seller => "seller",
            Host::Admin => "admin",
            Host::External => "external",
        }
    }
}

/// Somebody who calls a host, signed in or not.
#[derive(Clone)]
pub struct Caller {
    stack: Stack,
    host: Host,
    token: Option<String>,
}

/// What came back.
#[derive(Debug)]
pub struct Answer {
    what: String,
    pub status: u16,
    pub body: Value,
}

impl Answer {
    /// The body of an answer with this status.
    ///
    /// # Panics
    /// With the whole answer when the status is another.
    pub fn expect(self, status: u16) -> Value {
        assert_eq!(self.status, status, "{}: {:#}", self.what, self.body);
        self.body
    }
}

impl Stack {
    /// Somebody without a session.
    pub fn anybody(&self, host: Host) -> Caller {
        Caller { stack: self.clone(), host, token: None }
    }
}

impl Caller {
    /// The same with a session.
    pub fn with_token(&self, token: &str) -> Caller {
        Caller { token: Some(token.to_owned()), ..self.clone() }
    }

    pub async fn get(&self, path: &str) -> Answer {
        self.call(Method::GET, path, None).await
    }

    pub async fn post(&self, path: &str, body: Value) -> Answer {
        self.call(Method::POST, path, Some(body)).await
    }

    pub async fn patch(&self, path: &str, body: Value) -> Answer {
        self.call(Method::PATCH, path, Some(body)).await
    }

    /// Every POST carries an Idempotency-Key; endpoints that take none overlook it.
    async fn call(&self, method: Method, path: &str, body: Option<Value>) -> Answer {
        let what = format!("{method} {}.{}{path}", self.host.name(), self.stack.domain);
        let mut request = self
            .stack
            .http
            .request(method, format!("{}{path}", self.stack.url))
            .header("host", format!("{}.{}", self.host.name(), self.stack.domain))
            .header("accept-language", "en")
            .header("idempotency-key", uuid::Uuid::now_v7().to_string());
        if let Some(token) = &self.token {
            request = request.bearer_auth(token);
        }
        if let Some(body) = body {
            request = request.json(&body);
        }
        let response = request.send().await.unwrap_or_else(|error| panic!("{what}: {error}"));
        let status = response.status().as_u16();
        let text = response.text().await.unwrap_or_default();
        Answer { what, status, body: serde_json::from_str(&text).unwrap_or(Value::String(text)) }
    }
}
