//! Step-up: the second factor once more, then five minutes in which sensitive endpoints answer.

use crate::mfa::FACTORS;
use crate::operator;
use crate::sign_in::failed;
use audit::{Target, record};
use authz::Operator;
use db::Db;
use identity::limits::{LimitError, REAUTHENTICATION};
use identity::sessions::SessionError;
use identity::tokens::AccessToken;
use identity::{Device, Identity, Proof};
use kernel::values::OneTimeCode;
use kernel::*;

kernel::refusals! {
    /// Why the session is not elevated.
    pub enum StepUpError {
        Wrong = 422 "code_mismatch" at "/code", "The code is wrong or was used before.", "인증번호가 올바르지 않거나 이미 사용되었습니다.";
        Ended = 401 "session_ended", "The session has ended, sign in again.", "세션이 종료되었습니다. 다시 로그인해 주세요.";
        TooMany(identity::limits::Later) = 429 "too_many_requests", "Too many attempts, try again later.", "요청이 너무 많습니다. 잠시 후 다시 시도해 주세요.";
    }
}

impl From<LimitError> for StepUpError {
    fn from(error: LimitError) -> Self {
        let LimitError::TooMany(later) = error;
        StepUpError::TooMany(later)
    }
}
impl From<SessionError> for StepUpError {
    fn from(_: SessionError) -> Self {
        StepUpError::Ended
    }
}

/// The elevated token, bound to this session.
pub async fn step_up(
    db: &Db,
    identity: &Identity,
    device: &Device,
    who: &Operator,
    code: OneTimeCode,
    now: Now,
) -> Result<AccessToken, Failure<StepUpError>> {
    let principal = format!("operator:{}", who.operator_id);
    identity.limits.hit(&REAUTHENTICATION, &principal, now).await.map_err(Failure::widen)?;
    let conn = db.writer().await?;
    let standing = operator::of(&conn, who.operator_id).await?.filter(operator::may_work);
    let standing = standing.ok_or(StepUpError::Ended)?;
    let right = FACTORS.proves(&conn, identity, who.operator_id, &Proof::Code(code), now).await?;
    let subject = operator::subject(&conn, &standing).await?;
    drop(conn);
    if !right {
        failed(db, who.operator_id, device, now).await?;
        return Err(StepUpError::Wrong.into());
    }
    identity.limits.clear(&REAUTHENTICATION, &principal, now).await?;
    let elevated = identity.sessions.elevate(who.session_id, &subject, now).await.map_err(Failure::widen)?;
    let target = Target::of("admin_users", who.operator_id);
    record(&db.writer().await?, who, "operator.stepped_up", target, None, None, now).await?;
    Ok(elevated)
}
