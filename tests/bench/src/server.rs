//! `serve`, built for release, as a process of its own, and the AWS it asks: secrets at its start, a queue that takes every
//! nudge. The queue is a stand-in in this process, because the emulator answers a few hundred calls a second.

use anyhow::Context as _;
use axum::Router;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::IntoResponse;
use boot::Boot;
use harness::json;
use std::process::{Child, Command, Stdio};
use std::time::Duration;
use tokio::net::{TcpListener, TcpStream};

/// A running server; ends with its value.
pub struct Server {
    child: Child,
    pub port: u16,
}

impl Server {
    /// Starts it on a database with so many connections.
    pub async fn start(boot: &Boot, database: &str, connections: usize) -> anyhow::Result<Server> {
        let aws = stand_in(secrets(boot, database)).await?;
        let port = TcpListener::bind("127.0.0.1:0").await?.local_addr()?.port();
        let binary = std::env::current_exe()?.with_file_name("serve");
        let child = Command::new(&binary)
            .env_clear()
            .envs(environment(boot, &aws, connections))
            .env("PORT", port.to_string())
            .stdout(Stdio::null())
            .spawn()
            .with_context(|| format!("{} does not start", binary.display()))?;
        let server = Server { child, port };
        for _ in 0..200 {
            if TcpStream::connect(("127.0.0.1", port)).await.is_ok() {
                return Ok(server);
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        anyhow::bail!("the server does not listen")
    }

    pub fn pid(&self) -> u32 {
        self.child.id()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended by itself; either way it is gone.
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

/// What a process of the platform finds in its environment here.
pub fn environment(boot: &Boot, aws: &str, connections: usize) -> Vec<(&'static str, String)> {
    let config = &boot.config;
    let fixed = [
        ("STAGE", "test"),
        ("RESOURCE_PREFIX", "bench-"),
        ("SECRET_IDS", "bench"),
        ("RUST_LOG", "warn"),
        ("DB_STATEMENTS", "named"),
        ("AWS_ACCESS_KEY_ID", "test"),
        ("AWS_SECRET_ACCESS_KEY", "test"),
        ("AWS_REGION", "ap-northeast-2"),
        ("AWS_ENDPOINT_URL", aws),
        ("TOSS_URL", &config.toss_url),
        ("AGENCY_URL", &config.agency_url),
        ("BANK_URL", &config.bank_url),
    ];
    let fixed = fixed.into_iter().map(|(name, value)| (name, value.to_owned()));
    fixed.chain([("DB_CONNECTIONS", connections.to_string())]).collect()
}

/// Every secret of the platform with the address of a database, as Secrets Manager keeps them.
pub fn secrets(boot: &Boot, database: &str) -> String {
    let secrets = &boot.secrets;
    let signing: serde_json::Map<_, _> = secrets
        .signing
        .iter()
        .map(|(host, key)| (host.as_str().to_owned(), json!({ "kid": key.kid, "pem": key.pem })))
        .collect();
    let verifying: serde_json::Map<_, _> = secrets
        .verifying
        .iter()
        .map(|(host, keys)| {
            let keys = keys.iter().map(|key| json!({ "kid": key.kid, "pem": key.pem }));
            (host.as_str().to_owned(), keys.collect())
        })
        .collect();
    let toss =
        secrets.toss.as_ref().map(|toss| json!({ "secret_key": toss.secret_key, "client_key": toss.client_key }));
    let payouts =
        secrets.payouts.as_ref().map(|keys| json!({ "webhook_key": keys.webhook_key, "body_key": keys.body_key }));
    json!({
        "database_writer": database, "pii_key": secrets.pii_key, "hash_key": secrets.hash_key, "signing": signing, "verifying": verifying,
        "toss": toss, "payouts": payouts, "agency_secret": secrets.agency_secret, "carriers": secrets.carriers,
    })
    .to_string()
}

/// AWS as far as it is asked: secrets, a queue and a bus that take everything. Answers its address.
pub async fn stand_in(secrets: String) -> anyhow::Result<String> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let url = format!("http://{}", listener.local_addr()?);
    let router = Router::new().fallback(answer).with_state((url.clone(), secrets));
    tokio::spawn(async move { axum::serve(listener, router).await });
    Ok(url)
}

async fn answer(State((url, secrets)): State<(String, String)>, headers: HeaderMap) -> impl IntoResponse {
    let asked = headers.get("x-amz-target").and_then(|value| value.to_str().ok()).unwrap_or_default();
    let said = match asked.rsplit('.').next().unwrap_or_default() {
        "GetSecretValue" => json!({ "Name": "bench", "SecretString": secrets }),
        "GetQueueUrl" => json!({ "QueueUrl": format!("{url}/000000000000/relay") }),
        _ => {
            json!({ "Successful": [{ "Id": "0", "MessageId": "bench", "MD5OfMessageBody": "" }], "Failed": [], "FailedEntryCount": 0, "Entries": [] })
        }
    };
    ([("content-type", "application/x-amz-json-1.0")], said.to_string())
}
