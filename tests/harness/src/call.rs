//! A call that is about to be made, and its answer.

use crate::actor::Actor;
use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode};
use http_body_util::BodyExt;
use serde_json::Value;
use std::future::{Future, IntoFuture};
use std::ops::Index;
use std::pin::Pin;
use tower::ServiceExt;

/// Await it to make it. Every POST carries a fresh Idempotency-Key unless [`Call::key`] gives one.
#[must_use = "a call is made when it is awaited"]
pub struct Call {
    actor: Actor,
    method: Method,
    path: String,
    headers: HeaderMap,
    body: Vec<u8>,
}

impl Call {
    pub(crate) fn new(actor: &Actor, method: Method, path: &str, body: Option<Value>) -> Call {
        let mut headers = HeaderMap::new();
        if body.is_some() {
            headers.insert(http::header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
        }
        if method == Method::POST {
            let key = uuid::Uuid::now_v7().to_string();
            headers.insert("idempotency-key", HeaderValue::from_str(&key).expect("a header"));
        }
        let body = body.map(|body| body.to_string().into_bytes()).unwrap_or_default();
        Call { actor: actor.clone(), method, path: path.to_owned(), headers, body }
    }

    /// With this Idempotency-Key.
    pub fn key(self, key: &str) -> Call {
        self.header("idempotency-key", key)
    }

    /// With another header, in place of one of the same name.
    pub fn header(mut self, name: &str, value: &str) -> Call {
        let name = HeaderName::try_from(name).expect("a header's name");
        self.headers.insert(name, HeaderValue::from_str(value).expect("a header's value"));
        self
    }

    /// Without a header.
    pub fn without(mut self, name: &str) -> Call {
        self.headers.remove(name);
        self
    }

    /// With these bytes as the body.
    pub fn body(mut self, bytes: impl Into<Vec<u8>>) -> Call {
        self.body = bytes.into();
        self
    }

    /// Makes it over HTTP, to a host that listens at this URL.
    pub async fn over(self, url: &str) -> Answer {
        let said = format!("{} {url}{}", self.method, self.path);
        let request = self.actor.shop().boot.http.request(self.method, format!("{url}{}", self.path));
        let mut headers = self.actor.headers();
        headers.extend(self.headers);
        let response = request.headers(headers).body(self.body).send().await;
        let response = response.unwrap_or_else(|error| panic!("{said}: {error:?}"));
        let (status, headers) = (response.status(), response.headers().clone());
        let bytes = response.bytes().await.unwrap_or_else(|error| panic!("{said}: {error:?}"));
        Answer::new(said, status, headers, &bytes)
    }

    async fn send(self) -> Answer {
        let said = format!("{} {}", self.method, self.path);
        let mut request = http::Request::builder().method(self.method).uri(&self.path);
        let headers = request.headers_mut().unwrap_or_else(|| panic!("{said} is not a request"));
        headers.extend(self.actor.headers());
        headers.extend(self.headers);
        let request = request.body(axum::body::Body::from(self.body)).expect("a request");
        let router = self.actor.shop().router(self.actor.host()).await;
        let response = router.oneshot(request).await.expect("routers answer");
        let (parts, body) = response.into_parts();
        let bytes = body.collect().await.expect("a body").to_bytes();
        Answer::new(said, parts.status, parts.headers, &bytes)
    }
}

impl IntoFuture for Call {
    type Output = Answer;
    type IntoFuture = Pin<Box<dyn Future<Output = Answer> + Send>>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.send())
    }
}

/// What came back.
#[derive(Debug, Clone)]
pub struct Answer {
    said: String,
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub text: String,
    json: Value,
}

impl Answer {
    fn new(said: String, status: StatusCode, headers: HeaderMap, body: &[u8]) -> Answer {
        let json = serde_json::from_slice(body).unwrap_or(Value::Null);
        Answer { said, status, headers, text: String::from_utf8_lossy(body).into_owned(), json }
    }

    /// # Panics
    /// When the status is another, with the body.
    #[track_caller]
    pub fn expect(self, status: u16) -> Answer {
        assert_eq!(self.status.as_u16(), status, "{}: {}", self.said, self.text);
        self
    }

    /// A problem with this status and code.
    ///
    /// # Panics
    /// When it is another, with the body.
    #[track_caller]
    pub fn expect_code(self, status: u16, code: &str) -> Answer {
        let answer = self.expect(status);
        assert_eq!(answer.json["code"], code, "{}: {}", answer.said, answer.text);
        answer
    }

    pub fn json(&self) -> &Value {
        &self.json
    }

    /// A text field, parsed: ids, moments, days.
    #[track_caller]
    pub fn read<T: std::str::FromStr>(&self, field: &str) -> T {
        let text =
            self.json[field].as_str().unwrap_or_else(|| panic!("{}: no text {field} in {}", self.said, self.text));
        text.parse().unwrap_or_else(|_| panic!("{}: {field} is {text}", self.said))
    }

    /// A whole number, won usually.
    #[track_caller]
    pub fn won(&self, field: &str) -> i64 {
        self.json[field].as_i64().unwrap_or_else(|| panic!("{}: no number {field} in {}", self.said, self.text))
    }

    /// The rows of a list.
    #[track_caller]
    pub fn items(&self) -> &[Value] {
        self.json["items"].as_array().unwrap_or_else(|| panic!("{}: no items in {}", self.said, self.text))
    }

    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }
}

impl Index<&str> for Answer {
    type Output = Value;
    fn index(&self, field: &str) -> &Value {
        &self.json[field]
    }
}
