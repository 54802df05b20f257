//! Migrations: brings the schema to what the code of this release expects, before the other functions take traffic.
//!
//! The only function that knows the direct connection of the schema's owner, and nothing else.

use aws::Aws;
use boot::{Config, Secrets};
use kernel::Fault;
use serde_json::{Value, json};

/// Applies what is missing and answers the names of what it applied.
pub async fn run(secrets: &Secrets) -> Result<Value, Fault> {
    let direct =
        secrets.database_direct.as_deref().ok_or_else(|| Fault::internal("no database_direct among the secrets"))?;
    Ok(json!({ "applied": db::migrate::run(direct).await? }))
}

/// The secrets this function may read.
pub async fn secrets() -> Result<Secrets, Fault> {
    let config = Config::from_env()?;
    Secrets::load(&config, &Aws::load(&config.prefix(), &boot::outgoing()?)).await
}
