//! Where the deployed system is, and the doors that people have to it: its gateway, its functions, its database.

use boot::Boot;
use serde_json::Value;
use std::collections::HashMap;
use std::time::Duration;

/// A deployed system.
#[derive(Clone)]
pub struct Stack {
    /// The gateway's address; a host is chosen by name.
    pub url: String,
    pub domain: String,
    /// Logical id → physical name.
    resources: HashMap<String, String>,
    pub http: reqwest::Client,
    /// A process of the stage, for what no endpoint shows: laws, movements, messages.
    pub boot: Boot,
}

impl Stack {
    /// From DRRIP_E2E_URL, DRRIP_E2E_DOMAIN and DRRIP_E2E_STACK, and the environment of a process of the stage. None:
    /// nothing is deployed.
    ///
    /// # Panics
    /// When it is named and cannot be reached.
    pub async fn find() -> Option<Stack> {
        let Ok(url) = std::env::var("DRRIP_E2E_URL") else {
            eprintln!("skipped: no deployed system (scripts/e2e deploys one)");
            return None;
        };
        let domain = std::env::var("DRRIP_E2E_DOMAIN").expect("DRRIP_E2E_DOMAIN");
        let file = std::env::var("DRRIP_E2E_STACK").expect("DRRIP_E2E_STACK");
        let stack: Value = serde_json::from_str(&std::fs::read_to_string(file).unwrap()).unwrap();
        let resources = stack["resources"].as_object().unwrap();
        let http = reqwest::Client::builder().no_proxy().timeout(Duration::from_secs(60)).build().unwrap();
        Some(Stack {
            url,
            domain,
            resources: resources.iter().map(|(k, v)| (k.clone(), v.as_str().unwrap_or_default().to_owned())).collect(),
            http,
            boot: Boot::load().await.expect("a process of the stage"),
        })
    }

    /// Runs a schedule now, in its deployed function.
    ///
    /// # Panics
    /// When it fails.
    pub async fn run_schedule(&self, function: &str, schedule: &str) -> Value {
        let name = self.resources.get(function).unwrap_or_else(|| panic!("the stack has no {function}"));
        let url = format!("{}/2015-03-31/functions/{name}/invocations", self.url);
        let event = serde_json::json!({ "schedule": schedule });
        let answer = self.http.post(url).json(&event).send().await.expect("the function is invoked");
        let failed = answer.headers().contains_key("x-amz-function-error");
        let body: Value = answer.json().await.unwrap_or_default();
        assert!(!failed && body["schedule"] == schedule, "{schedule}: {body}");
        body["report"].clone()
    }

    /// Every conservation law holds over the whole database.
    ///
    /// # Panics
    /// With the rows that break one.
    pub async fn check_laws(&self) {
        let now = self.boot.now().await.unwrap();
        let broken = laws::check(&self.boot.db.writer().await.unwrap(), now).await.unwrap();
        let said: Vec<String> = broken.iter().map(|row| format!("{} {}: {}", row.law, row.id, row.why)).collect();
        assert!(said.is_empty(), "laws are broken:\n{}", said.join("\n"));
    }
}
