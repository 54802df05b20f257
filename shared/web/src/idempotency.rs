//! Idempotency-Key: the effect and the saved answer commit together.
//!
//! The key's row is inserted first, in the transaction of the effect, so a second request with the same key waits for the
//! first to end and then reads its answer. The same key with the same body gets the same answer; with another body it is
//! refused. A request that failed left no row: it may be repeated.

use crate::ctx::{Core, Ctx};
use crate::problem::{self, Problem};
use crate::reply::Reply;
use crate::spec::{Describe, Spec};
use authz::Permit;
use axum::extract::{FromRef, FromRequestParts};
use axum::response::{IntoResponse, Response};
use chrono::Duration;
use db::{Json as SqlJson, Tx};
use http::StatusCode;
use http::request::Parts;
use kernel::{Fault, Now};
use serde::Serialize;
use serde_json::Value;

db::statements! {
    /// Takes the key, or finds it taken. Waits while another transaction holds it.
    static TAKE: (String, String, String, String, Vec<u8>, Now, chrono::DateTime<chrono::Utc>) => (String,) =
        "insert into idempotency_keys (host, principal_id, key, method_path, request_hash, created_at, expires_at)
         values ($1, $2, $3, $4, $5, $6, $7)
         on conflict (host, principal_id, key) do update set
             method_path = excluded.method_path, request_hash = excluded.request_hash, state = 'in_progress',
             response_status = null, response_body = null, created_at = excluded.created_at, expires_at = excluded.expires_at
             where idempotency_keys.expires_at <= excluded.created_at
         returning state";
    static SAVED: (String, String, String) => SavedRow =
        "select method_path, request_hash, response_status, response_body from idempotency_keys where host = $1 and principal_id = $2 and key = $3";
    static SAVE: (String, String, String, i32, SqlJson<Value>) => () =
        "update idempotency_keys set state = 'completed', response_status = $4, response_body = $5 where host = $1 and principal_id = $2 and key = $3";
}

db::row! { struct SavedRow { method_path: String, request_hash: Vec<u8>, response_status: Option<i32>, response_body: Option<Value> } }

const HEADER: &str = "Idempotency-Key";

/// The header, required: 8 to 300 visible characters.
#[derive(Debug, Clone)]
pub struct IdempotencyKey(String);

impl<S: Send + Sync> FromRequestParts<S> for IdempotencyKey
where
    Core: FromRef<S>,
{
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let key = parts.headers.get(HEADER).and_then(|value| value.to_str().ok()).unwrap_or_default();
        let usable = (8..=300).contains(&key.len()) && key.bytes().all(|b| b.is_ascii_graphic());
        let missing =
            || Problem::of(&problem::IDEMPOTENCY_KEY_REQUIRED).field(HEADER, "required", "8 to 300 visible characters");
        usable.then(|| IdempotencyKey(key.to_owned())).ok_or_else(missing)
    }
}

impl Describe for IdempotencyKey {
    fn describe(spec: &mut Spec) {
        spec.idempotent = true;
        spec.codes.extend([problem::IDEMPOTENCY_KEY_REQUIRED, problem::IDEMPOTENCY_KEY_REUSED]);
    }
}

/// An answer that was either made now or saved before.
pub enum Once<R> {
    Made(R),
    Saved(StatusCode, Value),
    Reused,
}

impl<R: Reply> Reply for Once<R> {
    fn describe(spec: &mut Spec) {
        R::describe(spec);
    }
}

impl<R: Reply> IntoResponse for Once<R> {
    fn into_response(self) -> Response {
        match self {
            Once::Made(reply) => reply.into_response(),
            Once::Saved(status, body) => {
                let body = if status == StatusCode::NO_CONTENT { String::new() } else { body.to_string() };
                (
                    status,
                    [
                        (http::header::CONTENT_TYPE, "application/json"),
                        (http::HeaderName::from_static("idempotent-replayed"), "true"),
                    ],
                    body,
                )
                    .into_response()
            }
            Once::Reused => Problem::of(&problem::IDEMPOTENCY_KEY_REUSED)
                .field(HEADER, "reused", "a key for this request alone")
                .into_response(),
        }
    }
}

/// A key that was taken in an open transaction.
pub struct Taken {
    host: String,
    principal: String,
    key: String,
}

impl IdempotencyKey {
    /// Takes the key for this caller and body. `Err` holds the answer to give instead: the saved one, or a refusal.
    pub async fn take<P: Permit, R>(
        &self,
        ctx: &Ctx<P>,
        principal: impl ToString,
        body: &impl Serialize,
        tx: &Tx,
    ) -> Result<Result<Taken, Once<R>>, Fault> {
        let host = P::AUDIENCE.as_str().to_owned();
        let principal = principal.to_string();
        let hash = hash(body)?;
        let operation = ctx.request.operation.clone();
        let expires = ctx.now.plus(Duration::hours(24));
        let taken = TAKE
            .opt(
                tx,
                (host.clone(), principal.clone(), self.0.clone(), operation.clone(), hash.clone(), ctx.now, expires),
            )
            .await?;
        if taken.is_some() {
            return Ok(Ok(Taken { host, principal, key: self.0.clone() }));
        }
        let saved = SAVED.one(tx, (host, principal, self.0.clone())).await?;
        if saved.request_hash != hash || saved.method_path != operation {
            return Ok(Err(Once::Reused));
        }
        let status = saved
            .response_status
            .and_then(|status| u16::try_from(status).ok())
            .and_then(|status| StatusCode::from_u16(status).ok());
        let status = status.ok_or_else(|| Fault::internal("an idempotency key without its answer"))?;
        Ok(Err(Once::Saved(status, saved.response_body.unwrap_or_default())))
    }
}

impl Taken {
    /// Saves the answer and commits, in one round trip.
    pub async fn commit<V: Serialize>(self, tx: Tx, status: u16, view: &V) -> Result<(), Fault> {
        self.commit_with(tx, status, view, async |_| Ok(())).await
    }

    /// Runs the last statements of the effect, saves the answer and commits, in one round trip. See [`Tx::commit_with`] for what
    /// such statements must be.
    pub async fn commit_with<V: Serialize, E: From<Fault>>(
        self,
        tx: Tx,
        status: u16,
        view: &V,
        last: impl AsyncFnOnce(&Tx) -> Result<(), E>,
    ) -> Result<(), E> {
        let body = serde_json::to_value(view).map_err(Fault::internal)?;
        let answer = (self.host, self.principal, self.key, i32::from(status), SqlJson(body));
        tx.commit_with(async |tx| {
            futures::try_join!(async { SAVE.run(tx, answer).await.map_err(E::from) }, last(tx)).map(drop)
        })
        .await
    }
}

fn hash(body: &impl Serialize) -> Result<Vec<u8>, Fault> {
    let bytes = serde_json::to_vec(body).map_err(Fault::internal)?;
    Ok(aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, &bytes).as_ref().to_vec())
}
