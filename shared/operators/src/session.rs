//! Keeping an operator's session: the next pair of tokens, with the role read again.

use crate::operator;
use db::Db;
use identity::sessions::RefreshError;
use identity::{Identity, Tokens};
use kernel::*;

/// Exchanges a refresh token; an operator who may not work any more ends here.
pub async fn refresh(db: &Db, identity: &Identity, token: &str, now: Now) -> Result<Tokens, Failure<RefreshError>> {
    let rotated = identity.sessions.rotate(token, now).await?;
    let conn = db.writer().await?;
    let standing = operator::of(&conn, OperatorId(rotated.subject)).await?.filter(operator::may_work);
    let Some(standing) = standing else {
        identity.sessions.end(rotated.session).await?;
        return Err(RefreshError::Invalid.into());
    };
    let subject = operator::subject(&conn, &standing).await?;
    Ok(identity.sessions.tokens(rotated, &subject, now)?)
}
