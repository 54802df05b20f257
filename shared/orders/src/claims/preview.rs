//! What a cancel would give back, before it is asked for.
//!
//! The preview is a pure calculation over stored shares. Its token seals the amounts for ten minutes: a claim filed with
//! it does exactly what was shown, or is refused because something changed meanwhile.

use super::choose::{self, CancelError, Chosen, Part};
use authz::CustomerScope;
use boot::Vault;
use chrono::{DateTime, Duration, Utc};
use db::Tx;
use kernel::*;
use pricing::AtFault;

/// A calculated cancel with its token.
#[derive(Debug)]
pub struct Preview {
    pub parts: Vec<Part>,
    pub token: String,
    pub expires_at: DateTime<Utc>,
}

const LIVES_MINUTES: i64 = 10;

/// Calculates a cancel and seals it.
pub async fn preview(
    tx: &Tx,
    vault: &Vault,
    by: CustomerScope,
    items: &[Chosen],
    reason: &str,
    now: Now,
) -> Result<Preview, Failure<CancelError>> {
    let fault = choose::fault_of(tx, reason, "customer").await?;
    let parts = choose::cancel(tx, by, items, fault, now).await?;
    let expires_at = now.plus(Duration::minutes(LIVES_MINUTES));
    let token = seal(vault, by, reason, &parts, expires_at)?;
    Ok(Preview { parts, token, expires_at })
}

/// Calculates the same again and holds it against the token.
pub async fn redeem(
    tx: &Tx,
    vault: &Vault,
    by: CustomerScope,
    items: &[Chosen],
    reason: &str,
    token: &str,
    now: Now,
) -> Result<Vec<Part>, Failure<CancelError>> {
    let expires_at =
        token.split_once('.').and_then(|(at, _)| at.parse::<i64>().ok()).and_then(|at| DateTime::from_timestamp(at, 0));
    let expires_at = expires_at.ok_or(CancelError::AmountChanged)?;
    if expires_at <= now.0 {
        return Err(CancelError::PreviewExpired.into());
    }
    let fault = choose::fault_of(tx, reason, "customer").await?;
    let parts = choose::cancel(tx, by, items, fault, now).await?;
    if seal(vault, by, reason, &parts, expires_at)? == token {
        Ok(parts)
    } else {
        Err(CancelError::AmountChanged.into())
    }
}

/// `expiry.hash` over everything the customer was shown.
fn seal(
    vault: &Vault,
    by: CustomerScope,
    reason: &str,
    parts: &[Part],
    expires_at: DateTime<Utc>,
) -> Result<String, Fault> {
    let shown: Vec<(SellerOrderId, AtFault, bool, &pricing::ClaimMoney)> =
        parts.iter().map(|part| (part.loaded.seller_order_id, part.at_fault, part.instant, &part.money)).collect();
    let text =
        serde_json::to_string(&(by.user_id(), reason, shown, expires_at.timestamp())).map_err(Fault::internal)?;
    Ok(format!("{}.{}", expires_at.timestamp(), hex::encode(vault.hash("claim_preview", &text)?)))
}
