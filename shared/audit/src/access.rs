//! One look of staff at personal data.

use crate::By;
use chrono::{DateTime, Utc};
use db::On;
use kernel::*;
use std::net::{IpAddr, Ipv4Addr};
use uuid::Uuid;

db::statements! {
    static INSERT: (AccessLogId, &'static str, Uuid, &'static str, Option<String>, &'static str, Option<Uuid>, i32, Option<UploadId>, Option<DateTime<Utc>>, String, Now) => () =
        "insert into privacy_access_logs (id, actor_type, actor_id, action, purpose, subject_type, subject_id, subject_count, upload_id, url_expires_at, ip, occurred_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11::text::inet, $12)";
}

/// What was done with the data.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Look {
    View,
    Search,
    Unmask,
    /// Needs a purpose.
    Download,
    /// Needs a purpose.
    Export,
    /// A link to one private file; it lives at most five minutes.
    Link {
        upload_id: UploadId,
        expires_at: DateTime<Utc>,
    },
}

/// Whose data, why, from where.
#[derive(Debug, Clone)]
pub struct Access {
    pub look: Look,
    /// Table of the person or row looked at.
    pub subject_type: &'static str,
    pub subject_id: Option<Uuid>,
    /// People seen at once.
    pub subject_count: i32,
    pub purpose: Option<String>,
    /// None only outside of requests; kept as 0.0.0.0.
    pub ip: Option<IpAddr>,
}

/// Writes a look before its data is given out. A look by the system is none.
pub async fn access(on: &impl On, by: impl Into<By>, access: Access, now: Now) -> Result<(), Fault> {
    let (actor_type, actor_id) = match by.into() {
        By::Operator(id) => ("admin", id.0),
        By::Member(id) => ("seller", id.0),
        By::Partner(id) => ("partner", id.0),
        By::System => return Ok(()),
    };
    let (action, upload_id, expires_at) = match access.look {
        Look::View => ("view", None, None),
        Look::Search => ("search", None, None),
        Look::Unmask => ("unmask", None, None),
        Look::Download => ("download", None, None),
        Look::Export => ("export", None, None),
        Look::Link { upload_id, expires_at } => ("presigned_url", Some(upload_id), Some(expires_at)),
    };
    let ip = access.ip.unwrap_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED)).to_string();
    let row = (
        AccessLogId::new(),
        actor_type,
        actor_id,
        action,
        access.purpose,
        access.subject_type,
        access.subject_id,
        access.subject_count,
        upload_id,
        expires_at,
        ip,
        now,
    );
    INSERT.run(on, row).await
}
