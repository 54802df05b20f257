//! Secrets, from Secrets Manager. A function lists only the ids its role may read, so most fields are empty in most
//! functions; asking for a missing one is an error at start, not at the first request.

use crate::Config;
use authz::{Audience, PublicKey};
use aws::Aws;
use kernel::Fault;
use serde::Deserialize;
use serde_json::{Map, Value};
use std::collections::HashMap;

/// Everything secret a process may know.
#[derive(Clone, Deserialize)]
pub struct Secrets {
    /// postgres:// URL through the proxy.
    #[serde(default)]
    pub database_writer: String,
    #[serde(default)]
    pub database_reader: Option<String>,
    /// Certificates (PEM) of the authorities that sign the database's own, where it is reached past the proxy.
    #[serde(default)]
    pub database_ca: Option<String>,
    /// postgres:// URL past the proxy, as the owner of the schema: the migration function alone.
    #[serde(default)]
    pub database_direct: Option<String>,
    /// 32 bytes in hex: encrypts personal data.
    #[serde(default)]
    pub pii_key: String,
    /// 32 bytes in hex: keys the hashes that personal data is found by.
    #[serde(default)]
    pub hash_key: String,
    /// Private keys of the audiences this function signs tokens for.
    #[serde(default)]
    pub signing: HashMap<Audience, SigningKey>,
    /// Public keys of every audience, newest first.
    #[serde(default)]
    pub verifying: HashMap<Audience, Vec<PublicKey>>,
    #[serde(default)]
    pub toss: Option<TossSecrets>,
    #[serde(default)]
    pub payouts: Option<PayoutSecrets>,
    /// Identity agency and bank check.
    #[serde(default)]
    pub agency_secret: Option<String>,
    #[serde(default)]
    pub bank_secret: Option<String>,
    /// HMAC secret by carrier code.
    #[serde(default)]
    pub carriers: HashMap<String, String>,
}

/// A private key of one audience.
#[derive(Clone, Deserialize)]
pub struct SigningKey {
    pub kid: String,
    /// PKCS#8 in PEM.
    pub pem: String,
}

/// Toss Payments core API.
#[derive(Clone, Deserialize)]
pub struct TossSecrets {
    pub secret_key: String,
    pub client_key: String,
}

/// Toss payouts (지급대행).
#[derive(Clone, Deserialize)]
pub struct PayoutSecrets {
    /// Signs payout.changed and seller.changed webhooks.
    pub webhook_key: String,
    /// 64 hex digits: encrypts request and answer bodies.
    pub body_key: String,
}

impl Secrets {
    /// Reads what the configuration names, and trusts the database's authorities from here on.
    pub async fn load(config: &Config, aws: &Aws) -> Result<Secrets, Fault> {
        let mut merged = Map::new();
        for id in &config.secret_ids {
            if let serde_json::Value::Object(fields) = aws.secret(id).await? {
                merge(&mut merged, fields);
            }
        }
        let secrets: Secrets = serde_json::from_value(merged.into()).map_err(Fault::internal)?;
        secrets.database_ca.as_deref().map_or(Ok(()), db::trust)?;
        Ok(secrets)
    }
}

/// Puts one secret's fields to the others. Objects grow: a process that signs for two audiences reads two secrets.
fn merge(into: &mut Map<String, Value>, fields: Map<String, Value>) {
    for (name, value) in fields {
        match (into.get_mut(&name), value) {
            (Some(Value::Object(known)), Value::Object(more)) => known.extend(more),
            (_, value) => drop(into.insert(name, value)),
        }
    }
}

impl std::fmt::Debug for Secrets {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Secrets(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn secrets_add_up_and_the_later_one_wins() {
        let mut merged = Map::new();
        for secret in [
            json!({ "signing": { "service": 1 }, "pii_key": "a" }),
            json!({ "signing": { "admin": 2 }, "pii_key": "b" }),
        ] {
            let Value::Object(fields) = secret else { panic!("an object") };
            merge(&mut merged, fields);
        }
        assert_eq!(Value::from(merged), json!({ "signing": { "service": 1, "admin": 2 }, "pii_key": "b" }));
    }
}
