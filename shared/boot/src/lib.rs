//! What a process needs before it can serve: configuration, secrets, database, clock, AWS clients, logs.
//!
//! A function makes one [`Boot`] when it starts and hands it to its routes or tasks. Tests make one by hand.

mod config;
pub mod metrics;
mod patience;
mod secrets;
pub mod telemetry;
pub mod trace;
mod vault;

pub use config::{Config, Stage};
pub use patience::Patience;
pub use secrets::{PayoutSecrets, Secrets, SigningKey, TossSecrets};
pub use vault::Vault;

use authz::Keys;
use aws::Aws;
use db::{Db, DbConfig};
use kernel::{Clock, Fault, Now};
use std::sync::Arc;

/// The HTTP client of a process: one pool of connections, one set of certificates.
///
/// # Errors
/// When the machine's certificates cannot be used.
pub fn outgoing() -> Result<reqwest::Client, Fault> {
    let connect_timeout = std::time::Duration::from_secs(3);
    let no_redirects = reqwest::redirect::Policy::none();
    reqwest::Client::builder().connect_timeout(connect_timeout).redirect(no_redirects).build().map_err(Fault::internal)
}

/// One process, ready.
#[derive(Clone)]
pub struct Boot {
    pub config: Arc<Config>,
    pub secrets: Arc<Secrets>,
    pub db: Db,
    pub aws: Aws,
    pub clock: Clock,
    pub keys: Arc<Keys>,
    pub vault: Vault,
    /// For calls to outside services and AWS; each client sets its own timeouts per call.
    pub http: reqwest::Client,
    pub patience: Patience,
}

db::statements! {
    static ALIVE: () => (i32,) = "select 1";
    static CLOCK_OFFSET: () => (Option<i64>,) = "select (value #>> '{}')::bigint from system_settings where key = 'clock_offset_seconds'";
}

impl Boot {
    /// From the environment of a Lambda function or a server.
    pub async fn load() -> Result<Boot, Fault> {
        let config = Config::from_env()?;
        let http = outgoing()?;
        let aws = Aws::load(&config.prefix(), &http);
        let secrets = Secrets::load(&config, &aws).await?;
        Boot::new(config, secrets, aws, http)
    }

    /// From parts: what tests do.
    pub fn new(config: Config, secrets: Secrets, aws: Aws, http: reqwest::Client) -> Result<Boot, Fault> {
        let db = Db::new(&DbConfig {
            writer: secrets.database_writer.clone(),
            reader: secrets.database_reader.clone().unwrap_or_else(|| secrets.database_writer.clone()),
            connections: config.db_connections,
            statements: config.db_statements,
        })?;
        let keys = Keys::new(secrets.verifying.iter().flat_map(|(a, keys)| keys.iter().map(|key| (*a, key.clone()))))?;
        metrics::of_stage(config.stage);
        let vault = Vault::new(&secrets.pii_key, &secrets.hash_key)?;
        let clock = Clock::default();
        Ok(Boot {
            config: Arc::new(config),
            secrets: Arc::new(secrets),
            db,
            aws,
            clock,
            keys: Arc::new(keys),
            vault,
            http,
            patience: Patience::default(),
        })
    }

    /// Whether this process could do its work: its secrets were read when it started, its database answers.
    ///
    /// # Errors
    /// What the database says, or that it cannot be reached.
    pub async fn alive(&self) -> Result<(), Fault> {
        ALIVE.one(&self.db.writer().await?, ()).await.map(drop)
    }

    /// The moment a request, batch or sweep is handled at.
    ///
    /// Stages that people walk through (dev, staging) read the offset from `system_settings` each time; production and
    /// in-process tests never do.
    pub async fn now(&self) -> Result<Now, Fault> {
        if self.config.stage.reads_clock_offset() {
            let offset = CLOCK_OFFSET.opt(&self.db.writer().await?, ()).await?;
            self.clock.set_offset_seconds(offset.and_then(|(seconds,)| seconds).unwrap_or_default());
        }
        Ok(self.clock.now())
    }
}
