//! A new secret while the old one still works, so that a partner's servers can change one after the other.
//!
//! The old secret lives as long as asked, up to seven days. Zero days means the old one leaked: it, an older one still
//! living, and every token made so far die now. At most two secrets live at once.

use crate::access::{admit, secret};
use audit::{By, Target};
use authz::Partner;
use boot::Vault;
use chrono::{DateTime, Utc};
use db::Tx;
use kernel::*;
use serde_json::json;

kernel::refusals! {
    /// Why no new secret is made.
    pub enum RotateError {
        RotationInProgress = 409 "rotation_in_progress", "Two secrets already live: wait for the older one to end, or end it with 0.", "이미 두 개의 시크릿이 사용 중입니다.";
    }
}

/// The new secret, shown once.
#[derive(Debug, Clone)]
pub struct Rotated {
    pub client_id: String,
    pub secret: String,
    /// Until when the old one works as well; None: not any more.
    pub old_valid_until: Option<DateTime<Utc>>,
}

db::row! { struct OldRow { client_id: String, secret_hash: Vec<u8>, secret_enc: Option<Vec<u8>>, auth_method: crate::AuthMethod, rotating: bool } }

db::statements! {
    static LOCK: (PartnerClientId, Now) => OldRow =
        "select client_id, secret_hash, secret_enc, auth_method, coalesce(previous_valid_until > $2, false) as rotating
         from partner_clients where id = $1 for update";
    static ROTATE: (PartnerClientId, Vec<u8>, Option<Vec<u8>>, Option<Vec<u8>>, Option<Vec<u8>>, Option<DateTime<Utc>>, i32) => () =
        "update partner_clients set secret_hash = $2, secret_enc = $3, previous_secret_hash = $4, previous_secret_enc = $5, previous_valid_until = $6,
             token_epoch = token_epoch + $7, version = version + 1
         where id = $1";
}

/// Makes a new secret for the caller; the old one lives `days` more.
pub async fn rotate(tx: &Tx, vault: &Vault, by: &Partner, now: Now, days: u8) -> Result<Rotated, Failure<RotateError>> {
    of_client(tx, vault, by.into(), by.client_id, now, days).await
}

/// The same by an operator, for a client that lost its secret.
pub async fn of_client(
    tx: &Tx,
    vault: &Vault,
    by: By,
    client: PartnerClientId,
    now: Now,
    days: u8,
) -> Result<Rotated, Failure<RotateError>> {
    let old = LOCK.one(tx, (client, now)).await?;
    if old.rotating && days > 0 {
        return Err(RotateError::RotationInProgress.into());
    }
    let plain = secret::fresh("drs_", 32)?;
    let sealed = match old.auth_method {
        crate::AuthMethod::Hmac => Some(vault.seal(&plain)?),
        crate::AuthMethod::ClientCredentials => None,
    };
    let until = admit::overlap(days, now);
    let (old_hash, old_enc) = if until.is_some() { (Some(old.secret_hash), old.secret_enc) } else { (None, None) };
    let leaked = i32::from(until.is_none());
    ROTATE.run(tx, (client, secret::hash(vault, &plain)?, sealed, old_hash, old_enc, until, leaked)).await?;
    let after = json!({ "old_valid_until": until });
    let target = Target::of("partner_clients", client);
    audit::record(tx, by, "partner_client.secret_rotated", target, None, Some(after), now).await?;
    Ok(Rotated { client_id: old.client_id, secret: plain, old_valid_until: until })
}
