//! Sessions: one row per signed-in device, holding the hash of the refresh token that is good next.
//!
//! A refresh token is used once and replaced by the next in its row, which is the whole family. Showing one that was
//! replaced already means two parties hold it: the session ends for both. On the customers' host the token replaced
//! within the last ten seconds is forgiven, because a mobile app fires two refreshes at once: the next token is derived
//! from the one before, so both get the same.
//!
//! Table `auth_sessions`: key `session_id` (S), TTL `expires_at` (N, seconds), index `by_subject` on `subject_id` (S) and
//! `created_at` (N). Expiry is checked on read, because DynamoDB deletes late.

use crate::item::{Item, n, number, s, text};
use crate::tickets::{TABLE, get};
use crate::tokens::{AccessToken, Signer, Subject, Tokens};
use authz::{Audience, Device};
use aws::Tables;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use boot::Vault;
use chrono::{DateTime, Duration, Utc};
use kernel::*;
use uuid::Uuid;

/// Index of the table that finds everything of one person.
pub const BY_SUBJECT: &str = "by_subject";

const GRACE_MILLIS: i64 = 10_000;

/// A session as its owner sees it.
#[derive(Debug, Clone)]
pub struct Session {
    pub id: SessionId,
    pub subject: Uuid,
    pub user_agent: Option<String>,
    pub created_at: DateTime<Utc>,
    pub last_used_at: DateTime<Utc>,
    pub expires_at: DateTime<Utc>,
}

/// A refresh token that was exchanged; the access token is signed from the subject as it is now.
#[derive(Debug, Clone)]
pub struct Rotated {
    pub session: SessionId,
    pub subject: Uuid,
    refresh: String,
    expires_at: DateTime<Utc>,
}

kernel::refusals! {
    /// Why a refresh token is not taken.
    pub enum RefreshError {
        Invalid = 401 "refresh_token_invalid", "Sign in again.", "다시 로그인해 주세요.";
        Reused = 401 "refresh_token_reused", "This refresh token was used before; the session has ended.", "이미 사용된 토큰입니다. 다시 로그인해 주세요.";
    }
}

kernel::refusals! {
    /// Why a session cannot be elevated.
    pub enum SessionError {
        Ended = 401 "session_ended", "The session has ended, sign in again.", "세션이 종료되었습니다. 다시 로그인해 주세요.";
    }
}

/// The sessions of one audience.
#[derive(Clone)]
pub struct Sessions {
    tables: Tables,
    signer: Signer,
    vault: Vault,
}

/// How long a session lives unused, and at most.
fn lives(audience: Audience) -> (Duration, Duration) {
    match audience {
        Audience::Service => (Duration::days(60), Duration::days(365)),
        Audience::Seller => (Duration::hours(12), Duration::days(14)),
        Audience::Admin | Audience::External => (Duration::hours(2), Duration::hours(12)),
    }
}

impl Sessions {
    pub fn new(tables: Tables, signer: Signer, vault: Vault) -> Sessions {
        Sessions { tables, signer, vault }
    }

    /// Signs somebody in on a device.
    pub async fn start(&self, subject: &Subject, device: &Device, now: Now) -> Result<Tokens, Fault> {
        let id = SessionId::new();
        let secret = URL_SAFE_NO_PAD.encode(crate::random::<32>()?);
        let expires_at = now.plus(lives(self.signer.audience).0);
        let mut put = self
            .tables
            .client
            .put_item()
            .table_name(self.tables.name(TABLE))
            .item("session_id", s(id.to_string()))
            .item("kind", s("session"))
            .item("audience", s(self.signer.audience.as_str()))
            .item("subject_id", s(subject.id.to_string()))
            .item("refresh_hash", s(hash(&secret)))
            .item("created_at", n(now.0.timestamp()))
            .item("last_used_at", n(now.0.timestamp()))
            .item("expires_at", n(expires_at.timestamp()));
        if let Some(ip) = device.ip {
            put = put.item("ip", s(ip.to_string()));
        }
        if let Some(agent) = &device.user_agent {
            put = put.item("user_agent", s(agent.clone()));
        }
        Tables::done(put.send().await)?;
        let access = self.signer.sign(subject, id, false, now)?;
        Ok(Tokens { access, refresh: format!("{}.{secret}", id.0.simple()), refresh_expires_at: expires_at })
    }

    /// Exchanges a refresh token for the next one.
    pub async fn rotate(&self, token: &str, now: Now) -> Result<Rotated, Failure<RefreshError>> {
        let (id, secret) = parse(token).ok_or(RefreshError::Invalid)?;
        let given = hash(secret);
        let next = URL_SAFE_NO_PAD.encode(self.vault.hash("refresh_token", &format!("{id}:{secret}"))?);
        // A second look finds what a competing refresh left.
        for _ in 0..2 {
            let item = self.live(id, now).await?.ok_or(RefreshError::Invalid)?;
            let subject = text(&item, "subject_id").and_then(|id| id.parse().ok()).ok_or(RefreshError::Invalid)?;
            let created = number(&item, "created_at").unwrap_or_default();
            let (idle, most) = lives(self.signer.audience);
            let expires = now.plus(idle).timestamp().min(created + most.num_seconds());
            let expires_at = DateTime::from_timestamp(expires, 0).unwrap_or(now.0);
            let rotated = Rotated { session: id, subject, refresh: format!("{}.{next}", id.0.simple()), expires_at };
            if text(&item, "refresh_hash") == Some(given.as_str()) {
                if self.replace(id, &given, &hash(&next), expires, now).await? {
                    return Ok(rotated);
                }
                continue;
            }
            if self.forgives(&item, &given, now) {
                return Ok(rotated);
            }
            self.end(id).await?;
            tracing::warn!(session = %id, subject = %subject, audience = self.signer.audience.as_str(), "a replaced refresh token was shown, the session is ended");
            return Err(RefreshError::Reused.into());
        }
        Err(RefreshError::Invalid.into())
    }

    /// The tokens of an exchange, with the subject's present permissions.
    pub fn tokens(&self, rotated: Rotated, subject: &Subject, now: Now) -> Result<Tokens, Fault> {
        let access = self.signer.sign(subject, rotated.session, false, now)?;
        Ok(Tokens { access, refresh: rotated.refresh, refresh_expires_at: rotated.expires_at })
    }

    /// An access token for step-up endpoints, after a second proof. The session must still be there.
    pub async fn elevate(
        &self,
        session: SessionId,
        subject: &Subject,
        now: Now,
    ) -> Result<AccessToken, Failure<SessionError>> {
        let item = self.live(session, now).await?.ok_or(SessionError::Ended)?;
        if text(&item, "subject_id") != Some(subject.id.to_string().as_str()) {
            return Err(SessionError::Ended.into());
        }
        Ok(self.signer.sign(subject, session, true, now)?)
    }

    /// Ends a session; one that has ended already is fine.
    pub async fn end(&self, session: SessionId) -> Result<(), Fault> {
        let answer = self
            .tables
            .client
            .delete_item()
            .table_name(self.tables.name(TABLE))
            .key("session_id", s(session.to_string()))
            .send()
            .await;
        Tables::done(answer).map(drop)
    }

    /// Live sessions of one person, newest first.
    pub async fn of(&self, subject: Uuid, now: Now) -> Result<Vec<Session>, Fault> {
        let answer = self
            .tables
            .client
            .query()
            .table_name(self.tables.name(TABLE))
            .index_name(BY_SUBJECT)
            .key_condition_expression("subject_id = :subject")
            .expression_attribute_values(":subject", s(subject.to_string()))
            .scan_index_forward(false)
            .limit(100)
            .send()
            .await;
        let items = Tables::done(answer)?.items.unwrap_or_default();
        Ok(items.iter().filter(|item| self.is_live(item, now)).filter_map(session).collect())
    }

    /// Ends every session of a person, except perhaps the one asking. Access tokens live their minutes out.
    pub async fn end_all(&self, subject: Uuid, except: Option<SessionId>, now: Now) -> Result<usize, Fault> {
        let mut ended = 0;
        for session in self.of(subject, now).await?.into_iter().filter(|session| Some(session.id) != except) {
            self.end(session.id).await?;
            ended += 1;
        }
        Ok(ended)
    }

    async fn live(&self, id: SessionId, now: Now) -> Result<Option<Item>, Fault> {
        Ok(get(&self.tables, id.0).await?.filter(|item| self.is_live(item, now)))
    }

    fn is_live(&self, item: &Item, now: Now) -> bool {
        text(item, "kind") == Some("session")
            && text(item, "audience") == Some(self.signer.audience.as_str())
            && number(item, "expires_at").is_some_and(|at| at > now.0.timestamp())
    }

    fn forgives(&self, item: &Item, given: &str, now: Now) -> bool {
        let recent = number(item, "rotated_at").is_some_and(|at| now.0.timestamp_millis() - at <= GRACE_MILLIS);
        self.signer.audience == Audience::Service && recent && text(item, "previous_hash") == Some(given)
    }

    async fn replace(&self, id: SessionId, from: &str, to: &str, expires: i64, now: Now) -> Result<bool, Fault> {
        let answer = self
            .tables
            .client
            .update_item()
            .table_name(self.tables.name(TABLE))
            .key("session_id", s(id.to_string()))
            .update_expression("SET refresh_hash = :to, previous_hash = :from, rotated_at = :millis, last_used_at = :now, expires_at = :expires")
            .condition_expression("refresh_hash = :from")
            .expression_attribute_values(":from", s(from))
            .expression_attribute_values(":to", s(to))
            .expression_attribute_values(":millis", n(now.0.timestamp_millis()))
            .expression_attribute_values(":now", n(now.0.timestamp()))
            .expression_attribute_values(":expires", n(expires))
            .send()
            .await;
        Ok(Tables::conditional(answer)?.is_some())
    }
}

fn session(item: &Item) -> Option<Session> {
    let at = |name: &str| number(item, name).and_then(|seconds| DateTime::from_timestamp(seconds, 0));
    Some(Session {
        id: text(item, "session_id")?.parse().ok()?,
        subject: text(item, "subject_id")?.parse().ok()?,
        user_agent: text(item, "user_agent").map(str::to_owned),
        created_at: at("created_at")?,
        last_used_at: at("last_used_at")?,
        expires_at: at("expires_at")?,
    })
}

fn parse(token: &str) -> Option<(SessionId, &str)> {
    let (id, secret) = token.split_once('.')?;
    let plain = secret.len() == 43 && secret.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_');
    Some((SessionId(Uuid::parse_str(id).ok()?), secret)).filter(|_| plain)
}

fn hash(secret: &str) -> String {
    hex::encode(aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, secret.as_bytes()).as_ref())
}
