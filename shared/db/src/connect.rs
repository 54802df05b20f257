//! Two pools: the writer, and the reader for pages that may lag behind it by a moment (read replica).

use crate::fault;
use crate::named::{Connections, Statements};
use crate::tx::{Conn, Tx};
use crate::watch::Watched;
use deadpool::managed::{Pool, PoolError};
use deadpool_postgres::{Manager, ManagerConfig, RecyclingMethod, Runtime};
use kernel::Fault;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use std::sync::{Arc, OnceLock};
use std::time::Duration;
use tokio_postgres::NoTls;
use tokio_postgres::config::SslMode;
use tokio_postgres::error::SqlState;
use tokio_postgres_rustls::MakeRustlsConnect;

/// Where the database is and how many connections one process may hold.
#[derive(Debug, Clone)]
pub struct DbConfig {
    /// postgres:// URL of the writer (RDS Proxy, PgBouncer).
    pub writer: String,
    /// postgres:// URL of the reader; the writer's when the stage has no replica.
    pub reader: String,
    /// Connections a pool may open. A Lambda environment serves one request at a time and needs 2.
    pub connections: usize,
    /// What the pooler before PostgreSQL can do.
    pub statements: Statements,
}

/// The database as the platform sees it.
#[derive(Clone)]
pub struct Db {
    writer: Pool<Connections>,
    reader: Pool<Connections>,
    watched: Watched,
}

impl Db {
    /// Makes the pools; connects on first use.
    pub fn new(config: &DbConfig) -> Result<Db, Fault> {
        let writer = pool(&config.writer, config)?;
        let reader = if config.reader == config.writer { writer.clone() } else { pool(&config.reader, config)? };
        Ok(Db { writer, reader, watched: Watched::default() })
    }

    /// Starts a transaction on the writer. BEGIN travels with the first statement, in the same round trip.
    pub async fn begin(&self) -> Result<Tx, Fault> {
        Ok(Tx::new(self.writer.get().await.map_err(pool_fault)?, self.watched.anew()))
    }

    /// Answers when everything that was committed before is durable: for who is about to tell what they read of a transaction with
    /// early lock release ([`Tx::early_lock_release`]).
    pub async fn durable(&self) -> Result<(), Fault> {
        self.writer().await?.durable().await
    }

    /// A connection for single statements that may read slightly old rows.
    pub async fn reader(&self) -> Result<Conn, Fault> {
        self.conn(&self.reader).await
    }

    /// A connection for single statements that must read what was just written.
    pub async fn writer(&self) -> Result<Conn, Fault> {
        self.conn(&self.writer).await
    }

    async fn conn(&self, pool: &Pool<Connections>) -> Result<Conn, Fault> {
        Ok(Conn::new(pool.get().await.map_err(pool_fault)?, self.watched.anew()))
    }

    /// The same database; a test watches every statement of it.
    #[cfg(feature = "watch")]
    pub fn watched(&self, watch: Arc<dyn crate::Watch>) -> Db {
        Db { watched: Watched::by(watch), ..self.clone() }
    }

    /// Closes every connection, so that a test database can be dropped.
    pub fn close(&self) {
        self.writer.close();
        self.reader.close();
    }
}

fn pool(url: &str, DbConfig { connections, statements, .. }: &DbConfig) -> Result<Pool<Connections>, Fault> {
    let mut config: tokio_postgres::Config = url.parse().map_err(Fault::internal)?;
    config.connect_timeout(Duration::from_secs(3)).keepalives_idle(Duration::from_secs(30));
    // A server that vanishes without a word (failover) is noticed in seconds, not in the quarter of an hour TCP grants.
    config.keepalives_interval(Duration::from_secs(5)).keepalives_retries(3).tcp_user_timeout(Duration::from_secs(10));
    let recycle = ManagerConfig { recycling_method: RecyclingMethod::Fast };
    let inner = if config.get_ssl_mode() == SslMode::Require {
        Manager::from_config(config, tls()?, recycle)
    } else {
        Manager::from_config(config, NoTls, recycle)
    };
    let wait = Some(Duration::from_secs(3));
    Pool::builder(Connections { inner, statements: *statements })
        .max_size(*connections)
        .runtime(Runtime::Tokio1)
        .wait_timeout(wait)
        .create_timeout(wait)
        .build()
        .map_err(Fault::internal)
}

/// Authorities trusted beside the public ones. RDS Proxy's certificate is public, an instance's is signed by RDS itself.
static OWN_AUTHORITIES: OnceLock<Vec<CertificateDer<'static>>> = OnceLock::new();

/// Trusts these authorities (PEM) too, in this process. Call it before the first connection.
pub fn trust(pem: &str) -> Result<(), Fault> {
    let found: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(pem.as_bytes()).collect();
    let found = found.map_err(|error| Fault::internal(format!("database_ca: {error}")))?;
    if found.is_empty() {
        return Err(Fault::internal("database_ca holds no certificate"));
    }
    // A second call in one process keeps the first.
    OWN_AUTHORITIES.get_or_init(|| found);
    Ok(())
}

pub(crate) fn tls() -> Result<MakeRustlsConnect, Fault> {
    let mut roots = rustls::RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() };
    for authority in OWN_AUTHORITIES.get().into_iter().flatten() {
        roots.add(authority.clone()).map_err(Fault::internal)?;
    }
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let config = rustls::ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(Fault::internal)?
        .with_root_certificates(roots)
        .with_no_client_auth();
    Ok(MakeRustlsConnect::new(config))
}

fn pool_fault(error: PoolError<tokio_postgres::Error>) -> Fault {
    match error {
        PoolError::Backend(error) if was_rotated(&error) => stale_secret(fault(error)),
        PoolError::Backend(error) => fault(error),
        other => Fault::unavailable("database", other),
    }
}

/// Whether the server refuses the password.
fn was_rotated(error: &tokio_postgres::Error) -> bool {
    error.code().is_some_and(|code| *code == SqlState::INVALID_PASSWORD)
}

/// The password was rotated since this process read its secrets. On Lambda the process ends: its next start reads the new
/// one, and requests and messages that fail in between are repeated by who sent them.
fn stale_secret(refused: Fault) -> Fault {
    if std::env::var_os("AWS_LAMBDA_RUNTIME_API").is_some() {
        tracing::warn!(%refused, "the database's password was changed: starting anew");
        std::process::exit(0);
    }
    refused
}
