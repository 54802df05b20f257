//! One change made by staff.

use db::On;
use kernel::*;
use serde_json::Value;
use std::net::IpAddr;
use uuid::Uuid;

db::statements! {
    static INSERT: (AuditLogId, &'static str, Option<Uuid>, String, &'static str, Option<Uuid>, Option<Value>, Option<Value>, Option<String>, Option<String>, String, Now) => () =
        "insert into audit_logs (id, actor_type, actor_id, action, target_type, target_id, before_data, after_data, reason, ip, request_id, occurred_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10::text::inet, $11, $12)";
}

/// Who made a change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum By {
    Operator(OperatorId),
    Member(MemberId),
    Partner(PartnerClientId),
    /// A task or schedule.
    System,
}

impl By {
    fn parts(self) -> (&'static str, Option<Uuid>) {
        match self {
            By::Operator(id) => ("admin", Some(id.0)),
            By::Member(id) => ("seller", Some(id.0)),
            By::Partner(id) => ("partner", Some(id.0)),
            By::System => ("system", None),
        }
    }
}

impl From<&authz::Operator> for By {
    fn from(operator: &authz::Operator) -> By {
        By::Operator(operator.operator_id)
    }
}
impl From<&authz::Member> for By {
    fn from(member: &authz::Member) -> By {
        By::Member(member.member_id)
    }
}
impl From<&authz::Partner> for By {
    fn from(partner: &authz::Partner) -> By {
        By::Partner(partner.client_id)
    }
}
impl From<OperatorId> for By {
    fn from(id: OperatorId) -> By {
        By::Operator(id)
    }
}
impl From<MemberId> for By {
    fn from(id: MemberId) -> By {
        By::Member(id)
    }
}

/// The row that was changed: its table and id.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Target {
    table: &'static str,
    id: Option<Uuid>,
}

impl Target {
    pub fn of(table: &'static str, id: impl Into<Uuid>) -> Target {
        Target { table, id: Some(id.into()) }
    }

    /// A row without a UUID (a setting, a calendar day): name it in `after`.
    pub fn table(table: &'static str) -> Target {
        Target { table, id: None }
    }
}

/// A change with what is rarely known: the reason given and the address it came from.
#[derive(Debug, Clone)]
pub struct Entry {
    by: By,
    action: String,
    target: Target,
    before: Option<Value>,
    after: Option<Value>,
    reason: Option<String>,
    ip: Option<IpAddr>,
}

impl Entry {
    /// `action` is `<noun>.<verb in past tense>`, e.g. `contract.signed`.
    pub fn new(by: impl Into<By>, action: impl Into<String>, target: Target) -> Entry {
        Entry { by: by.into(), action: action.into(), target, before: None, after: None, reason: None, ip: None }
    }

    pub fn before(mut self, before: Value) -> Entry {
        self.before = Some(before);
        self
    }
    pub fn after(mut self, after: Value) -> Entry {
        self.after = Some(after);
        self
    }
    pub fn reason(mut self, reason: impl Into<String>) -> Entry {
        self.reason = Some(reason.into());
        self
    }
    pub fn ip(mut self, ip: Option<IpAddr>) -> Entry {
        self.ip = ip;
        self
    }

    /// Writes it, in the transaction of the change.
    pub async fn write(self, on: &impl On, now: Now) -> Result<(), Fault> {
        let (actor_type, actor_id) = self.by.parts();
        let ip = self.ip.map(|ip| ip.to_string());
        let row = (
            AuditLogId::new(),
            actor_type,
            actor_id,
            self.action,
            self.target.table,
            self.target.id,
            self.before,
            self.after,
            self.reason,
            ip,
            boot::trace::current(),
            now,
        );
        INSERT.run(on, row).await
    }
}

/// Writes a change in one line.
pub async fn record(
    on: &impl On,
    by: impl Into<By>,
    action: &str,
    target: Target,
    before: Option<Value>,
    after: Option<Value>,
    now: Now,
) -> Result<(), Fault> {
    Entry { before, after, ..Entry::new(by, action, target) }.write(on, now).await
}
