//! Keeping a session: the next pair of tokens, and its end.

use crate::sign_in::Suspension;
use db::Db;
use identity::sessions::RefreshError;
use identity::{Identity, Subject, Tokens};
use kernel::*;

db::statements! {
    static STATE: (UserId,) => (String, Option<String>) = "select state, suspended_reason from users where id = $1";
}

kernel::refusals! {
    /// Why there are no new tokens.
    pub enum KeepError {
        Invalid = 401 "refresh_token_invalid", "Sign in again.", "다시 로그인해 주세요.";
        Reused = 401 "refresh_token_reused", "This refresh token was used before; the session has ended.", "이미 사용된 토큰입니다. 다시 로그인해 주세요.";
        Suspended(Suspension) = 403 "account_suspended", "This account is suspended. Ask the customer centre.", "이용이 정지된 계정입니다. 고객센터로 문의해 주세요.";
    }
}

impl From<RefreshError> for KeepError {
    fn from(error: RefreshError) -> KeepError {
        match error {
            RefreshError::Invalid => KeepError::Invalid,
            RefreshError::Reused => KeepError::Reused,
        }
    }
}

/// Exchanges a refresh token. A suspended or withdrawn customer's session ends here.
pub async fn refresh(db: &Db, identity: &Identity, token: &str, now: Now) -> Result<Tokens, Failure<KeepError>> {
    let rotated = identity.sessions.rotate(token, now).await.map_err(Failure::widen)?;
    let user = UserId(rotated.subject);
    match STATE.opt(&db.writer().await?, (user,)).await? {
        Some((state, _)) if matches!(state.as_str(), "active" | "dormant") => {
            Ok(identity.sessions.tokens(rotated, &Subject::customer(user), now)?)
        }
        other => {
            identity.sessions.end(rotated.session).await?;
            let suspended = other.filter(|(state, _)| state == "suspended");
            Err(suspended.map_or(KeepError::Invalid, |(_, reason)| KeepError::Suspended(Suspension { reason })).into())
        }
    }
}
