//! Devices somebody signed in from: a sign-in from another one is mailed to its owner.
//!
//! A device is a browser on a network (the first three parts of an address, the first three groups of a long one). It is
//! known for 90 days after the last sign-in from it: a row of kind `device` of the table `auth_sessions`, under a keyed hash.

use crate::Identity;
use crate::item::{Item, bytes, n, number, s, text};
use crate::tickets::{Draft, Letter, Purpose, TABLE, get};
use authz::Device;
use aws::Tables;
use boot::Vault;
use chrono::{DateTime, Duration, Utc};
use db::Tx;
use events::CodeRequested;
use kernel::*;
use serde::{Deserialize, Serialize};
use std::net::IpAddr;
use uuid::Uuid;

const KNOWN_DAYS: i64 = 90;
const LETTER: &str = "new_device";

/// A sign-in as its letter tells it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Seen {
    pub at: DateTime<Utc>,
    pub ip: Option<IpAddr>,
    pub user_agent: Option<String>,
}

/// A letter that waits for the commit of the sign-in it tells of.
pub struct Notice {
    ticket: TicketId,
}

impl Notice {
    /// Has it mailed when the transaction commits. Nudge the relay afterwards.
    pub async fn send(&self, tx: &Tx, now: Now) -> Result<(), Fault> {
        let event = CodeRequested { ticket_id: self.ticket, purpose: LETTER.to_owned() };
        jobs::outbox::emit(tx, &event, now).await
    }
}

impl Identity {
    /// A letter to somebody who signs in from a device that is not known; None when it is.
    pub async fn new_device(
        &self,
        subject: Uuid,
        email: &str,
        device: &Device,
        now: Now,
    ) -> Result<Option<Notice>, Fault> {
        let known = get(self.tickets.tables(), self.device_id(subject, device)?).await?;
        if known.is_some_and(|item| number(&item, "expires_at").is_some_and(|at| at > now.0.timestamp())) {
            return Ok(None);
        }
        let data = Seen { at: now.0, ip: device.ip, user_agent: device.user_agent.clone() };
        let draft = Draft { purpose: Purpose::NewDevice, subject: Some(subject), lives: Duration::days(1), data };
        // Whose language it is shows only after the letter: it is written in both.
        let letter = Letter { to: email.to_owned(), code: None, purpose: LETTER, language: "ko" };
        let ticket = self.tickets.put(now, TicketId(Uuid::new_v4()), draft, Some((letter, None))).await?;
        Ok(Some(Notice { ticket }))
    }

    /// Knows the device from now on.
    pub async fn remember_device(&self, subject: Uuid, device: &Device, now: Now) -> Result<(), Fault> {
        let tables = self.tickets.tables();
        let put = tables
            .client
            .put_item()
            .table_name(tables.name(TABLE))
            .item("session_id", s(self.device_id(subject, device)?.to_string()))
            .item("kind", s("device"))
            .item("audience", s(self.audience.as_str()))
            .item("expires_at", n(now.plus(Duration::days(KNOWN_DAYS)).timestamp()));
        Tables::done(put.send().await).map(drop)
    }

    fn device_id(&self, subject: Uuid, device: &Device) -> Result<Uuid, Fault> {
        let network = device.ip.map(network).unwrap_or_default();
        let browser = device.user_agent.as_deref().unwrap_or_default();
        let name = format!("{}:{subject}:{network}:{browser}", self.audience.as_str());
        let hash = self.vault.hash("device", &name)?;
        let start = hash.first_chunk::<16>().ok_or_else(|| Fault::internal("a short hash"))?;
        Ok(uuid::Builder::from_random_bytes(*start).into_uuid())
    }
}

/// What a letter about a new device tells; None in any other ticket.
pub(crate) fn seen(item: &Item, vault: &Vault) -> Result<Option<Seen>, Fault> {
    let sealed = bytes(item, "data").filter(|_| text(item, "mail_purpose") == Some(LETTER));
    sealed.map(|sealed| serde_json::from_str(&vault.open(sealed)?).map_err(Fault::internal)).transpose()
}

fn network(ip: IpAddr) -> String {
    match ip {
        IpAddr::V4(ip) => {
            let [a, b, c, _] = ip.octets();
            format!("{a}.{b}.{c}")
        }
        IpAddr::V6(ip) => {
            let [a, b, c, ..] = ip.segments();
            format!("{a:x}:{b:x}:{c:x}")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_network_is_wider_than_an_address() {
        let of = |text: &str| network(text.parse().unwrap());
        assert_eq!(of("203.0.113.7"), of("203.0.113.250"));
        assert_ne!(of("203.0.113.7"), of("203.0.114.7"));
        assert_eq!(of("2001:db8:1::1"), of("2001:db8:1:ffff::2"));
        assert_ne!(of("2001:db8:1::1"), of("2001:db8:2::1"));
    }
}
