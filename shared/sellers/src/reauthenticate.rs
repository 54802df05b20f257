//! Step-up for members: the authenticator where one is enrolled, else the password; then five minutes elevated.

use crate::member;
use crate::second_factor::FACTORS;
use authz::Member;
use db::Db;
use identity::limits::{LimitError, REAUTHENTICATION};
use identity::sessions::SessionError;
use identity::tokens::AccessToken;
use identity::{Identity, Proof, passwords};
use kernel::values::OneTimeCode;
use kernel::*;

db::statements! {
    static PASSWORD: (MemberId,) => (Option<String>,) = "select password_hash from seller_members where id = $1 and state = 'active'";
}

kernel::refusals! {
    /// Why the session is not elevated.
    pub enum MemberReauthenticateError {
        CodeNeeded = 422 "code_required" at "/code", "Give a code of your authenticator.", "인증 앱의 인증번호를 입력해 주세요.";
        PasswordNeeded = 422 "password_required" at "/password", "Give your password.", "비밀번호를 입력해 주세요.";
        Wrong = 422 "proof_mismatch", "The password or code is wrong.", "비밀번호 또는 인증번호가 올바르지 않습니다.";
        Ended = 401 "session_ended", "The session has ended, sign in again.", "세션이 종료되었습니다. 다시 로그인해 주세요.";
        TooMany(identity::limits::Later) = 429 "too_many_requests", "Too many attempts, try again later.", "요청이 너무 많습니다. 잠시 후 다시 시도해 주세요.";
    }
}

impl From<LimitError> for MemberReauthenticateError {
    fn from(error: LimitError) -> Self {
        let LimitError::TooMany(later) = error;
        MemberReauthenticateError::TooMany(later)
    }
}
impl From<SessionError> for MemberReauthenticateError {
    fn from(_: SessionError) -> Self {
        MemberReauthenticateError::Ended
    }
}

/// The elevated token, bound to this session.
pub async fn reauthenticate(
    db: &Db,
    identity: &Identity,
    who: &Member,
    password: Option<&str>,
    code: Option<OneTimeCode>,
    now: Now,
) -> Result<AccessToken, Failure<MemberReauthenticateError>> {
    let principal = format!("member:{}", who.member_id);
    identity.limits.hit(&REAUTHENTICATION, &principal, now).await.map_err(Failure::widen)?;
    let conn = db.writer().await?;
    let standing = member::of(&conn, who.member_id).await?.filter(|standing| standing.may_work(now));
    let standing = standing.ok_or(MemberReauthenticateError::Ended)?;
    let right = if standing.mfa_enabled {
        let code = code.ok_or(MemberReauthenticateError::CodeNeeded)?;
        FACTORS.proves(&conn, identity, who.member_id, &Proof::Code(code), now).await?
    } else {
        let password = password.ok_or(MemberReauthenticateError::PasswordNeeded)?;
        let hash = PASSWORD.opt(&conn, (who.member_id,)).await?.and_then(|(hash,)| hash);
        passwords::verify(password, hash.as_deref()).await?
    };
    if !right {
        return Err(MemberReauthenticateError::Wrong.into());
    }
    let subject = member::subject(&conn, &standing).await?;
    drop(conn);
    identity.limits.clear(&REAUTHENTICATION, &principal, now).await?;
    identity.sessions.elevate(who.session_id, &subject, now).await.map_err(Failure::widen)
}
