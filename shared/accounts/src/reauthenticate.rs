//! Step-up: a signed-in customer proves presence again with the password and holds an elevated token for five minutes.

use authz::Customer;
use db::Db;
use identity::limits::{LimitError, REAUTHENTICATION};
use identity::sessions::SessionError;
use identity::tokens::AccessToken;
use identity::{Identity, Subject, passwords};
use kernel::*;

db::statements! {
    static PASSWORD: (UserId,) => (Option<String>,) = "select password_hash from users where id = $1 and state = 'active'";
}

kernel::refusals! {
    /// Why the session is not elevated.
    pub enum ReauthenticateError {
        Wrong = 422 "password_mismatch" at "/password", "The password is wrong.", "비밀번호가 올바르지 않습니다.";
        Ended = 401 "session_ended", "The session has ended, sign in again.", "세션이 종료되었습니다. 다시 로그인해 주세요.";
        TooMany(identity::limits::Later) = 429 "too_many_requests", "Too many attempts, try again later.", "요청이 너무 많습니다. 잠시 후 다시 시도해 주세요.";
    }
}

impl From<LimitError> for ReauthenticateError {
    fn from(error: LimitError) -> Self {
        let LimitError::TooMany(later) = error;
        ReauthenticateError::TooMany(later)
    }
}
impl From<SessionError> for ReauthenticateError {
    fn from(_: SessionError) -> Self {
        ReauthenticateError::Ended
    }
}

/// The elevated token, bound to this session.
pub async fn reauthenticate(
    db: &Db,
    identity: &Identity,
    who: &Customer,
    password: &str,
    now: Now,
) -> Result<AccessToken, Failure<ReauthenticateError>> {
    let principal = format!("customer:{}", who.user_id);
    identity.limits.hit(&REAUTHENTICATION, &principal, now).await.map_err(Failure::widen)?;
    let hash = PASSWORD.opt(&db.writer().await?, (who.user_id,)).await?.and_then(|(hash,)| hash);
    if !passwords::verify(password, hash.as_deref()).await? {
        return Err(ReauthenticateError::Wrong.into());
    }
    identity.limits.clear(&REAUTHENTICATION, &principal, now).await?;
    identity.sessions.elevate(who.session_id, &Subject::customer(who.user_id), now).await.map_err(Failure::widen)
}
