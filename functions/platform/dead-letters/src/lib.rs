//! Dead letters, for the operator on call: which queues hold some, why their tasks failed, and back to their queue.
//!
//! Invoked by hand. Who may is IAM's to say, and CloudTrail keeps who did.

use boot::Boot;
use jobs::DeadLetters;
use kernel::Fault;
use lambda_runtime::{LambdaEvent, service_fn};
use serde::Deserialize;
use serde_json::{Value, json};

/// What to do: `{"do": "list"}`, `{"do": "show", "queue": "send-code"}`, `{"do": "redrive", "queue": "send-code"}`.
#[derive(Debug, Deserialize)]
#[serde(tag = "do", rename_all = "snake_case")]
pub enum Ask {
    List,
    Show { queue: String },
    Redrive { queue: String },
}

/// Answers counts by queue, up to ten dead letters, or how many were sent back.
pub async fn run(boot: &Boot, ask: Ask) -> Result<Value, Fault> {
    let dead_letters = DeadLetters::new(boot);
    let answer = match ask {
        Ask::List => serde_json::to_value(dead_letters.count().await?),
        Ask::Show { queue } => serde_json::to_value(dead_letters.look(&queue).await?),
        Ask::Redrive { queue } => {
            let redriven = dead_letters.redrive(&queue).await?;
            tracing::info!(queue, redriven, "dead letters go back to their queue");
            Ok(json!({ "redriven": redriven }))
        }
    };
    answer.map_err(Fault::internal)
}

/// The process of this function.
pub fn serve() -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
    boot::telemetry::start();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let boot = Boot::load().await?;
        let run = service_fn(move |event: LambdaEvent<Ask>| {
            let boot = boot.clone();
            async move { run(&boot, event.payload).await.map_err(lambda_runtime::Error::from) }
        });
        lambda_runtime::run(run).await
    })
}
