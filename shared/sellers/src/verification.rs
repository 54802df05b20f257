//! What somebody proves before opening a store: the work e-mail by a mailed code, and who they are at the agency.

use chrono::{DateTime, Duration, Utc};
use db::Db;
use identity::codes::{Newcomer, Sent};
use identity::limits::{CODE_IP, LimitError};
use identity::tickets::{Draft, Purpose};
use identity::{Device, Identity};
use kernel::values::Email;
use kernel::*;
use uuid::Uuid;

db::statements! {
    static TAKEN: (String,) => (bool,) = "select exists (select 1 from seller_members where lower(email) = $1 and state <> 'removed')";
}

const WINDOW_MINUTES: i64 = 30;

/// An identity check under way.
#[derive(Debug, Clone)]
pub struct Started {
    pub id: IdentityVerificationId,
    /// The agency's window.
    pub url: String,
    pub expires_at: DateTime<Utc>,
}

/// Mails a code to a work address. A taken address gets the same answer and a letter saying so. Nudge the relay
/// afterwards.
pub async fn send_code(
    db: &Db,
    identity: &Identity,
    email: &Email,
    language: &'static str,
    device: &Device,
    now: Now,
) -> Result<Sent, Failure<LimitError>> {
    let (taken,) = TAKEN.one(&db.writer().await?, (email.as_str().to_owned(),)).await?;
    let to = Newcomer { email, taken, letter: "seller_sign_up_email", language, ip: device.ip };
    identity.send_sign_up_code(db, now, to).await
}

/// Opens the owner's identity check. Its result is read when they sign up.
pub async fn start_identity_check(
    identity: &Identity,
    redirect_url: Option<&str>,
    device: &Device,
    now: Now,
) -> Result<Started, Failure<LimitError>> {
    if let Some(ip) = device.ip {
        identity.limits.hit(&CODE_IP, &ip.to_string(), now).await?;
    }
    let id = Uuid::new_v4();
    let url = identity.agency.open(id, "owner_sign_up", redirect_url).await?;
    let lives = Duration::minutes(WINDOW_MINUTES);
    let draft = Draft { purpose: Purpose::Identity, subject: None, lives, data: () };
    identity.tickets.open_as(now, id, draft).await?;
    Ok(Started { id: IdentityVerificationId(id), url, expires_at: now.plus(lives) })
}
