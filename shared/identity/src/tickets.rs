//! One-time tickets: something proven or promised, kept for minutes, used once.
//!
//! A ticket is a row of the table `auth_sessions` (key `session_id`) with kind `ticket`. Its id is 122 random bits, so
//! whoever holds it was given it. It is bound to the purpose it was opened for, counts the tries on it, and is used up
//! by a conditional delete: of two calls at once, one wins.

use crate::item::{Item, b, bytes, n, number, s, text};
use authz::Audience;
use aws::Tables;
use aws::aws_sdk_dynamodb::types::ReturnValue;
use boot::Vault;
use chrono::{DateTime, Duration, Utc};
use kernel::*;
use serde::Serialize;
use serde::de::DeserializeOwned;
use uuid::Uuid;

pub(crate) const TABLE: &str = "auth_sessions";

/// Tries a ticket takes; the next one burns it.
pub const TRIES: i64 = 5;

kernel::text_enum! {
    /// What a ticket is good for. One of one purpose is refused for another.
    pub enum Purpose {
        /// A code was mailed to somebody who wants to sign up.
        SignUpEmail = "sign_up_email",
        /// An e-mail address was proven.
        VerifiedEmail = "verified_email",
        /// An identity verification is under way at the agency.
        Identity = "identity_verification",
        /// A password was right; the second factor is still asked for.
        SecondFactor = "second_factor",
        /// An authenticator was shown its secret and has not proven it yet.
        TotpEnrollment = "totp_enrollment",
        PasswordReset = "password_reset",
        /// A letter about a sign-in from a new device waits to be mailed.
        NewDevice = "new_device",
    }
}

kernel::refusals! {
    /// Why a ticket is not taken.
    pub enum TicketError {
        Expired = 410 "ticket_expired", "This step has expired, start again.", "유효 시간이 지났습니다. 처음부터 다시 시도해 주세요.";
        Exhausted = 410 "code_exhausted", "Too many wrong codes, ask for a new one.", "인증번호를 여러 번 잘못 입력했습니다. 새 인증번호를 받아 주세요.";
    }
}

/// A live ticket.
#[derive(Debug, Clone)]
pub struct Ticket {
    pub id: TicketId,
    /// Whose it is, when that is known.
    pub subject: Option<Uuid>,
    pub expires_at: DateTime<Utc>,
    /// Tries so far, the present one included.
    pub attempts: i64,
    pub(crate) code_hash: Option<Vec<u8>>,
    data: String,
}

impl Ticket {
    /// What was kept with it.
    pub fn data<T: DeserializeOwned>(&self) -> Result<T, Fault> {
        serde_json::from_str(&self.data).map_err(Fault::internal)
    }

    pub fn tries_left(&self) -> i64 {
        (TRIES - self.attempts).max(0)
    }
}

/// What [`Tickets::open`] keeps. `data` is sealed.
pub struct Draft<T> {
    pub purpose: Purpose,
    pub subject: Option<Uuid>,
    pub lives: Duration,
    pub data: T,
}

/// A code waiting to be mailed.
pub(crate) struct Letter {
    pub to: String,
    /// None: the letter tells something without a code.
    pub code: Option<String>,
    pub purpose: &'static str,
    pub language: &'static str,
}

/// The tickets of one audience.
#[derive(Clone)]
pub struct Tickets {
    tables: Tables,
    pub(crate) vault: Vault,
    audience: Audience,
}

impl Tickets {
    pub fn new(tables: Tables, vault: Vault, audience: Audience) -> Tickets {
        Tickets { tables, vault, audience }
    }

    pub(crate) fn tables(&self) -> &Tables {
        &self.tables
    }

    /// Opens a ticket.
    pub async fn open<T: Serialize>(&self, now: Now, draft: Draft<T>) -> Result<TicketId, Fault> {
        self.put(now, TicketId(Uuid::new_v4()), draft, None).await
    }

    /// Opens a ticket under an id given elsewhere.
    pub async fn open_as<T: Serialize>(&self, now: Now, id: Uuid, draft: Draft<T>) -> Result<TicketId, Fault> {
        self.put(now, TicketId(id), draft, None).await
    }

    pub(crate) async fn put<T: Serialize>(
        &self,
        now: Now,
        id: TicketId,
        draft: Draft<T>,
        letter: Option<(Letter, Option<Vec<u8>>)>,
    ) -> Result<TicketId, Fault> {
        let data = serde_json::to_string(&draft.data).map_err(Fault::internal)?;
        let mut put = self
            .tables
            .client
            .put_item()
            .table_name(self.tables.name(TABLE))
            .item("session_id", s(id.to_string()))
            .item("kind", s("ticket"))
            .item("audience", s(self.audience.as_str()))
            .item("purpose", s(draft.purpose.as_str()))
            .item("attempts", n(0))
            .item("data", b(self.vault.seal(&data)?))
            .item("created_at", n(now.0.timestamp()))
            .item("expires_at", n(now.plus(draft.lives).timestamp()))
            .condition_expression("attribute_not_exists(session_id)");
        if let Some(subject) = draft.subject {
            put = put.item("subject_id", s(subject.to_string()));
        }
        if let Some((letter, code_hash)) = letter {
            put = put
                .item("mail_to", b(self.vault.seal(&letter.to)?))
                .item("mail_purpose", s(letter.purpose))
                .item("language", s(letter.language));
            if let Some(code) = &letter.code {
                put = put.item("mail_code", b(self.vault.seal(code)?));
            }
            if let Some(hash) = code_hash {
                put = put.item("code_hash", b(hash));
            }
        }
        Tables::done(put.send().await)?;
        Ok(id)
    }

    /// Looks at a live ticket without counting a try.
    pub async fn read(&self, id: TicketId, purpose: Purpose, now: Now) -> Result<Ticket, Failure<TicketError>> {
        let item = get(&self.tables, id.0).await?;
        let item = item.filter(|item| self.is_ours(item, purpose, now)).ok_or(TicketError::Expired)?;
        Ok(self.ticket(id, &item)?)
    }

    /// Counts a try and answers the ticket; the try after the last one finds it burnt.
    pub async fn attempt(&self, id: TicketId, purpose: Purpose, now: Now) -> Result<Ticket, Failure<TicketError>> {
        let answer = self
            .tables
            .client
            .update_item()
            .table_name(self.tables.name(TABLE))
            .key("session_id", s(id.to_string()))
            .update_expression("ADD attempts :one")
            .condition_expression("purpose = :purpose AND audience = :audience AND expires_at > :now")
            .expression_attribute_values(":one", n(1))
            .expression_attribute_values(":purpose", s(purpose.as_str()))
            .expression_attribute_values(":audience", s(self.audience.as_str()))
            .expression_attribute_values(":now", n(now.0.timestamp()))
            .return_values(ReturnValue::AllNew)
            .send()
            .await;
        let tried = Tables::conditional(answer)?.and_then(|answer| answer.attributes).ok_or(TicketError::Expired)?;
        let ticket = self.ticket(id, &tried)?;
        if ticket.attempts > TRIES { Err(TicketError::Exhausted.into()) } else { Ok(ticket) }
    }

    /// Uses a ticket up; false when somebody else did, or it has expired.
    pub async fn consume(&self, id: TicketId, purpose: Purpose, now: Now) -> Result<bool, Fault> {
        let answer = self
            .tables
            .client
            .delete_item()
            .table_name(self.tables.name(TABLE))
            .key("session_id", s(id.to_string()))
            .condition_expression("purpose = :purpose AND audience = :audience AND expires_at > :now")
            .expression_attribute_values(":purpose", s(purpose.as_str()))
            .expression_attribute_values(":audience", s(self.audience.as_str()))
            .expression_attribute_values(":now", n(now.0.timestamp()))
            .send()
            .await;
        Ok(Tables::conditional(answer)?.is_some())
    }

    fn is_ours(&self, item: &Item, purpose: Purpose, now: Now) -> bool {
        text(item, "purpose") == Some(purpose.as_str())
            && text(item, "audience") == Some(self.audience.as_str())
            && number(item, "expires_at").is_some_and(|at| at > now.0.timestamp())
    }

    fn ticket(&self, id: TicketId, item: &Item) -> Result<Ticket, Fault> {
        let broken = || Fault::internal("a ticket without its data");
        let expires_at = number(item, "expires_at").and_then(|at| DateTime::from_timestamp(at, 0));
        Ok(Ticket {
            id,
            subject: text(item, "subject_id").and_then(|id| id.parse().ok()),
            expires_at: expires_at.ok_or_else(broken)?,
            attempts: number(item, "attempts").unwrap_or_default(),
            code_hash: bytes(item, "code_hash").map(<[u8]>::to_vec),
            data: self.vault.open(bytes(item, "data").ok_or_else(broken)?)?,
        })
    }
}

pub(crate) async fn get(tables: &Tables, id: Uuid) -> Result<Option<Item>, Fault> {
    let answer = tables
        .client
        .get_item()
        .table_name(tables.name(TABLE))
        .key("session_id", s(id.to_string()))
        .consistent_read(true)
        .send()
        .await;
    Ok(Tables::done(answer)?.item)
}
