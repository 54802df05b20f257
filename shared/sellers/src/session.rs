//! Keeping a member's session: the next pair of tokens, with the permissions of the moment.

use crate::member;
use db::Db;
use identity::sessions::RefreshError;
use identity::{Identity, Tokens};
use kernel::*;

/// Exchanges a refresh token. A change of role takes effect here; a member who may not work any more ends here.
pub async fn refresh(db: &Db, identity: &Identity, token: &str, now: Now) -> Result<Tokens, Failure<RefreshError>> {
    let rotated = identity.sessions.rotate(token, now).await?;
    let conn = db.writer().await?;
    let standing = member::of(&conn, MemberId(rotated.subject)).await?.filter(|standing| standing.may_work(now));
    let Some(standing) = standing else {
        identity.sessions.end(rotated.session).await?;
        return Err(RefreshError::Invalid.into());
    };
    let subject = member::subject(&conn, &standing).await?;
    Ok(identity.sessions.tokens(rotated, &subject, now)?)
}
