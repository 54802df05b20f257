//! Whoever signs up proves first that the e-mail address is theirs, by a code mailed to it.
//!
//! An address that has an account gets the same answer and a letter saying so: nobody can find out by asking.

use chrono::{DateTime, Duration, Utc};
use db::Db;
use identity::codes::{Address, CodeError, Newcomer, Sent};
use identity::limits::{CODE_CONFIRM_IP, LimitError};
use identity::tickets::{Draft, Purpose, TicketError};
use identity::{Device, Identity};
use kernel::values::{Email, OneTimeCode};
use kernel::*;

db::statements! {
    static TAKEN: (String,) => (bool,) = "select exists (select 1 from users where lower(login_email) = $1 and state <> 'withdrawn')";
}

/// How long a verified address may wait for its sign-up.
const VERIFIED_MINUTES: i64 = 30;

kernel::refusals! {
    /// Why an address is not confirmed.
    pub enum ConfirmError {
        Expired = 410 "code_expired", "The code has expired, ask for a new one.", "인증번호가 만료되었습니다. 새 인증번호를 받아 주세요.";
        Exhausted = 410 "code_exhausted", "Too many wrong codes, ask for a new one.", "인증번호를 여러 번 잘못 입력했습니다. 새 인증번호를 받아 주세요.";
        Wrong(identity::codes::TriesLeft) = 422 "code_mismatch" at "/code", "The code is wrong.", "인증번호가 일치하지 않습니다.";
        TooMany(identity::limits::Later) = 429 "too_many_requests", "Too many attempts, try again later.", "요청이 너무 많습니다. 잠시 후 다시 시도해 주세요.";
    }
}

impl From<CodeError> for ConfirmError {
    fn from(error: CodeError) -> ConfirmError {
        match error {
            CodeError::Expired => ConfirmError::Expired,
            CodeError::Exhausted => ConfirmError::Exhausted,
            CodeError::Wrong(left) => ConfirmError::Wrong(left),
        }
    }
}
impl From<LimitError> for ConfirmError {
    fn from(error: LimitError) -> ConfirmError {
        let LimitError::TooMany(later) = error;
        ConfirmError::TooMany(later)
    }
}
impl From<TicketError> for ConfirmError {
    fn from(error: TicketError) -> ConfirmError {
        match error {
            TicketError::Expired => ConfirmError::Expired,
            TicketError::Exhausted => ConfirmError::Exhausted,
        }
    }
}

/// A proven address, good for one sign-up.
#[derive(Debug, Clone, Copy)]
pub struct Verified {
    pub ticket: TicketId,
    pub expires_at: DateTime<Utc>,
}

/// Mails a code. Nudge the relay afterwards.
pub async fn request(
    db: &Db,
    identity: &Identity,
    email: &Email,
    language: &'static str,
    device: &Device,
    now: Now,
) -> Result<Sent, Failure<LimitError>> {
    let (taken,) = TAKEN.one(&db.writer().await?, (email.as_str().to_owned(),)).await?;
    let to = Newcomer { email, taken, letter: "sign_up_email", language, ip: device.ip };
    identity.send_sign_up_code(db, now, to).await
}

/// Exchanges the mailed code for a ticket that proves the address.
pub async fn confirm(
    identity: &Identity,
    id: TicketId,
    code: &OneTimeCode,
    device: &Device,
    now: Now,
) -> Result<Verified, Failure<ConfirmError>> {
    if let Some(ip) = device.ip {
        identity.limits.hit(&CODE_CONFIRM_IP, &ip.to_string(), now).await.map_err(Failure::widen)?;
    }
    let proven = identity.tickets.try_code(id, Purpose::SignUpEmail, code, now).await.map_err(Failure::widen)?;
    if !identity.tickets.consume(id, Purpose::SignUpEmail, now).await? {
        return Err(ConfirmError::Expired.into());
    }
    let lives = Duration::minutes(VERIFIED_MINUTES);
    let data: Address = proven.data()?;
    let ticket =
        identity.tickets.open(now, Draft { purpose: Purpose::VerifiedEmail, subject: None, lives, data }).await?;
    Ok(Verified { ticket, expires_at: now.plus(lives) })
}
