//! Members' second factor: answering the challenge of a sign-in, and enrolling an authenticator.
//!
//! A code works once. A new authenticator replaces the old one and brings ten recovery codes, shown once.

use crate::sign_in;
use audit::{Entry, Target};
use authz::Member;
use chrono::{DateTime, Duration, Utc};
use db::{Db, On};
use identity::limits::LimitError;
use identity::tickets::{Draft, Purpose, TicketError};
use identity::totp::{RecoveryCodes, Totp, hash_recovery_code};
use identity::{Device, Identity, Tokens};
use kernel::values::OneTimeCode;
use kernel::*;
use serde::{Deserialize, Serialize};

/// Wrong second factors one member may give in a quarter of an hour, over all challenges.
const GUESSES: identity::limits::Class = identity::limits::Class::new("second_factor", 10, 900);
const ENROLLMENT_MINUTES: i64 = 10;

/// What answers a challenge.
pub enum Proof<'a> {
    Code(&'a OneTimeCode),
    Recovery(&'a str),
}

#[derive(Serialize, Deserialize)]
struct NewSecret {
    base32: String,
}

/// An authenticator that is not proven yet.
pub struct Enrollment {
    pub id: TicketId,
    /// Shown once, as text and as the QR code's address.
    pub secret: String,
    pub otpauth_url: String,
    pub expires_at: DateTime<Utc>,
}

db::row! { struct SecretRow { totp_secret_enc: Option<Vec<u8>>, totp_last_step: Option<i64>, email: String, mfa_enabled: bool } }

db::statements! {
    static SECRET: (MemberId,) => SecretRow = "select totp_secret_enc, totp_last_step, email, mfa_enabled from seller_members where id = $1 and state = 'active'";
    /// Of two uses of one step, one finds it taken.
    static STEP: (MemberId, i64) => (MemberId,) =
        "update seller_members set totp_last_step = $2 where id = $1 and mfa_enabled and (totp_last_step is null or totp_last_step < $2) returning id";
    static RECOVER: (MemberId, String) => (MemberId,) =
        "update seller_members set recovery_code_hashes = array_remove(recovery_code_hashes, $2) where id = $1 and mfa_enabled and $2 = any (recovery_code_hashes) returning id";
    static ENROLL: (MemberId, Vec<u8>, i64, Vec<String>) => (MemberId,) =
        "update seller_members set mfa_enabled = true, totp_secret_enc = $2, totp_last_step = $3, recovery_code_hashes = $4, version = version + 1
         where id = $1 and state = 'active' returning id";
}

kernel::refusals! {
    /// Why a challenge is not passed.
    pub enum ChallengeError {
        Expired = 410 "ticket_expired", "This step has expired, start again.", "유효 시간이 지났습니다. 처음부터 다시 시도해 주세요.";
        Exhausted = 410 "code_exhausted", "Too many wrong codes, sign in again.", "인증번호를 여러 번 잘못 입력했습니다. 다시 로그인해 주세요.";
        Wrong = 422 "code_mismatch" at "/code", "The code is wrong or was used before.", "인증번호가 올바르지 않거나 이미 사용되었습니다.";
        TooMany(identity::limits::Later) = 429 "too_many_requests", "Too many attempts, try again later.", "요청이 너무 많습니다. 잠시 후 다시 시도해 주세요.";
    }
}
kernel::refusals! {
    /// Why an authenticator is not enrolled.
    pub enum EnrollError {
        StepUp = 403 "step_up_required", "Prove your presence again first.", "본인 확인을 다시 해 주세요.";
        Expired = 410 "ticket_expired", "This step has expired, start again.", "유효 시간이 지났습니다. 처음부터 다시 시도해 주세요.";
        Exhausted = 410 "code_exhausted", "Too many wrong codes, start again.", "인증번호를 여러 번 잘못 입력했습니다. 처음부터 다시 시도해 주세요.";
        Wrong = 422 "code_mismatch" at "/code", "The code is wrong.", "인증번호가 일치하지 않습니다.";
    }
}

impl From<TicketError> for ChallengeError {
    fn from(error: TicketError) -> Self {
        match error {
            TicketError::Expired => ChallengeError::Expired,
            TicketError::Exhausted => ChallengeError::Exhausted,
        }
    }
}
impl From<LimitError> for ChallengeError {
    fn from(error: LimitError) -> Self {
        let LimitError::TooMany(later) = error;
        ChallengeError::TooMany(later)
    }
}
impl From<TicketError> for EnrollError {
    fn from(error: TicketError) -> Self {
        match error {
            TicketError::Expired => EnrollError::Expired,
            TicketError::Exhausted => EnrollError::Exhausted,
        }
    }
}

/// Answers the challenge of a sign-in and signs the member in.
pub async fn answer(
    db: &Db,
    identity: &Identity,
    device: &Device,
    challenge: TicketId,
    proof: Proof<'_>,
    now: Now,
) -> Result<Tokens, Failure<ChallengeError>> {
    let ticket = identity.tickets.attempt(challenge, Purpose::SecondFactor, now).await.map_err(Failure::widen)?;
    let member = MemberId(ticket.subject.ok_or(ChallengeError::Expired)?);
    let principal = format!("member:{member}");
    identity.limits.hit(&GUESSES, &principal, now).await.map_err(Failure::widen)?;
    if !proves(&db.writer().await?, identity, member, &proof, now).await? {
        return Err(ChallengeError::Wrong.into());
    }
    if !identity.tickets.consume(challenge, Purpose::SecondFactor, now).await? {
        return Err(ChallengeError::Expired.into());
    }
    identity.limits.clear(&GUESSES, &principal, now).await?;
    let how = if matches!(proof, Proof::Code(_)) { "authenticator" } else { "recovery_code" };
    Ok(sign_in::enter(db, identity, device, member, how, now).await?)
}

/// Whether this proves the member, using the step or recovery code up.
pub(crate) async fn proves(
    on: &impl On,
    identity: &Identity,
    member: MemberId,
    proof: &Proof<'_>,
    now: Now,
) -> Result<bool, Fault> {
    match proof {
        Proof::Recovery(code) => {
            let hash = hash_recovery_code(member.0, code, &identity.vault)?;
            Ok(RECOVER.opt(on, (member, hash)).await?.is_some())
        }
        Proof::Code(code) => {
            let Some(row) = SECRET.opt(on, (member,)).await?.filter(|row| row.mfa_enabled) else { return Ok(false) };
            let Some(sealed) = row.totp_secret_enc else { return Ok(false) };
            let totp = Totp::open(&sealed, &identity.vault)?;
            match totp.accept(code, row.totp_last_step, now)? {
                Some(step) => Ok(STEP.opt(on, (member, step)).await?.is_some()),
                None => Ok(false),
            }
        }
    }
}

/// Hands out the secret of a new authenticator. Replacing one needs an elevated session.
pub async fn enroll(db: &Db, identity: &Identity, who: &Member, now: Now) -> Result<Enrollment, Failure<EnrollError>> {
    let row = SECRET.opt(&db.writer().await?, (who.member_id,)).await?.ok_or(EnrollError::Expired)?;
    if row.mfa_enabled && !who.elevated {
        return Err(EnrollError::StepUp.into());
    }
    let totp = Totp::generate()?;
    let lives = Duration::minutes(ENROLLMENT_MINUTES);
    let data = NewSecret { base32: totp.base32() };
    let draft = Draft { purpose: Purpose::TotpEnrollment, subject: Some(who.member_id.0), lives, data };
    let id = identity.tickets.open(now, draft).await?;
    Ok(Enrollment { id, secret: totp.base32(), otpauth_url: totp.url(&row.email), expires_at: now.plus(lives) })
}

/// Activates the authenticator with its first code; answers ten recovery codes.
pub async fn confirm(
    db: &Db,
    identity: &Identity,
    who: &Member,
    enrollment: TicketId,
    code: &OneTimeCode,
    now: Now,
) -> Result<Vec<String>, Failure<EnrollError>> {
    let ticket = identity.tickets.attempt(enrollment, Purpose::TotpEnrollment, now).await.map_err(Failure::widen)?;
    if ticket.subject != Some(who.member_id.0) {
        return Err(EnrollError::Expired.into());
    }
    let totp = Totp::from_base32(&ticket.data::<NewSecret>()?.base32)?;
    let step = totp.accept(code, None, now)?.ok_or(EnrollError::Wrong)?;
    if !identity.tickets.consume(enrollment, Purpose::TotpEnrollment, now).await? {
        return Err(EnrollError::Expired.into());
    }
    let codes = RecoveryCodes::generate(who.member_id.0, &identity.vault)?;
    let sealed = totp.seal(&identity.vault)?;
    let tx = db.begin().await?;
    ENROLL.opt(&tx, (who.member_id, sealed, step, codes.hashes)).await?.ok_or(EnrollError::Expired)?;
    let entry = Entry::new(who, "member.second_factor_enrolled", Target::of("seller_members", who.member_id));
    entry.write(&tx, now).await?;
    tx.commit().await?;
    Ok(codes.plain)
}
