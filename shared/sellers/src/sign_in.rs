//! Members' sign-in: password first, then the second factor where one is enrolled.
//!
//! Unknown address and wrong password look alike. After 90 idle days a member is locked until an administrator lets them
//! in again. A store may name the networks its people sign in from.

use crate::member;
use audit::{Entry, Target};
use chrono::{DateTime, Duration, NaiveDate, Utc};
use db::Db;
use identity::limits::LimitError;
use identity::sign_in::Challenge;
use identity::{Device, Identity, Tokens, passwords};
use kernel::values::Email;
use kernel::*;

const IDLE_DAYS: i64 = 90;

db::row! {
    struct FoundRow {
        id: MemberId, password_hash: Option<String>, state: String, mfa_enabled: bool, access_ends_on: Option<NaiveDate>, last_seen: DateTime<Utc>,
        seller_state: String, ip_allowed: bool,
    }
}

db::statements! {
    static FIND: (String, Option<String>) => FoundRow =
        "select m.id, m.password_hash, m.state, m.mfa_enabled, m.access_ends_on, coalesce(m.last_login_at, m.created_at) as last_seen, s.state as seller_state,
                coalesce(cardinality(s.allowed_ips), 0) = 0 or coalesce($2::text::inet <<= any (s.allowed_ips), false) as ip_allowed
         from seller_members m join sellers s on s.id = m.seller_id where lower(m.email) = $1 and m.state <> 'removed'";
    static LOCK_IDLE: (MemberId,) => () = "update seller_members set state = 'locked', version = version + 1 where id = $1 and state = 'active'";
    pub(crate) static SIGNED_IN: (MemberId, Now) => () = "update seller_members set last_login_at = $2 where id = $1";
}

kernel::refusals! {
    /// Why nobody is signed in.
    pub enum MemberSignInError {
        Wrong = 401 "sign_in_failed", "The e-mail address or the password is wrong.", "이메일 또는 비밀번호가 올바르지 않습니다.";
        Locked = 403 "member_locked", "This member is locked. Ask your administrator.", "잠긴 계정입니다. 관리자에게 문의해 주세요.";
        StoreClosed = 403 "seller_closed", "This store is closed.", "운영이 종료된 스토어입니다.";
        IpNotAllowed = 403 "ip_not_allowed", "Your store does not allow sign-ins from this network.", "허용되지 않은 IP입니다.";
        TooMany(identity::limits::Later) = 429 "too_many_requests", "Too many attempts, try again later.", "요청이 너무 많습니다. 잠시 후 다시 시도해 주세요.";
    }
}

impl From<LimitError> for MemberSignInError {
    fn from(error: LimitError) -> Self {
        let LimitError::TooMany(later) = error;
        MemberSignInError::TooMany(later)
    }
}

/// What a right password leads to.
pub enum Entered {
    SignedIn(Tokens),
    /// The second factor is asked for.
    Challenge(Challenge),
}

/// Checks a password.
pub async fn sign_in(
    db: &Db,
    identity: &Identity,
    device: &Device,
    now: Now,
    email: &Email,
    password: &str,
) -> Result<Entered, Failure<MemberSignInError>> {
    let counted = identity.count_sign_in(email, device, now).await.map_err(Failure::widen)?;
    let ip = device.ip.map(|ip| ip.to_string());
    let found = FIND.opt(&db.writer().await?, (email.as_str().to_owned(), ip)).await?;
    let right = passwords::verify(password, found.as_ref().and_then(|row| row.password_hash.as_deref())).await?;
    let found = found.filter(|_| right).ok_or(MemberSignInError::Wrong)?;
    identity.forget_attempts(counted, now).await?;
    admit(db, &found, now).await?;
    if found.mfa_enabled {
        return Ok(Entered::Challenge(identity.challenge(found.id.0, now).await?));
    }
    let tokens = enter(db, identity, device, found.id, "password", now).await?;
    Ok(Entered::SignedIn(tokens))
}

async fn admit(db: &Db, found: &FoundRow, now: Now) -> Result<(), Failure<MemberSignInError>> {
    if found.seller_state == "closed" {
        return Err(MemberSignInError::StoreClosed.into());
    }
    if found.state != "active" || found.access_ends_on.is_some_and(|last| now.date() > last) {
        return Err(MemberSignInError::Locked.into());
    }
    if found.last_seen + Duration::days(IDLE_DAYS) < now.0 {
        let tx = db.begin().await?;
        LOCK_IDLE.run(&tx, (found.id,)).await?;
        let entry = Entry::new(audit::By::System, "member.locked", Target::of("seller_members", found.id));
        entry.reason("90 idle days").write(&tx, now).await?;
        tx.commit().await?;
        return Err(MemberSignInError::Locked.into());
    }
    if !found.ip_allowed {
        return Err(MemberSignInError::IpNotAllowed.into());
    }
    Ok(())
}

/// Starts the session of a member who proved enough, and writes it down.
pub(crate) async fn enter(
    db: &Db,
    identity: &Identity,
    device: &Device,
    id: MemberId,
    how: &str,
    now: Now,
) -> Result<Tokens, Fault> {
    let tx = db.begin().await?;
    SIGNED_IN.run(&tx, (id, now)).await?;
    let entry = Entry::new(id, "member.signed_in", Target::of("seller_members", id));
    entry.after(serde_json::json!({ "with": how })).ip(device.ip).write(&tx, now).await?;
    let standing = member::of(&tx, id).await?.ok_or_else(|| Fault::internal("a member who signed in is gone"))?;
    let subject = member::subject(&tx, &standing).await?;
    tx.commit().await?;
    identity.sessions.start(&subject, device, now).await
}
