//! Six digits by mail: ten minutes, five tries, another one after a minute.
//!
//! The ticket keeps the recipient and the code sealed; the event names the ticket only, and the mail task reads the rest
//! from it. A recipient who must not learn anything (an address that has an account already) gets the same answer and a
//! letter without a code.

use crate::limits::{CODE_IP, CODE_RECIPIENT, LimitError};
use crate::tickets::{Draft, Letter, Purpose, Ticket, TicketError, Tickets};
use crate::{Identity, random};
use chrono::{DateTime, Duration, Utc};
use db::Db;
use events::CodeRequested;
use kernel::values::{Email, OneTimeCode};
use kernel::*;
use serde::{Deserialize, Serialize};
use std::net::IpAddr;
use subtle::ConstantTimeEq;
use uuid::Uuid;

const LIVES_MINUTES: i64 = 10;
/// Seconds until another code may be asked for.
pub const RESEND_SECONDS: i64 = 60;

/// What is to be mailed to whom.
pub struct Code<'a, T> {
    pub to: &'a Email,
    pub purpose: Purpose,
    /// Which letter is written, e.g. `sign_up_email`.
    pub letter: &'static str,
    pub language: &'static str,
    /// False: the letter has no code and no code will ever fit.
    pub with_code: bool,
    pub ip: Option<IpAddr>,
    /// Kept with the ticket.
    pub data: T,
}

/// Somebody who wants to sign up with an address.
pub struct Newcomer<'a> {
    pub email: &'a Email,
    /// Whether the address has an account on this host already.
    pub taken: bool,
    /// Which letter is written when it has not.
    pub letter: &'static str,
    pub language: &'static str,
    pub ip: Option<IpAddr>,
}

/// What the ticket of a sign-up code keeps.
#[derive(Serialize, Deserialize)]
pub struct Address {
    pub email: Email,
}

/// A code on its way.
#[derive(Debug, Clone, Copy)]
pub struct Sent {
    pub ticket: TicketId,
    pub expires_at: DateTime<Utc>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct TriesLeft {
    pub tries_left: i64,
}

kernel::refusals! {
    /// Why a code is not taken.
    pub enum CodeError {
        Expired = 410 "code_expired", "The code has expired, ask for a new one.", "인증번호가 만료되었습니다. 새 인증번호를 받아 주세요.";
        Exhausted = 410 "code_exhausted", "Too many wrong codes, ask for a new one.", "인증번호를 여러 번 잘못 입력했습니다. 새 인증번호를 받아 주세요.";
        Wrong(TriesLeft) = 422 "code_mismatch" at "/code", "The code is wrong.", "인증번호가 일치하지 않습니다.";
    }
}

impl Identity {
    /// Mails a sign-up code; a taken address gets the same answer and a letter saying so. Nudge the relay afterwards.
    pub async fn send_sign_up_code(&self, db: &Db, now: Now, to: Newcomer<'_>) -> Result<Sent, Failure<LimitError>> {
        let code = Code {
            to: to.email,
            purpose: Purpose::SignUpEmail,
            letter: if to.taken { "account_exists" } else { to.letter },
            language: to.language,
            with_code: !to.taken,
            ip: to.ip,
            data: Address { email: to.email.clone() },
        };
        self.send_code(db, now, code).await
    }

    /// Puts a code's ticket and tells the mail task. Nudge the relay afterwards.
    pub async fn send_code<T: Serialize>(
        &self,
        db: &Db,
        now: Now,
        code: Code<'_, T>,
    ) -> Result<Sent, Failure<LimitError>> {
        if let Some(ip) = code.ip {
            self.limits.hit(&CODE_IP, &ip.to_string(), now).await?;
        }
        let recipient = hex::encode(self.vault.hash("email", code.to.as_str())?);
        self.limits.once_in("code_resend", RESEND_SECONDS, &recipient, now).await?;
        self.limits.hit(&CODE_RECIPIENT, &recipient, now).await?;
        let id = TicketId(Uuid::new_v4());
        let digits = if code.with_code { Some(digits()?) } else { None };
        let hash = digits.as_ref().map(|digits| self.tickets.hash_code(id, digits)).transpose()?;
        let letter =
            Letter { to: code.to.as_str().to_owned(), code: digits, purpose: code.letter, language: code.language };
        let lives = Duration::minutes(LIVES_MINUTES);
        let draft = Draft { purpose: code.purpose, subject: None, lives, data: code.data };
        let ticket = self.tickets.put(now, id, draft, Some((letter, hash))).await?;
        let tx = db.begin().await?;
        let event = CodeRequested { ticket_id: ticket, purpose: code.letter.to_owned() };
        jobs::outbox::emit(&tx, &event, now).await?;
        tx.commit().await?;
        Ok(Sent { ticket, expires_at: now.plus(lives) })
    }
}

impl Tickets {
    /// Counts a try with a mailed code and answers the ticket when it fits. The ticket stays until it is consumed.
    pub async fn try_code(
        &self,
        id: TicketId,
        purpose: Purpose,
        code: &OneTimeCode,
        now: Now,
    ) -> Result<Ticket, Failure<CodeError>> {
        let ticket = self.attempt(id, purpose, now).await.map_err(|failure| match failure {
            Failure::Refused(TicketError::Expired) => Failure::Refused(CodeError::Expired),
            Failure::Refused(TicketError::Exhausted) => Failure::Refused(CodeError::Exhausted),
            Failure::Fault(fault) => Failure::Fault(fault),
        })?;
        let given = self.hash_code(id, code.as_str())?;
        let kept = ticket.code_hash.clone().unwrap_or_else(|| vec![0; given.len()]);
        if bool::from(given.ct_eq(&kept)) {
            return Ok(ticket);
        }
        Err(CodeError::Wrong(TriesLeft { tries_left: ticket.tries_left() }).into())
    }

    fn hash_code(&self, id: TicketId, code: &str) -> Result<Vec<u8>, Fault> {
        self.vault.hash("code", &format!("{id}:{code}"))
    }
}

/// Six digits, each equally likely.
fn digits() -> Result<String, Fault> {
    loop {
        let number = u32::from_be_bytes(random::<4>()?);
        // Numbers past the last whole million would make small codes likelier.
        if number < 4_294_000_000 {
            return Ok(format!("{:06}", number % 1_000_000));
        }
    }
}
