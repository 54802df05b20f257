//! `Idempotency-Key` on POST (docs: "멱등키 헤더").
//!
//! The scope of a key is key + secret key + method + path; it lives 15 days. While the first request runs, the same key
//! is answered 409 IDEMPOTENT_REQUEST_PROCESSING; afterwards with the stored answer, whatever it was, and without a new
//! effect. A key longer than 300 characters is 400 INVALID_IDEMPOTENCY_KEY. What was refused before the work began
//! (authentication, injected errors without effect, FORBIDDEN_CONSECUTIVE_REQUEST) is not stored.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use axum::body::Body;
use axum::response::Response;
use bytes::Bytes;
use chrono::Duration;
use http::{HeaderValue, StatusCode, header};

use super::errors::TossError;
use crate::clock::Stamp;

const LIFE: Duration = Duration::days(15);

/// An answer that can be given twice.
#[derive(Clone, Debug)]
pub(super) struct Answer {
    pub status: StatusCode,
    pub content_type: Option<HeaderValue>,
    pub body: Bytes,
}

impl Answer {
    pub fn response(&self) -> Response {
        let mut response = Response::new(Body::from(self.body.clone()));
        *response.status_mut() = self.status;
        if let Some(content_type) = &self.content_type {
            response.headers_mut().insert(header::CONTENT_TYPE, content_type.clone());
        }
        response
    }
}

#[derive(Debug)]
enum Record {
    Running,
    Done(Answer),
}

/// What to do with a keyed request.
#[derive(Debug)]
pub(super) enum Claim {
    First,
    Again(Answer),
}

#[derive(Debug, Default)]
pub(super) struct Idempotency(Mutex<HashMap<String, (Stamp, Record)>>);

impl Idempotency {
    fn lock(&self) -> MutexGuard<'_, HashMap<String, (Stamp, Record)>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes the key for this scope, or says what the first request brought.
    pub fn claim(&self, key: &str, scope: &str, now: Stamp) -> Result<Claim, TossError> {
        if key.chars().count() > 300 {
            return Err(TossError::of("INVALID_IDEMPOTENCY_KEY"));
        }
        let mut records = self.lock();
        records.retain(|_, (since, _)| now - *since < LIFE);
        match records.get(&place(key, scope)) {
            Some((_, Record::Running)) => Err(TossError::of("IDEMPOTENT_REQUEST_PROCESSING")),
            Some((_, Record::Done(answer))) => Ok(Claim::Again(answer.clone())),
            None => {
                records.insert(place(key, scope), (now, Record::Running));
                Ok(Claim::First)
            }
        }
    }

    /// Stores the answer.
    pub fn store(&self, key: &str, scope: &str, answer: Answer) {
        if let Some((_, record)) = self.lock().get_mut(&place(key, scope)) {
            *record = Record::Done(answer);
        }
    }

    /// Gives the key back: the request was refused before any work.
    pub fn release(&self, key: &str, scope: &str) {
        self.lock().remove(&place(key, scope));
    }
}

fn place(key: &str, scope: &str) -> String {
    format!("{scope} {key}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::SimClock;

    #[test]
    fn a_key_runs_once_then_repeats_its_answer_for_fifteen_days() {
        let now = SimClock::default().now();
        let keys = Idempotency::default();
        assert!(matches!(keys.claim("k", "POST /a", now), Ok(Claim::First)));
        assert_eq!(keys.claim("k", "POST /a", now).unwrap_err().code, "IDEMPOTENT_REQUEST_PROCESSING");
        assert!(matches!(keys.claim("k", "POST /b", now), Ok(Claim::First)));
        let answer = Answer { status: StatusCode::OK, content_type: None, body: Bytes::from_static(b"x") };
        keys.store("k", "POST /a", answer);
        assert!(matches!(keys.claim("k", "POST /a", now), Ok(Claim::Again(_))));
        let later = now + Duration::days(16);
        assert!(matches!(keys.claim("k", "POST /a", later), Ok(Claim::First)));
        assert_eq!(keys.claim(&"x".repeat(301), "POST /a", now).unwrap_err().code, "INVALID_IDEMPOTENCY_KEY");
    }
}
