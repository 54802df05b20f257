//! A new client: a partner's system, or a seller's own. Its secret is shown once and never again.

use crate::access::network::Network;
use crate::access::secret;
use crate::scope::Scope;
use audit::{By, Target};
use authz::SellerScope;
use boot::Vault;
use chrono::{DateTime, Utc};
use db::Tx;
use kernel::*;
use serde_json::json;

kernel::text_enum! {
    /// How a client proves itself.
    pub enum AuthMethod {
        /// Exchanges id and secret for a token.
        ClientCredentials = "client_credentials",
        /// Signs every request.
        Hmac = "hmac",
    }
}

kernel::text_enum! {
    /// Whose data a client works on.
    pub enum Environment { Live = "live", Sandbox = "sandbox" }
}

/// A client to register.
#[derive(Debug, Clone)]
pub struct Registration {
    pub name: String,
    /// The seller whose own system this is; None for a partner that works for many by their grants.
    pub seller: Option<SellerScope>,
    pub auth_method: AuthMethod,
    pub environment: Environment,
    pub scopes: Vec<Scope>,
    /// Empty: from anywhere.
    pub allowed_ips: Vec<Network>,
    /// Calls a second, per seller.
    pub rate_per_second: i32,
    pub contact_email: Option<String>,
    pub expires_at: Option<DateTime<Utc>>,
}

/// A registered client with the secret that is shown this once.
#[derive(Debug, Clone)]
pub struct Issued {
    pub id: PartnerClientId,
    pub client_id: String,
    pub secret: String,
}

db::statements! {
    static INSERT: (PartnerClientId, String, String, &'static str, Option<SellerId>, Environment, Option<String>, AuthMethod, Vec<u8>, Option<Vec<u8>>, Vec<String>, Option<Vec<String>>, i32, Option<DateTime<Utc>>, Now) => () =
        "insert into partner_clients (id, client_id, name, owner_type, seller_id, environment, contact_email, auth_method, secret_hash, secret_enc, scopes,
             allowed_ips, rate_per_second, expires_at, created_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12::text[]::cidr[], $13, $14, $15)";
}

/// Registers a client.
pub async fn register(tx: &Tx, vault: &Vault, by: By, now: Now, registration: Registration) -> Result<Issued, Fault> {
    let id = PartnerClientId::new();
    let client_id = secret::fresh("drc_", 12)?;
    let plain = secret::fresh("drs_", 32)?;
    let sealed = match registration.auth_method {
        AuthMethod::Hmac => Some(vault.seal(&plain)?),
        AuthMethod::ClientCredentials => None,
    };
    let networks: Vec<String> = registration.allowed_ips.iter().map(|n| n.as_str().to_owned()).collect();
    let scopes = Scope::texts(&registration.scopes);
    let shown = json!({ "name": registration.name, "scopes": scopes, "allowed_ips": networks });
    INSERT
        .run(
            tx,
            (
                id,
                client_id.clone(),
                registration.name,
                if registration.seller.is_some() { "seller" } else { "partner" },
                registration.seller.map(SellerScope::seller_id),
                registration.environment,
                registration.contact_email,
                registration.auth_method,
                secret::hash(vault, &plain)?,
                sealed,
                scopes,
                (!networks.is_empty()).then_some(networks),
                registration.rate_per_second,
                registration.expires_at,
                now,
            ),
        )
        .await?;
    audit::record(tx, by, "partner_client.registered", Target::of("partner_clients", id), None, Some(shown), now)
        .await?;
    Ok(Issued { id, client_id, secret: plain })
}
