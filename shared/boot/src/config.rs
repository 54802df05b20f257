//! Settings that are not secret, from environment variables. Every one a function reads is named here.

use db::Statements;
use kernel::Fault;

/// Where this process runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    Dev,
    Staging,
    Prod,
    /// In-process tests and benches.
    Test,
}

impl Stage {
    pub fn is_production(self) -> bool {
        matches!(self, Stage::Prod)
    }

    pub(crate) fn reads_clock_offset(self) -> bool {
        matches!(self, Stage::Dev | Stage::Staging)
    }

    pub const fn as_str(self) -> &'static str {
        match self {
            Stage::Dev => "dev",
            Stage::Staging => "staging",
            Stage::Prod => "prod",
            Stage::Test => "test",
        }
    }
}

/// Settings of one process.
#[derive(Debug, Clone)]
pub struct Config {
    /// STAGE
    pub stage: Stage,
    /// RESOURCE_PREFIX: what the names of queues, tables and the bus start with; `drrip-<stage>-` unless set.
    pub resource_prefix: Option<String>,
    /// SECRET_IDS: comma-separated ids in Secrets Manager whose JSON objects are merged.
    pub secret_ids: Vec<String>,
    /// DB_CONNECTIONS: connections per pool.
    pub db_connections: usize,
    /// DB_STATEMENTS: `named` where the pooler before PostgreSQL carries names over.
    pub db_statements: Statements,
    /// TOSS_URL, AGENCY_URL, BANK_URL: where the outside services are.
    pub toss_url: String,
    pub agency_url: String,
    pub bank_url: String,
    /// PUBLIC_BUCKET, PRIVATE_BUCKET: pictures for everybody, papers and photos for few.
    pub public_bucket: String,
    pub private_bucket: String,
    /// MAIL_SENDER
    pub mail_sender: String,
    /// WEBHOOK_ALLOW_HOSTS: development stages only, comma-separated host[:port] that outbound webhooks may reach although
    /// they are private or plain http.
    pub webhook_allow_hosts: Vec<String>,
    /// SERVICE_ORIGINS: web origins that may call the customers' host (CORS), comma-separated.
    pub allowed_origins: Vec<String>,
}

impl Config {
    pub fn from_env() -> Result<Config, Fault> {
        Config::read(|name| std::env::var(name).ok())
    }

    fn read(env: impl Fn(&str) -> Option<String>) -> Result<Config, Fault> {
        let var = |name: &str| env(name).filter(|value| !value.is_empty());
        let list = |name: &str| -> Vec<String> {
            var(name).map(|text| text.split(',').map(|part| part.trim().to_owned()).collect()).unwrap_or_default()
        };
        let stage = match var("STAGE").as_deref() {
            Some("dev") => Stage::Dev,
            Some("staging") => Stage::Staging,
            Some("prod") => Stage::Prod,
            Some("test") => Stage::Test,
            other => return Err(Fault::internal(format!("STAGE is {other:?}, not dev, staging, prod or test"))),
        };
        let webhook_allow_hosts = if stage.is_production() { Vec::new() } else { list("WEBHOOK_ALLOW_HOSTS") };
        Ok(Config {
            stage,
            resource_prefix: var("RESOURCE_PREFIX"),
            secret_ids: list("SECRET_IDS"),
            db_connections: var("DB_CONNECTIONS").and_then(|n| n.parse().ok()).unwrap_or(2),
            db_statements: match var("DB_STATEMENTS").as_deref() {
                Some("named") => Statements::Named,
                _ => Statements::Unnamed,
            },
            toss_url: var("TOSS_URL").unwrap_or_else(|| "https://api.tosspayments.com".into()),
            agency_url: var("AGENCY_URL").unwrap_or_else(|| "https://api.portone.io".into()),
            bank_url: var("BANK_URL").unwrap_or_default(),
            public_bucket: var("PUBLIC_BUCKET").unwrap_or_default(),
            private_bucket: var("PRIVATE_BUCKET").unwrap_or_default(),
            mail_sender: var("MAIL_SENDER").unwrap_or_else(|| "no-reply@drrip.example".into()),
            webhook_allow_hosts,
            allowed_origins: list("ALLOWED_ORIGINS"),
        })
    }

    /// What resource names of this stage start with.
    pub fn prefix(&self) -> String {
        self.resource_prefix.clone().unwrap_or_else(|| format!("drrip-{}-", self.stage.as_str()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(stage: &str) -> Result<Config, Fault> {
        let stage = stage.to_owned();
        Config::read(move |name| match name {
            "STAGE" => Some(stage.clone()),
            "WEBHOOK_ALLOW_HOSTS" => Some("simulators:4010, 127.0.0.1:9000".to_owned()),
            "TOSS_URL" => Some(String::new()),
            _ => None,
        })
    }

    #[test]
    fn webhooks_reach_private_hosts_in_development_alone() {
        assert_eq!(of("dev").unwrap().webhook_allow_hosts, ["simulators:4010", "127.0.0.1:9000"]);
        assert!(of("prod").unwrap().webhook_allow_hosts.is_empty());
    }

    #[test]
    fn a_stage_is_one_of_ours_and_what_is_empty_is_not_set() {
        assert!(of("production").is_err() && of("").is_err());
        let dev = of("dev").unwrap();
        assert_eq!((dev.toss_url.as_str(), dev.prefix().as_str()), ("https://api.tosspayments.com", "drrip-dev-"));
    }

    #[test]
    fn the_clock_of_production_is_the_machines() {
        assert!(!Stage::Prod.reads_clock_offset());
        assert!(Stage::Dev.reads_clock_offset() && Stage::Staging.reads_clock_offset());
    }
}
