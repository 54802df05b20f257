//! AWS behind small types: queues, the event bus, DynamoDB tables, documents in S3, mail, secrets.
//!
//! The rest of the platform never names an SDK type except DynamoDB's attribute values, whose expressions are the
//! business rule (conditional writes). Every failure is a [`kernel::Fault`]: throttling and timeouts are `Unavailable`.

mod bus;
mod counters;
mod dead_letters;
mod documents;
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

use aws_config::{BehaviorVersion, SdkConfig};

/// The clients of one process, sharing one HTTP connection pool and one set of credentials.
#[derive(Clone)]
pub struct Aws {
    pub config: SdkConfig,
    /// `drrip-<stage>-`: what every resource name of this stage starts with.
    pub prefix: String,
}

impl Aws {
    /// Reads region, credentials and endpoint from the environment.
    pub async fn load(prefix: &str) -> Aws {
        Aws { config: aws_config::load_defaults(BehaviorVersion::latest()).await, prefix: prefix.to_owned() }
    }

    /// Clients for an explicit endpoint with static credentials: the emulator of a test.
    pub async fn at(endpoint: &str, prefix: &str) -> Aws {
        let config = aws_config::defaults(BehaviorVersion::latest())
            .endpoint_url(endpoint)
            .region(aws_config::Region::new("ap-northeast-2"))
            .credentials_provider(aws_sdk_s3::config::Credentials::new("test", "test", None, None, "emulator"))
            .load()
            .await;
        Aws { config, prefix: prefix.to_owned() }
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
