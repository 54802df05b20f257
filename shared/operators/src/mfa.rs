//! The second step: a code of the authenticator or a recovery code opens the session. A code works once; failures count
//! towards the lock. A sign-in from a device that is not known is mailed to the operator.

use crate::operator;
use crate::sign_in::failed;
use audit::{Entry, Target};
use db::Db;
use identity::second_factor::{FactorRow, Factors};
use identity::tickets::{Purpose, TicketError};
use identity::{Device, Identity, Proof, Tokens};
use kernel::*;
use serde_json::json;

db::statements! {
    /// A locked operator proves nothing.
    static FACTOR: (OperatorId, Now) => FactorRow =
        "select totp_secret_enc, totp_last_step from admin_users
         where id = $1 and state = 'active' and mfa_enabled and (locked_until is null or locked_until <= $2)";
    static STEP: (OperatorId, i64) => (OperatorId,) =
        "update admin_users set totp_last_step = $2 where id = $1 and mfa_enabled and (totp_last_step is null or totp_last_step < $2) returning id";
    static RECOVER: (OperatorId, String) => (OperatorId,) =
        "update admin_users set recovery_code_hashes = array_remove(recovery_code_hashes, $2)
         where id = $1 and mfa_enabled and $2 = any (recovery_code_hashes) returning id";
    static SIGNED_IN: (OperatorId, Now) => () = "update admin_users set last_login_at = $2, failed_attempts = 0, locked_until = null where id = $1";
}

/// Operators' second factors.
pub(crate) const FACTORS: Factors<OperatorId> = Factors { read: &FACTOR, step: &STEP, recover: &RECOVER };

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

/// Passes the challenge and signs the operator in. Nudge the relay afterwards.
pub async fn verify(
    db: &Db,
    identity: &Identity,
    device: &Device,
    challenge: TicketId,
    proof: &Proof,
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
    let right = FACTORS.proves(&conn, identity, id, proof, now).await?;
    drop(conn);
    if !right {
        failed(db, id, device, now).await?;
        return Err(MfaError::Wrong.into());
    }
    if !identity.tickets.consume(challenge, Purpose::SecondFactor, now).await? {
        return Err(MfaError::Expired.into());
    }
    let notice = identity.new_device(id.0, &standing.email, device, now).await?;
    let tx = db.begin().await?;
    SIGNED_IN.run(&tx, (id, now)).await?;
    let entry = Entry::new(id, "operator.signed_in", Target::of("admin_users", id));
    entry.after(json!({ "with": proof.name() })).ip(device.ip).write(&tx, now).await?;
    if let Some(notice) = notice {
        notice.send(&tx, now).await?;
    }
    let subject = operator::subject(&tx, &standing).await?;
    tx.commit().await?;
    identity.remember_device(id.0, device, now).await?;
    Ok(identity.sessions.start(&subject, device, now).await?)
}
