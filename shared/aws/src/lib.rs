//! AWS behind small types: queues, the event bus, DynamoDB tables, documents in S3, mail, secrets.
//!
//! The rest of the platform never names an SDK type except DynamoDB's attribute values, whose expressions are the
//! business rule (conditional writes). Every failure is a [`kernel::Fault`]: throttling and timeouts are `Unavailable`.

mod bus;
mod counters;
mod dead_letters;
mod documents;
mod http;
mod mail;
mod queue;
mod secrets;
mod tables;

pub use aws_sdk_dynamodb;
pub use bus::Bus;
pub use counters::Counters;
pub use dead_letters::{DeadMessage, REDRIVEN};
pub use documents::{Documents, StoredObject};
pub use mail::Mail;
pub use queue::{Message, Queues};
pub use tables::Tables;

use aws_config::environment::EnvironmentVariableCredentialsProvider;
use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_sdk_s3::config::{Credentials, SharedCredentialsProvider};

/// The clients of one process, sharing one HTTP connection pool and one set of credentials.
#[derive(Clone)]
pub struct Aws {
    pub config: SdkConfig,
    /// `drrip-<stage>-`: what every resource name of this stage starts with.
    pub prefix: String,
}

impl Aws {
    /// Reads region, credentials and endpoint from the environment, where Lambda puts them.
    ///
    /// The SDK's own chain of sources is not asked: profiles, roles to assume and instance metadata are never there,
    /// and every function would carry the code for them.
    pub fn load(prefix: &str, http: &reqwest::Client) -> Aws {
        let credentials = SharedCredentialsProvider::new(EnvironmentVariableCredentialsProvider::new());
        let region = std::env::var("AWS_REGION").ok().map(Region::new);
        let endpoint = std::env::var("AWS_ENDPOINT_URL").ok().filter(|url| !url.is_empty());
        Aws::of(prefix, http, credentials, region, endpoint)
    }

    /// Clients for an explicit endpoint with static credentials: the emulator of a test.
    pub fn at(endpoint: &str, prefix: &str) -> Aws {
        let credentials = SharedCredentialsProvider::new(Credentials::new("test", "test", None, None, "emulator"));
        let region = Region::new("ap-northeast-2");
        Aws::of(prefix, &reqwest::Client::new(), credentials, Some(region), Some(endpoint.to_owned()))
    }

    fn of(
        prefix: &str,
        http: &reqwest::Client,
        credentials: SharedCredentialsProvider,
        region: Option<Region>,
        endpoint: Option<String>,
    ) -> Aws {
        let mut config = SdkConfig::builder()
            .behavior_version(BehaviorVersion::latest())
            .http_client(http::carrier(http))
            .region(region)
            .credentials_provider(credentials);
        config.set_endpoint_url(endpoint);
        Aws { config: config.build(), prefix: prefix.to_owned() }
    }

    pub fn tables(&self) -> Tables {
        Tables::new(self)
    }

    pub fn counters(&self) -> Counters {
        Counters::new(self)
    }

    pub fn queues(&self) -> Queues {
        Queues::new(self)
    }

    pub fn bus(&self) -> Bus {
        Bus::new(self)
    }

    pub fn documents(&self, bucket: &str) -> Documents {
        Documents::new(self, bucket)
    }

    pub fn mail(&self, sender: &str) -> Mail {
        Mail::new(self, sender)
    }

    /// The JSON object kept under a secret's id.
    pub async fn secret(&self, id: &str) -> Result<serde_json::Value, kernel::Fault> {
        secrets::read(self, id).await
    }
}
