//! SQS batches: every message parsed and handled on its own, failures reported per message.

use crate::{Nudge, Task, TaskError};
use aws_lambda_events::event::sqs::{BatchItemFailure, SqsBatchResponse, SqsEvent, SqsMessage};
use boot::Boot;
use events::Envelope;
use kernel::{Fault, Now};
use lambda_runtime::{LambdaEvent, service_fn};
use std::collections::HashSet;
use std::future::Future;
use std::sync::Arc;

/// A worker function: the tasks whose queues trigger it.
pub struct Worker {
    /// The function's name in the template.
    pub name: &'static str,
    tasks: Vec<Arc<dyn Task>>,
    nudge: Option<Nudge>,
}

impl Worker {
    pub fn new(name: &'static str) -> Worker {
        Worker { name, tasks: Vec::new(), nudge: None }
    }

    /// For tasks that write events: the relay is woken once after a batch of which something was done.
    pub fn nudging(mut self, nudge: Nudge) -> Worker {
        self.nudge = Some(nudge);
        self
    }

    pub fn task(mut self, task: impl Task) -> Worker {
        self.tasks.push(Arc::new(task));
        self
    }

    pub fn tasks(&self) -> &[Arc<dyn Task>] {
        &self.tasks
    }

    /// The task a queue belongs to; the queue's name may carry the stage's prefix.
    pub fn of_queue(&self, name: &str) -> Option<&Arc<dyn Task>> {
        self.tasks.iter().find(|task| name.ends_with(task.queue().name))
    }

    /// Handles a batch. In a FIFO queue nothing behind a failed message of the same group is tried.
    pub async fn handle(&self, event: SqsEvent, now: Now) -> SqsBatchResponse {
        let received = event.records.len();
        let mut failed = Vec::new();
        let mut blocked: HashSet<String> = HashSet::new();
        for record in event.records {
            let id = record.message_id.clone().unwrap_or_default();
            let group = record.attributes.get("MessageGroupId").cloned();
            let ok = match &group {
                Some(group) if blocked.contains(group) => false,
                _ => self.one(record, now).await,
            };
            if !ok {
                blocked.extend(group);
                let mut failure = BatchItemFailure::default();
                failure.item_identifier = id;
                failed.push(failure);
            }
        }
        if let Some(nudge) = self.nudge.as_ref().filter(|_| failed.len() < received) {
            nudge.relay().await;
        }
        let mut response = SqsBatchResponse::default();
        response.batch_item_failures = failed;
        response
    }

    async fn one(&self, record: SqsMessage, now: Now) -> bool {
        let queue =
            record.event_source_arn.as_deref().and_then(|arn| arn.rsplit(':').next()).unwrap_or_default().to_owned();
        let receives = record.attributes.get("ApproximateReceiveCount").cloned().unwrap_or_default();
        let Some(task) = self.of_queue(&queue) else {
            tracing::error!(queue, function = self.name, "no task for this queue");
            return false;
        };
        let name = task.queue().task;
        let envelope: Envelope = match serde_json::from_str(record.body.as_deref().unwrap_or_default()) {
            Ok(envelope) => envelope,
            Err(error) => {
                tracing::error!(%error, task = name, "unreadable message");
                return false;
            }
        };
        let trace_id = envelope.trace_id.clone();
        boot::trace::with(trace_id.clone(), async {
            match task.run(&envelope, now).await {
                Ok(()) => {
                    tracing::info!(task = name, event = envelope.event, event_id = %envelope.id, receives, trace_id, "task done");
                    true
                }
                Err(TaskError::Retry(error)) => {
                    tracing::warn!(task = name, event_id = %envelope.id, receives, trace_id, %error, "task will be tried again");
                    false
                }
                Err(TaskError::RetryAfter { seconds, why }) => {
                    tracing::warn!(task = name, event_id = %envelope.id, receives, trace_id, seconds, why, "task will be tried later");
                    false
                }
                Err(TaskError::Poison(why)) => {
                    tracing::error!(task = name, event_id = %envelope.id, receives, trace_id, why, "task cannot succeed");
                    false
                }
            }
        })
        .await
    }
}

/// The process of a worker function.
pub fn serve_worker<F>(make: fn(Boot) -> F) -> Result<(), Box<dyn std::error::Error + Send + Sync>>
where
    F: Future<Output = Result<Worker, Fault>>,
{
    boot::telemetry::start();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async move {
        let boot = Boot::load().await?;
        let worker = Arc::new(make(boot.clone()).await?);
        lambda_runtime::run(service_fn(move |event: LambdaEvent<SqsEvent>| {
            let (worker, boot) = (worker.clone(), boot.clone());
            async move { Ok::<_, lambda_runtime::Error>(worker.handle(event.payload, boot.now().await?).await) }
        }))
        .await
    })
}
