//! The letter that waits in a ticket, opened for the task that mails it.

use crate::devices::{self, Seen};
use crate::item::{bytes, text};
use crate::tickets::get;
use aws::Tables;
use boot::Vault;
use kernel::*;

/// What the mail task sends.
#[derive(Debug, Clone)]
pub struct Mailable {
    pub to: String,
    /// Six digits; None in a letter that tells something else (`account_exists`).
    pub code: Option<String>,
    /// `sign_up_email`, `seller_sign_up_email`, `account_exists` …
    pub purpose: String,
    /// `ko` or `en`.
    pub language: String,
    /// What a letter about a sign-in from a new device tells.
    pub seen: Option<Seen>,
}

/// The letter of a ticket, opened; None when the ticket is used, expired or has no letter.
pub async fn mailable(tables: &Tables, vault: &Vault, ticket: TicketId) -> Result<Option<Mailable>, Fault> {
    let Some(item) = get(tables, ticket.0).await? else { return Ok(None) };
    let (Some(to), Some(purpose)) = (bytes(&item, "mail_to"), text(&item, "mail_purpose")) else { return Ok(None) };
    Ok(Some(Mailable {
        to: vault.open(to)?,
        code: bytes(&item, "mail_code").map(|sealed| vault.open(sealed)).transpose()?,
        purpose: purpose.to_owned(),
        language: text(&item, "language").unwrap_or("ko").to_owned(),
        seen: devices::seen(&item, vault)?,
    }))
}
