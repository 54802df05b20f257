//! Members' second factor: answering the challenge of a sign-in, and enrolling an authenticator.
//!
//! A code works once. A new authenticator replaces the old one and brings ten recovery codes, shown once.

use crate::sign_in;
use audit::{Entry, Target};
use authz::Member;
use db::Db;
use identity::limits::LimitError;
use identity::second_factor::{Enrollment, EnrollmentError, FactorRow, Factors};
use identity::tickets::{Purpose, TicketError};
use identity::{Device, Identity, Proof, Tokens};
use kernel::values::OneTimeCode;
use kernel::*;

/// Wrong second factors one member may give in a quarter of an hour, over all challenges.
const GUESSES: identity::limits::Class = identity::limits::Class::new("second_factor", 10, 900);

db::row! { struct HeldRow { email: String, mfa_enabled: bool } }

db::statements! {
    static HELD: (MemberId,) => HeldRow = "select email, mfa_enabled from seller_members where id = $1 and state = 'active'";
    static FACTOR: (MemberId, Now) => FactorRow =
        "select totp_secret_enc, totp_last_step from seller_members
         where id = $1 and state = 'active' and mfa_enabled and (access_ends_on is null or access_ends_on >= ($2 at time zone 'Asia/Seoul')::date)";
    static STEP: (MemberId, i64) => (MemberId,) =
        "update seller_members set totp_last_step = $2 where id = $1 and mfa_enabled and (totp_last_step is null or totp_last_step < $2) returning id";
    static RECOVER: (MemberId, String) => (MemberId,) =
        "update seller_members set recovery_code_hashes = array_remove(recovery_code_hashes, $2) where id = $1 and mfa_enabled and $2 = any (recovery_code_hashes) returning id";
    /// Begun while none was enrolled, it does not replace one that was enrolled meanwhile.
    static ENROLL: (MemberId, Vec<u8>, i64, Vec<String>, bool) => (MemberId,) =
        "update seller_members set mfa_enabled = true, totp_secret_enc = $2, totp_last_step = $3, recovery_code_hashes = $4, version = version + 1
         where id = $1 and state = 'active' and not (mfa_enabled and $5) returning id";
}

/// Members' second factors.
pub(crate) const FACTORS: Factors<MemberId> = Factors { read: &FACTOR, step: &STEP, recover: &RECOVER };

kernel::refusals! {
    /// Why a challenge is not passed.
    pub enum ChallengeError {
        Expired = 410 "ticket_expired", "This step has expired, start again.", "유효 시간이 지났습니다. 처음부터 다시 시도해 주세요.";
        Exhausted = 410 "code_exhausted", "Too many wrong codes, sign in again.", "인증번호를 여러 번 잘못 입력했습니다. 다시 로그인해 주세요.";
        Wrong = 422 "code_mismatch" at "/proof", "The code is wrong or was used before.", "인증번호가 올바르지 않거나 이미 사용되었습니다.";
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
impl From<EnrollmentError> for EnrollError {
    fn from(error: EnrollmentError) -> Self {
        match error {
            EnrollmentError::Expired => EnrollError::Expired,
            EnrollmentError::Exhausted => EnrollError::Exhausted,
            EnrollmentError::Wrong => EnrollError::Wrong,
        }
    }
}

/// Answers the challenge of a sign-in and signs the member in.
pub async fn answer(
    db: &Db,
    identity: &Identity,
    device: &Device,
    challenge: TicketId,
    proof: &Proof,
    now: Now,
) -> Result<Tokens, Failure<ChallengeError>> {
    let ticket = identity.tickets.attempt(challenge, Purpose::SecondFactor, now).await.map_err(Failure::widen)?;
    let member = MemberId(ticket.subject.ok_or(ChallengeError::Expired)?);
    let principal = format!("member:{member}");
    identity.limits.hit(&GUESSES, &principal, now).await.map_err(Failure::widen)?;
    if !FACTORS.proves(&db.writer().await?, identity, member, proof, now).await? {
        return Err(ChallengeError::Wrong.into());
    }
    if !identity.tickets.consume(challenge, Purpose::SecondFactor, now).await? {
        return Err(ChallengeError::Expired.into());
    }
    identity.limits.clear(&GUESSES, &principal, now).await?;
    Ok(sign_in::enter(db, identity, device, member, proof.name(), now).await?)
}

/// Hands out the secret of a new authenticator. Replacing one needs an elevated session.
pub async fn enroll(db: &Db, identity: &Identity, who: &Member, now: Now) -> Result<Enrollment, Failure<EnrollError>> {
    let held = HELD.opt(&db.writer().await?, (who.member_id,)).await?.ok_or(EnrollError::Expired)?;
    if held.mfa_enabled && !who.elevated {
        return Err(EnrollError::StepUp.into());
    }
    Ok(identity.start_enrollment(who.member_id.0, &held.email, !held.mfa_enabled, now).await?)
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
    let of = Some(who.member_id.0);
    let proven = identity.prove_enrollment(enrollment, of, code, now).await.map_err(Failure::widen)?;
    let tx = db.begin().await?;
    let row = (who.member_id, proven.secret_enc, proven.step, proven.recovery.hashes, proven.first);
    ENROLL.opt(&tx, row).await?.ok_or(EnrollError::Expired)?;
    let entry = Entry::new(who, "member.second_factor_enrolled", Target::of("seller_members", who.member_id));
    entry.write(&tx, now).await?;
    tx.commit().await?;
    Ok(proven.recovery.plain)
}
