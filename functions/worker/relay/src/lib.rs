//! The outbox relay: a nudge in its queue means that a commit wrote events.
//!
//! The nudge says no more than that, so it is not a task: whatever is due is sent, and a batch of nudges is one run.

use aws_lambda_events::event::sqs::SqsEvent;
use boot::Boot;
use jobs::Relay;
use lambda_runtime::{LambdaEvent, service_fn};
use serde_json::{Value, json};

/// The process of the relay function.
pub fn serve() -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
    boot::telemetry::start();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let boot = Boot::load().await?;
        let relay = Relay::new(&boot.db, &boot.aws);
        let run = service_fn(move |event: LambdaEvent<SqsEvent>| {
            let (boot, relay) = (boot.clone(), relay.clone());
            async move {
                // As for every worker: an empty batch asks a new version whether it could work.
                if event.payload.records.is_empty() {
                    boot.alive().await?;
                }
                run(&boot, &relay, &event.payload).await
            }
        });
        lambda_runtime::run(run).await
    })
}

/// Sends what is due. A failed run gives the nudges back to the queue; the sweep would find the events as well.
pub async fn run(boot: &Boot, relay: &Relay, nudges: &SqsEvent) -> Result<Value, lambda_runtime::Error> {
    // The log line joins the commit that nudged last; the events carry their own ids.
    let trace_id = nudges.records.last().and_then(|nudge| trace_of(nudge.body.as_deref()));
    let trace_id = trace_id.unwrap_or_else(boot::trace::fresh);
    boot::trace::with(trace_id, async {
        let done = relay.run(boot.now().await?).await?;
        tracing::info!(events = done.events, messages = done.messages, "relayed");
        Ok(json!({ "batchItemFailures": [] }))
    })
    .await
}

fn trace_of(body: Option<&str>) -> Option<String> {
    let body: Value = serde_json::from_str(body?).ok()?;
    body.get("trace_id").and_then(Value::as_str).map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_nudge_names_the_trace_it_came_from() {
        assert_eq!(trace_of(Some(r#"{"trace_id":"abc"}"#)).as_deref(), Some("abc"));
        assert_eq!(trace_of(Some("anything")), None);
        assert_eq!(trace_of(None), None);
    }
}
