//! What a client is told about itself: the first call of every integration.

use authz::Partner;
use chrono::{DateTime, Utc};
use db::On;
use kernel::*;

db::row! {
    /// A client as it sees itself.
    pub struct MeRow {
        pub client_id: String,
        pub name: String,
        pub owner_type: String,
        pub seller_id: Option<SellerId>,
        pub environment: crate::Environment,
        pub auth_method: crate::AuthMethod,
        pub scopes: Vec<String>,
        pub allowed_ips: Option<Vec<String>>,
        pub rate_per_second: i32,
        pub rotating_until: Option<DateTime<Utc>>,
        pub expires_at: Option<DateTime<Utc>>,
    }
}

db::statements! {
    static ME: (PartnerClientId, Now) => MeRow =
        "select client_id, name, owner_type, seller_id, environment, auth_method, scopes, allowed_ips::text[] as allowed_ips, rate_per_second,
                case when previous_valid_until > $2 then previous_valid_until end as rotating_until, expires_at
         from partner_clients where id = $1";
}

/// Reads the caller's own row.
pub async fn show(on: &impl On, by: &Partner, now: Now) -> Result<MeRow, Fault> {
    ME.one(on, (by.client_id, now)).await
}
