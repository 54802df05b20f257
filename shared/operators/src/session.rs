//! Keeping an operator's session: the next pair of tokens, with the role read again.

use crate::operator;
use db::Db;
use identity::sessions::RefreshError;
use identity::{Identity, Tokens};
use kernel::*;

kernel::refusals! {
    /// Why there are no new tokens.
    pub enum OperatorKeepError {
        Invalid = 401 "refresh_token_invalid", "Sign in again.", "다시 로그인해 주세요.";
        Reused = 401 "refresh_token_reused", "This refresh token was used before; the session has ended.", "이미 사용된 토큰입니다. 다시 로그인해 주세요.";
    }
}

impl From<RefreshError> for OperatorKeepError {
    fn from(error: RefreshError) -> Self {
        match error {
            RefreshError::Invalid => OperatorKeepError::Invalid,
            RefreshError::Reused => OperatorKeepError::Reused,
        }
    }
}

/// Exchanges a refresh token; an operator who may not work any more ends here.
pub async fn refresh(
    db: &Db,
    identity: &Identity,
    token: &str,
    now: Now,
) -> Result<Tokens, Failure<OperatorKeepError>> {
    let rotated = identity.sessions.rotate(token, now).await.map_err(Failure::widen)?;
    let conn = db.writer().await?;
    let standing = operator::of(&conn, OperatorId(rotated.subject)).await?.filter(operator::may_work);
    let Some(standing) = standing else {
        identity.sessions.end(rotated.session).await?;
        return Err(OperatorKeepError::Invalid.into());
    };
    let subject = operator::subject(&conn, &standing).await?;
    Ok(identity.sessions.tokens(rotated, &subject, now)?)
}
