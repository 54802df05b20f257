//! The second step: a code of the authenticator or a recovery code opens the session. A code works once; failures count
//! towards the lock.

use crate::operator;
use crate::sign_in::failed;
use audit::{Entry, Target};
use chrono::{DateTime, Utc};
use db::{Db, On};
use identity::tickets::{Purpose, TicketError};
use identity::totp::{Totp, hash_recovery_code};
use identity::{Device, Identity, Tokens};
use kernel::values::OneTimeCode;
use kernel::*;
use serde_json::json;

/// What answers a challenge.
pub enum Proof<'a> {
    Code(&'a OneTimeCode),
    Recovery(&'a str),
}

db::row! { struct SecretRow { totp_secret_enc: Option<Vec<u8>>, totp_last_step: Option<i64>, locked_until: Option<DateTime<Utc>> } }

db::statements! {
    static SECRET: (OperatorId,) => SecretRow =
        "select totp_secret_enc, totp_last_step, locked_until from admin_users where id = $1 and state = 'active' and mfa_enabled";
    /// Of two uses of one step, one finds it taken.
    static STEP: (OperatorId, i64) => (OperatorId,) =
        "update admin_users set totp_last_step = $2 where id = $1 and mfa_enabled and (totp_last_step is null or totp_last_step < $2) returning id";
    static RECOVER: (OperatorId, String) => (OperatorId,) =
        "update admin_users set recovery_code_hashes = array_remove(recovery_code_hashes, $2)
         where id = $1 and state = 'active' and mfa_enabled and $2 = any (recovery_code_hashes) returning id";
    static SIGNED_IN: (OperatorId, Now) => () = "update admin_users set last_login_at = $2, failed_attempts = 0, locked_until = null where id = $1";
}

kernel::refusals! {
    /// Why the challenge is not passed.
    pub enum MfaError {
        Expired = 410 "ticket_expired", "This step has expired, start again.", "유효 시간이 지났습니다. 처음부터 다시 시도해 주세요.";
        Exhausted = 410 "code_exhausted", "Too many wrong codes, sign in again.", "인증번호를 여러 번 잘못 입력했습니다. 다시 로그인해 주세요.";
        Wrong = 422 "code_mismatch" at "/proof", "The code is wrong or was used before.", "인증번호가 올바르지 않거나 이미 사용되었습니다.";
        Enroll = 403 "second_factor_required", "Enrol a second factor first.", "2단계 인증을 먼저 등록해 주세요.";
    }
}

impl From<TicketError> for MfaError {
    fn from(error: TicketError) -> Self {
        match error {
            TicketError::Expired => MfaError::Expired,
            TicketError::Exhausted => MfaError::Exhausted,
        }
    }
}

/// Passes the challenge and signs the operator in.
pub async fn verify(
    db: &Db,
    identity: &Identity,
    device: &Device,
    challenge: TicketId,
    proof: Proof<'_>,
    now: Now,
) -> Result<Tokens, Failure<MfaError>> {
    let ticket = identity.tickets.attempt(challenge, Purpose::SecondFactor, now).await.map_err(Failure::widen)?;
    let id = OperatorId(ticket.subject.ok_or(MfaError::Expired)?);
    let conn = db.writer().await?;
    let standing = operator::of(&conn, id).await?.filter(|standing| standing.state == "active");
    let standing = standing.ok_or(MfaError::Expired)?;
    if !standing.mfa_enabled {
        return Err(MfaError::Enroll.into());
    }
    let right = proves(&conn, identity, id, &proof, now).await?;
    drop(conn);
    if !right {
        failed(db, id, device, now).await?;
        return Err(MfaError::Wrong.into());
    }
    if !identity.tickets.consume(challenge, Purpose::SecondFactor, now).await? {
        return Err(MfaError::Expired.into());
    }
    let tx = db.begin().await?;
    SIGNED_IN.run(&tx, (id, now)).await?;
    let how = if matches!(proof, Proof::Code(_)) { "authenticator" } else { "recovery_code" };
    let entry = Entry::new(id, "operator.signed_in", Target::of("admin_users", id));
    entry.after(json!({ "with": how })).ip(device.ip).write(&tx, now).await?;
    let subject = operator::subject(&tx, &standing).await?;
    tx.commit().await?;
    Ok(identity.sessions.start(&subject, device, now).await?)
}

/// Whether this proves the operator, using the step or recovery code up. A locked operator proves nothing.
pub(crate) async fn proves(
    on: &impl On,
    identity: &Identity,
    id: OperatorId,
    proof: &Proof<'_>,
    now: Now,
) -> Result<bool, Fault> {
    let Some(row) = SECRET.opt(on, (id,)).await? else { return Ok(false) };
    if row.locked_until.is_some_and(|until| until > now.0) {
        return Ok(false);
    }
    match proof {
        Proof::Recovery(code) => {
            let hash = hash_recovery_code(id.0, code, &identity.vault)?;
            Ok(RECOVER.opt(on, (id, hash)).await?.is_some())
        }
        Proof::Code(code) => {
            let Some(sealed) = row.totp_secret_enc else { return Ok(false) };
            match Totp::open(&sealed, &identity.vault)?.accept(code, row.totp_last_step, now)? {
                Some(step) => Ok(STEP.opt(on, (id, step)).await?.is_some()),
                None => Ok(false),
            }
        }
    }
}
