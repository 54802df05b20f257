//! Keeping a member's session: the next pair of tokens, with the permissions of the moment.

use crate::member;
use db::Db;
use identity::sessions::RefreshError;
use identity::{Identity, Tokens};
use kernel::*;

kernel::refusals! {
    /// Why there are no new tokens.
    pub enum MemberKeepError {
        Invalid = 401 "refresh_token_invalid", "Sign in again.", "다시 로그인해 주세요.";
        Reused = 401 "refresh_token_reused", "This refresh token was used before; the session has ended.", "이미 사용된 토큰입니다. 다시 로그인해 주세요.";
    }
}

impl From<RefreshError> for MemberKeepError {
    fn from(error: RefreshError) -> Self {
        match error {
            RefreshError::Invalid => MemberKeepError::Invalid,
            RefreshError::Reused => MemberKeepError::Reused,
        }
    }
}

/// Exchanges a refresh token. A change of role takes effect here; a member who may not work any more ends here.
pub async fn refresh(db: &Db, identity: &Identity, token: &str, now: Now) -> Result<Tokens, Failure<MemberKeepError>> {
    let rotated = identity.sessions.rotate(token, now).await.map_err(Failure::widen)?;
    let conn = db.writer().await?;
    let standing = member::of(&conn, MemberId(rotated.subject)).await?.filter(member::may_work);
    let Some(standing) = standing else {
        identity.sessions.end(rotated.session).await?;
        return Err(MemberKeepError::Invalid.into());
    };
    let subject = member::subject(&conn, &standing).await?;
    Ok(identity.sessions.tokens(rotated, &subject, now)?)
}
