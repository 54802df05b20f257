//! Second factors as members and operators use them: proving with a code or a recovery code, and enrolling an
//! authenticator.
//!
//! A code works once: its step is written with a compare-and-set, so of two uses at once one finds it taken. The same for
//! a recovery code, which is taken off the list. A new authenticator replaces the old one and brings ten recovery codes.

use crate::Identity;
use crate::tickets::{Draft, Purpose, TicketError};
use crate::totp::{RecoveryCodes, Totp, hash_recovery_code};
use chrono::{DateTime, Duration, Utc};
use db::{On, Stmt};
use kernel::values::{OneTimeCode, Text};
use kernel::*;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

const ENROLLMENT_MINUTES: i64 = 10;

/// What answers a challenge: one of the two.
#[derive(Clone, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Proof {
    /// Six digits of the authenticator.
    Code(OneTimeCode),
    /// One of the ten on paper.
    RecoveryCode(Text<8, 40>),
}

impl Proof {
    /// As the audit log says it.
    pub fn name(&self) -> &'static str {
        match self {
            Proof::Code(_) => "authenticator",
            Proof::RecoveryCode(_) => "recovery_code",
        }
    }
}

db::row! {
    /// What is kept of a factor.
    pub struct FactorRow { pub totp_secret_enc: Option<Vec<u8>>, pub totp_last_step: Option<i64> }
}

/// Where one kind of people keep their factor: three statements on a table of theirs.
pub struct Factors<Id: 'static> {
    /// Nothing unless a factor is enrolled and its owner may use it now.
    pub read: &'static Stmt<(Id, Now), FactorRow>,
    /// Writes the step of a code when it is later than the last.
    pub step: &'static Stmt<(Id, i64), (Id,)>,
    /// Takes the hash of a recovery code off the list.
    pub recover: &'static Stmt<(Id, String), (Id,)>,
}

impl<Id> Factors<Id>
where
    Id: Copy + Into<Uuid>,
    (Id, Now): db::Params,
    (Id, i64): db::Params,
    (Id, String): db::Params,
    (Id,): db::Row,
{
    /// Whether this proves the person, using the step or recovery code up.
    pub async fn proves(
        &self,
        on: &impl On,
        identity: &Identity,
        id: Id,
        proof: &Proof,
        now: Now,
    ) -> Result<bool, Fault> {
        let Some(row) = self.read.opt(on, (id, now)).await? else { return Ok(false) };
        match proof {
            Proof::RecoveryCode(code) => {
                let hash = hash_recovery_code(id.into(), code.as_str(), &identity.vault)?;
                Ok(self.recover.opt(on, (id, hash)).await?.is_some())
            }
            Proof::Code(code) => {
                let Some(sealed) = row.totp_secret_enc else { return Ok(false) };
                match Totp::open(&sealed, &identity.vault)?.accept(code, row.totp_last_step, now)? {
                    Some(step) => Ok(self.step.opt(on, (id, step)).await?.is_some()),
                    None => Ok(false),
                }
            }
        }
    }
}

/// An authenticator that is not proven yet.
pub struct Enrollment {
    pub id: TicketId,
    /// Shown once, as text and as the QR code's address.
    pub secret: String,
    pub otpauth_url: String,
    pub expires_at: DateTime<Utc>,
}

#[derive(Serialize, Deserialize)]
struct NewSecret {
    base32: String,
    first: bool,
}

/// An authenticator that showed its first code; to be kept with the person.
pub struct Enrolled {
    pub subject: Uuid,
    /// Begun without an elevated session: it must not replace a factor.
    pub first: bool,
    pub secret_enc: Vec<u8>,
    /// The first code counts as used.
    pub step: i64,
    pub recovery: RecoveryCodes,
}

kernel::refusals! {
    /// Why an authenticator is not enrolled.
    pub enum EnrollmentError {
        Expired = 410 "ticket_expired", "This step has expired, start again.", "유효 시간이 지났습니다. 처음부터 다시 시도해 주세요.";
        Exhausted = 410 "code_exhausted", "Too many wrong codes, start again.", "인증번호를 여러 번 잘못 입력했습니다. 처음부터 다시 시도해 주세요.";
        Wrong = 422 "code_mismatch" at "/code", "The code is wrong.", "인증번호가 일치하지 않습니다.";
    }
}

impl From<TicketError> for EnrollmentError {
    fn from(error: TicketError) -> Self {
        match error {
            TicketError::Expired => EnrollmentError::Expired,
            TicketError::Exhausted => EnrollmentError::Exhausted,
        }
    }
}

impl Identity {
    /// Hands out the secret of a new authenticator; `account` is how the app names it.
    pub async fn start_enrollment(
        &self,
        subject: Uuid,
        account: &str,
        first: bool,
        now: Now,
    ) -> Result<Enrollment, Fault> {
        let totp = Totp::generate()?;
        let lives = Duration::minutes(ENROLLMENT_MINUTES);
        let data = NewSecret { base32: totp.base32(), first };
        let draft = Draft { purpose: Purpose::TotpEnrollment, subject: Some(subject), lives, data };
        let id = self.tickets.open(now, draft).await?;
        Ok(Enrollment { id, secret: totp.base32(), otpauth_url: totp.url(account), expires_at: now.plus(lives) })
    }

    /// Proves the authenticator by its first code, once; `of` is whose it must be, when that is known.
    pub async fn prove_enrollment(
        &self,
        id: TicketId,
        of: Option<Uuid>,
        code: &OneTimeCode,
        now: Now,
    ) -> Result<Enrolled, Failure<EnrollmentError>> {
        let ticket = self.tickets.attempt(id, Purpose::TotpEnrollment, now).await.map_err(Failure::widen)?;
        let subject = ticket.subject.filter(|subject| of.is_none_or(|of| of == *subject));
        let subject = subject.ok_or(EnrollmentError::Expired)?;
        let NewSecret { base32, first } = ticket.data()?;
        let totp = Totp::from_base32(&base32)?;
        let step = totp.accept(code, None, now)?.ok_or(EnrollmentError::Wrong)?;
        if !self.tickets.consume(id, Purpose::TotpEnrollment, now).await? {
            return Err(EnrollmentError::Expired.into());
        }
        let recovery = RecoveryCodes::generate(subject, &self.vault)?;
        Ok(Enrolled { subject, first, secret_enc: totp.seal(&self.vault)?, step, recovery })
    }
}
