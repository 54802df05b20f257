//! SQS batches: every message parsed and handled on its own, failures reported per message.

use crate::failures::{Failures, Receive};
use crate::{Nudge, Task, TaskError};
use aws_lambda_events::event::sqs::{BatchItemFailure, SqsBatchResponse, SqsEvent, SqsMessage};
use boot::Boot;
use events::Envelope;
use events::queues::Queue;
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
    failures: Option<Failures>,
}

impl Worker {
    pub fn new(name: &'static str) -> Worker {
        Worker { name, tasks: Vec::new(), nudge: None, failures: None }
    }

    /// Failed messages rest before they come back, longer each time; of the last failure a row stays in `task_runs`.
    pub fn with_retries(mut self, boot: &Boot) -> Worker {
        self.failures = Some(Failures::new(boot));
        self
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

    /// Handles a batch. In a FIFO queue nothing behind a failed message of the same group is tried, until that one is given
    /// up: what came in with it was received as often, and would follow it into the dead letters unread.
    pub async fn handle(&self, event: SqsEvent, now: Now) -> SqsBatchResponse {
        let received = event.records.len();
        let mut failed = Vec::new();
        let mut blocked: HashSet<String> = HashSet::new();
        for record in event.records {
            let id = record.message_id.clone().unwrap_or_default();
            let group = record.attributes.get("MessageGroupId").cloned();
            let ended = match &group {
                Some(group) if blocked.contains(group) => Ended::ForNow,
                _ => self.one(record, now).await,
            };
            if ended != Ended::Well {
                blocked.extend(group.filter(|_| ended == Ended::ForNow));
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

    async fn one(&self, record: SqsMessage, now: Now) -> Ended {
        let receive = receive(&record);
        let Some(task) = self.of_queue(&receive.queue) else {
            tracing::error!(queue = receive.queue, function = self.name, "no task for this queue");
            return Ended::ForNow;
        };
        let envelope: Envelope = match serde_json::from_str(record.body.as_deref().unwrap_or_default()) {
            Ok(envelope) => envelope,
            Err(error) => {
                tracing::error!(%error, task = task.queue().task, "unreadable message");
                return Ended::badly(task.queue(), &receive);
            }
        };
        boot::trace::with(envelope.trace_id.clone(), async {
            match task.run(&envelope, now).await {
                Ok(()) => {
                    if let Some(failures) = self.failures.as_ref().filter(|_| receive.redriven) {
                        failures.over(task.queue(), &envelope, now).await;
                    }
                    let (task, receives) = (task.queue().task, receive.count);
                    tracing::info!(task, event = envelope.event, event_id = %envelope.id, receives, "task done");
                    Ended::Well
                }
                Err(error) => {
                    self.failed(task.queue(), &receive, &envelope, error, now).await;
                    Ended::badly(task.queue(), &receive)
                }
            }
        })
        .await
    }

    async fn failed(&self, queue: &Queue, receive: &Receive, envelope: &Envelope, error: TaskError, now: Now) {
        let (task, event_id, receives) = (queue.task, envelope.id, receive.count);
        let (seconds, why) = match error {
            TaskError::Retry(fault) => (0, fault.to_string()),
            TaskError::RetryAfter { seconds, why } => (seconds, why),
            TaskError::Poison(why) => {
                tracing::error!(task, %event_id, receives, error = why, "task cannot succeed");
                (0, why)
            }
        };
        if Ended::badly(queue, receive) == Ended::ForGood {
            tracing::error!(task, %event_id, receives, error = why, "task is given up");
        } else {
            tracing::warn!(task, %event_id, receives, error = why, "task will be tried again");
        }
        if let Some(failures) = &self.failures {
            let seconds = u32::try_from(seconds).unwrap_or_default();
            failures.after(queue, receive, envelope, seconds, why, now).await;
        }
    }
}

/// How one receive of a message ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Ended {
    Well,
    /// It comes back.
    ForNow,
    /// The queue moves it to its dead letters.
    ForGood,
}

impl Ended {
    fn badly(queue: &Queue, receive: &Receive) -> Ended {
        if receive.count >= queue.max_receives { Ended::ForGood } else { Ended::ForNow }
    }
}

fn receive(record: &SqsMessage) -> Receive {
    let arn = record.event_source_arn.as_deref().unwrap_or_default();
    let count = record.attributes.get("ApproximateReceiveCount");
    Receive {
        queue: arn.rsplit(':').next().unwrap_or_default().to_owned(),
        handle: record.receipt_handle.clone().unwrap_or_default(),
        count: count.and_then(|count| count.parse().ok()).unwrap_or_default(),
        redriven: record.message_attributes.contains_key(aws::REDRIVEN),
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
        let worker = Arc::new(make(boot.clone()).await?.with_retries(&boot));
        lambda_runtime::run(service_fn(move |event: LambdaEvent<SqsEvent>| {
            let (worker, boot) = (worker.clone(), boot.clone());
            async move {
                // An empty batch is a new version being asked whether it could work, before it is given any.
                if event.payload.records.is_empty() {
                    boot.alive().await?;
                }
                Ok::<_, lambda_runtime::Error>(worker.handle(event.payload, boot.now().await?).await)
            }
        }))
        .await
    })
}
