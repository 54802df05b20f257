//! Enrolling an authenticator: with the challenge of a first sign-in (or the first after a reset), or from an elevated
//! session. A plain session is not enough, and a challenge cannot replace a factor that is there.

use crate::operator;
use audit::{Entry, Target};
use authz::Operator;
use db::Db;
use identity::second_factor::{Enrollment, EnrollmentError};
use identity::tickets::{Purpose, TicketError};
use identity::{Device, Identity};
use kernel::values::OneTimeCode;
use kernel::*;

db::statements! {
    static ENROLL: (OperatorId, Vec<u8>, i64, Vec<String>, bool) => (OperatorId,) =
        "update admin_users set mfa_enabled = true, totp_secret_enc = $2, totp_last_step = $3, recovery_code_hashes = $4, version = version + 1
         where id = $1 and state = 'active' and not (mfa_enabled and $5) returning id";
}

kernel::refusals! {
    /// Why no authenticator is enrolled.
    pub enum EnrollError {
        StepUp = 403 "step_up_required", "Prove your presence again first.", "본인 확인을 다시 해 주세요.";
        Enrolled = 403 "second_factor_enrolled", "A second factor is enrolled; replace it from an elevated session.", "이미 등록된 2단계 인증이 있습니다.";
        Expired = 410 "ticket_expired", "This step has expired, start again.", "유효 시간이 지났습니다. 처음부터 다시 시도해 주세요.";
        Exhausted = 410 "code_exhausted", "Too many wrong codes, start again.", "인증번호를 여러 번 잘못 입력했습니다. 처음부터 다시 시도해 주세요.";
        Wrong = 422 "code_mismatch" at "/code", "The code is wrong.", "인증번호가 일치하지 않습니다.";
    }
}

impl From<TicketError> for EnrollError {
    fn from(error: TicketError) -> Self {
        EnrollmentError::from(error).into()
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

/// Hands out the secret of a new authenticator.
pub async fn start(
    db: &Db,
    identity: &Identity,
    who: Option<&Operator>,
    challenge: Option<TicketId>,
    now: Now,
) -> Result<Enrollment, Failure<EnrollError>> {
    let (id, first) = match (challenge, who) {
        (Some(challenge), _) => {
            let ticket = identity.tickets.read(challenge, Purpose::SecondFactor, now).await.map_err(Failure::widen)?;
            (OperatorId(ticket.subject.ok_or(EnrollError::Expired)?), true)
        }
        (None, Some(operator)) if operator.elevated => (operator.operator_id, false),
        (None, _) => return Err(EnrollError::StepUp.into()),
    };
    let standing = operator::of(&db.writer().await?, id).await?.filter(|standing| standing.state == "active");
    let standing = standing.ok_or(EnrollError::Expired)?;
    if first && standing.mfa_enabled {
        return Err(EnrollError::Enrolled.into());
    }
    Ok(identity.start_enrollment(id.0, &standing.email, first, now).await?)
}

/// Activates the authenticator with its first code; answers ten recovery codes, shown once.
pub async fn confirm(
    db: &Db,
    identity: &Identity,
    device: &Device,
    enrollment: TicketId,
    code: &OneTimeCode,
    now: Now,
) -> Result<Vec<String>, Failure<EnrollError>> {
    let proven = identity.prove_enrollment(enrollment, None, code, now).await.map_err(Failure::widen)?;
    let id = OperatorId(proven.subject);
    let tx = db.begin().await?;
    let row = (id, proven.secret_enc, proven.step, proven.recovery.hashes, proven.first);
    ENROLL.opt(&tx, row).await?.ok_or(EnrollError::Enrolled)?;
    let entry = Entry::new(id, "operator.second_factor_enrolled", Target::of("admin_users", id));
    entry.ip(device.ip).write(&tx, now).await?;
    tx.commit().await?;
    Ok(proven.recovery.plain)
}
