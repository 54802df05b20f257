//! Answers, each with the status it travels with.

use crate::extract::Json;
use crate::spec::Spec;
use axum::response::{IntoResponse, Response};
use http::{StatusCode, header};
use schemars::JsonSchema;
use serde::Serialize;

/// What a handler may answer with.
pub trait Reply: IntoResponse {
    fn describe(spec: &mut Spec);
}

/// 201 with a body.
#[derive(Debug)]
pub struct Created<T>(pub T);

/// 202 with a body: taken, not done yet.
#[derive(Debug)]
pub struct Accepted<T>(pub T);

/// 200 with a body that browsers and the edge may keep for `seconds`; its ETag is the hash of its bytes, so asking again
/// for what has not changed answers 304.
#[derive(Debug)]
pub struct Cached<T> {
    pub value: T,
    pub seconds: u32,
}

/// 200 with a body that its caller alone may keep, and asks for again by its ETag each time: 304 for what has not changed.
#[derive(Debug)]
pub struct Tagged<T>(pub T);

/// 204.
#[derive(Debug, Clone, Copy)]
pub struct NoContent;

/// 200 with text of another type: pages, files.
#[derive(Debug)]
pub struct Text {
    pub content_type: &'static str,
    pub body: String,
}

fn json<T: Serialize>(status: StatusCode, value: &T) -> Response {
    match serde_json::to_vec(value) {
        Ok(bytes) => (status, [(header::CONTENT_TYPE, "application/json")], bytes).into_response(),
        Err(error) => kernel::Failure::<kernel::refusal::Never>::Fault(kernel::Fault::internal(error)).into_response(),
    }
}

fn tagged<T: Serialize>(value: &T, cache_control: String) -> Response {
    let Ok(bytes) = serde_json::to_vec(value) else { return json(StatusCode::OK, value) };
    let digest = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, &bytes);
    let tag = hex::encode(&digest.as_ref()[..12]);
    let headers = [
        (header::CONTENT_TYPE, "application/json".to_owned()),
        (header::CACHE_CONTROL, cache_control),
        (header::ETAG, format!("\"{tag}\"")),
    ];
    (StatusCode::OK, headers, bytes).into_response()
}

impl<T: Serialize> IntoResponse for Json<T> {
    fn into_response(self) -> Response {
        json(StatusCode::OK, &self.0)
    }
}
impl<T: Serialize> IntoResponse for Created<T> {
    fn into_response(self) -> Response {
        json(StatusCode::CREATED, &self.0)
    }
}
impl<T: Serialize> IntoResponse for Accepted<T> {
    fn into_response(self) -> Response {
        json(StatusCode::ACCEPTED, &self.0)
    }
}
impl<T: Serialize> IntoResponse for Cached<T> {
    fn into_response(self) -> Response {
        tagged(&self.value, format!("public, max-age={}", self.seconds))
    }
}
impl<T: Serialize> IntoResponse for Tagged<T> {
    fn into_response(self) -> Response {
        tagged(&self.0, "private, no-cache".to_owned())
    }
}
impl IntoResponse for NoContent {
    fn into_response(self) -> Response {
        StatusCode::NO_CONTENT.into_response()
    }
}
impl IntoResponse for Text {
    fn into_response(self) -> Response {
        ([(header::CONTENT_TYPE, self.content_type)], self.body).into_response()
    }
}

impl<T: Serialize + JsonSchema> Reply for Json<T> {
    fn describe(spec: &mut Spec) {
        let schema = spec.schemas.subschema_for::<T>().to_value();
        spec.reply(200, Some(schema));
    }
}
impl<T: Serialize + JsonSchema> Reply for Created<T> {
    fn describe(spec: &mut Spec) {
        let schema = spec.schemas.subschema_for::<T>().to_value();
        spec.reply(201, Some(schema));
    }
}
impl<T: Serialize + JsonSchema> Reply for Accepted<T> {
    fn describe(spec: &mut Spec) {
        let schema = spec.schemas.subschema_for::<T>().to_value();
        spec.reply(202, Some(schema));
    }
}
impl<T: Serialize + JsonSchema> Reply for Cached<T> {
    fn describe(spec: &mut Spec) {
        let schema = spec.schemas.subschema_for::<T>().to_value();
        spec.reply(200, Some(schema));
        spec.reply(304, None);
    }
}
impl<T: Serialize + JsonSchema> Reply for Tagged<T> {
    fn describe(spec: &mut Spec) {
        Cached::<T>::describe(spec);
    }
}
impl Reply for NoContent {
    fn describe(spec: &mut Spec) {
        spec.reply(204, None);
    }
}
impl Reply for Text {
    fn describe(spec: &mut Spec) {
        spec.reply(200, Some(serde_json::json!({ "type": "string" })));
        spec.text = true;
    }
}
