//! Faults: what went wrong below us, as opposed to a refusal, which is an answer.
//!
//! A [`Failure`] is either. It becomes an HTTP response without a body here and gets its problem+json in the web layer,
//! which knows the language and the request id; that is also where a fault is logged, once.

use crate::{Code, FieldError, Refusal};
use axum_core::response::{IntoResponse, Response};
use std::error::Error;
use std::fmt::Display;
use std::sync::Arc;

/// Something below us failed.
#[derive(Debug, thiserror::Error)]
pub enum Fault {
    /// A service we need does not answer: the caller may try again. 503 with Retry-After.
    #[error("{what} is unavailable: {source}")]
    Unavailable { what: &'static str, source: Box<dyn Error + Send + Sync> },
    /// A named constraint of the schema refused a row; use cases map the ones they expect to refusals.
    #[error("constraint {name}: {source}")]
    Constraint { name: String, source: Box<dyn Error + Send + Sync> },
    /// A competing transaction won (deadlock, serialization, lock timeout): the same call may succeed now.
    #[error("lost against a competing transaction: {source}")]
    Contention { source: Box<dyn Error + Send + Sync> },
    /// A defect of ours or of a partner system.
    #[error("{0}")]
    Internal(Box<dyn Error + Send + Sync>),
}

impl Fault {
    pub fn internal(source: impl Into<Box<dyn Error + Send + Sync>>) -> Fault {
        Fault::Internal(source.into())
    }

    pub fn unavailable(what: &'static str, source: impl Into<Box<dyn Error + Send + Sync>>) -> Fault {
        Fault::Unavailable { what, source: source.into() }
    }

    /// The violated constraint, if that is what this is.
    pub fn constraint(&self) -> Option<&str> {
        match self {
            Fault::Constraint { name, .. } => Some(name),
            Fault::Unavailable { .. } | Fault::Contention { .. } | Fault::Internal(_) => None,
        }
    }
}

/// A use case's error: it refuses, or something below it failed.
#[derive(Debug)]
pub enum Failure<E> {
    Refused(E),
    Fault(Fault),
}

impl<E: Refusal> From<E> for Failure<E> {
    fn from(refusal: E) -> Self {
        Failure::Refused(refusal)
    }
}

impl<E> From<Fault> for Failure<E> {
    fn from(fault: Fault) -> Self {
        Failure::Fault(fault)
    }
}

impl<E> Failure<E> {
    /// Carries an inner use case's refusal out as the outer one's.
    pub fn widen<O: From<E>>(self) -> Failure<O> {
        match self {
            Failure::Refused(refusal) => Failure::Refused(O::from(refusal)),
            Failure::Fault(fault) => Failure::Fault(fault),
        }
    }
}

impl<E: Refusal> Failure<E> {
    /// For a caller that asked before, so that a refusal is a defect. What failed below stays what it was: an outage is
    /// still told as one.
    pub fn unexpected(self, what: impl Display) -> Fault {
        match self {
            Failure::Refused(refusal) => Fault::internal(format!("{what}: {}", refusal.code().id)),
            Failure::Fault(fault) => fault,
        }
    }
}

/// Turns an expected constraint violation into a refusal: the schema decides, not a check before the insert.
pub trait RefuseOn<T> {
    fn refuse_on<E: Refusal>(self, constraint: &str, refusal: E) -> Result<T, Failure<E>>;
}

impl<T> RefuseOn<T> for Result<T, Fault> {
    fn refuse_on<E: Refusal>(self, constraint: &str, refusal: E) -> Result<T, Failure<E>> {
        self.map_err(|fault| {
            if fault.constraint() == Some(constraint) { Failure::Refused(refusal) } else { Failure::Fault(fault) }
        })
    }
}

/// What the web layer renders: travels in the response's extensions.
#[derive(Debug, Clone)]
pub enum Unrendered {
    Refused { code: Code, fields: Vec<FieldError>, details: Option<serde_json::Value> },
    Fault(Arc<Fault>),
}

impl<E: Refusal> IntoResponse for Failure<E> {
    fn into_response(self) -> Response {
        let unrendered = match self {
            Failure::Refused(r) => Unrendered::Refused { code: *r.code(), fields: r.fields(), details: r.details() },
            Failure::Fault(fault) => Unrendered::Fault(Arc::new(fault)),
        };
        let mut response = http::StatusCode::INTERNAL_SERVER_ERROR.into_response();
        response.extensions_mut().insert(unrendered);
        response
    }
}
