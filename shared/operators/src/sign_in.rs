//! The first step of an operator's sign-in: e-mail and password open a challenge of five minutes.
//!
//! Unknown, wrong, suspended and locked look alike and take equally long. Five failures lock an account for a quarter of
//! an hour. An operator may be tied to networks.

use audit::{Entry, Target};
use chrono::{DateTime, Duration, Utc};
use db::Db;
use identity::limits::LimitError;
use identity::sign_in::Challenge;
use identity::{Device, Identity, passwords};
use kernel::values::Email;
use kernel::*;

const LOCK_MINUTES: i64 = 15;

db::row! {
    struct FoundRow { id: OperatorId, password_hash: Option<String>, state: String, mfa_enabled: bool, locked_until: Option<DateTime<Utc>>, ip_allowed: bool }
}

db::statements! {
    static FIND: (String, Option<String>) => FoundRow =
        "select id, password_hash, state, mfa_enabled, locked_until,
                coalesce(cardinality(allowed_ips), 0) = 0 or coalesce($2::text::inet <<= any (allowed_ips), false) as ip_allowed
         from admin_users where lower(email) = $1 and state <> 'removed'";
    /// The fifth failure locks and starts the count over.
    pub(crate) static FAILED: (OperatorId, Now, DateTime<Utc>) => () =
        "update admin_users set failed_attempts = case when failed_attempts >= 4 then 0 else failed_attempts + 1 end,
                locked_until = case when failed_attempts >= 4 then $3 else locked_until end
         where id = $1 and (locked_until is null or locked_until <= $2)";
}

kernel::refusals! {
    /// Why no challenge is opened.
    pub enum OperatorSignInError {
        Wrong = 401 "sign_in_failed", "The e-mail address or the password is wrong.", "이메일 또는 비밀번호가 올바르지 않습니다.";
        IpNotAllowed = 403 "ip_not_allowed", "You may not sign in from this network.", "허용되지 않은 IP입니다.";
        TooMany(identity::limits::Later) = 429 "too_many_requests", "Too many attempts, try again later.", "요청이 너무 많습니다. 잠시 후 다시 시도해 주세요.";
    }
}

impl From<LimitError> for OperatorSignInError {
    fn from(error: LimitError) -> Self {
        let LimitError::TooMany(later) = error;
        OperatorSignInError::TooMany(later)
    }
}

/// What a right password opens.
#[derive(Debug, Clone, Copy)]
pub struct Opened {
    pub challenge: Challenge,
    /// True at the first sign-in and after a reset: enrol a second factor with this challenge first.
    pub must_enroll: bool,
}

/// Checks a password and opens the challenge.
pub async fn sign_in(
    db: &Db,
    identity: &Identity,
    device: &Device,
    now: Now,
    email: &Email,
    password: &str,
) -> Result<Opened, Failure<OperatorSignInError>> {
    let counted = identity.count_sign_in(email, device, now).await.map_err(Failure::widen)?;
    let ip = device.ip.map(|ip| ip.to_string());
    let found = FIND.opt(&db.writer().await?, (email.as_str().to_owned(), ip)).await?;
    let right = passwords::verify(password, found.as_ref().and_then(|row| row.password_hash.as_deref())).await?;
    let Some(found) = found else {
        // As much work as for an account that is there.
        failed(db, OperatorId::new(), device, now).await?;
        return Err(OperatorSignInError::Wrong.into());
    };
    let locked = found.locked_until.is_some_and(|until| until > now.0);
    if !right || locked || found.state != "active" {
        failed(db, found.id, device, now).await?;
        return Err(OperatorSignInError::Wrong.into());
    }
    if !found.ip_allowed {
        return Err(OperatorSignInError::IpNotAllowed.into());
    }
    identity.forget_attempts(counted, now).await?;
    let challenge = identity.challenge(found.id.0, now).await?;
    Ok(Opened { challenge, must_enroll: !found.mfa_enabled })
}

/// Counts a failure of the first or second factor and writes it down.
pub(crate) async fn failed(db: &Db, id: OperatorId, device: &Device, now: Now) -> Result<(), Fault> {
    let tx = db.begin().await?;
    FAILED.run(&tx, (id, now, now.plus(Duration::minutes(LOCK_MINUTES)))).await?;
    let entry = Entry::new(audit::By::System, "operator.sign_in_failed", Target::of("admin_users", id));
    entry.ip(device.ip).write(&tx, now).await?;
    tx.commit().await
}
