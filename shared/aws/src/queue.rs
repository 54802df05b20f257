//! SQS: sending, and putting back for later. Receiving is Lambda's business, but for dead letters.

use crate::Aws;
use aws_sdk_sqs::types::SendMessageBatchRequestEntry;
use kernel::Fault;
use std::collections::HashMap;
use std::sync::Arc;
use tokio::sync::RwLock;

/// One message to send.
#[derive(Debug, Clone)]
pub struct Message {
    pub body: String,
    /// FIFO queues: what keeps its order. None for standard queues.
    pub group: Option<String>,
    /// FIFO queues: repeats within five minutes are dropped.
    pub dedupe: Option<String>,
    /// Standard queues: seconds until it is visible (at most 900).
    pub delay_seconds: i32,
}

/// The queues of the stage by their short names.
#[derive(Clone)]
pub struct Queues {
    pub(crate) client: aws_sdk_sqs::Client,
    prefix: String,
    urls: Arc<RwLock<HashMap<String, String>>>,
}

impl Queues {
    pub(crate) fn new(aws: &Aws) -> Queues {
        Queues { client: aws_sdk_sqs::Client::new(&aws.config), prefix: aws.prefix.clone(), urls: Arc::default() }
    }

    /// Sends up to ten messages; answers which of them (by index) were refused.
    pub async fn send(&self, queue: &str, messages: &[Message]) -> Result<Vec<usize>, Fault> {
        let url = self.url(queue).await?;
        let mut entries = Vec::with_capacity(messages.len());
        for (i, message) in messages.iter().enumerate() {
            let fifo = message.group.is_some();
            let entry = SendMessageBatchRequestEntry::builder()
                .id(i.to_string())
                .message_body(&message.body)
                .set_message_group_id(message.group.clone())
                .set_message_deduplication_id(message.dedupe.clone())
                .set_delay_seconds((!fifo && message.delay_seconds > 0).then_some(message.delay_seconds))
                .build()
                .map_err(Fault::internal)?;
            entries.push(entry);
        }
        let answer = self.client.send_message_batch().queue_url(url).set_entries(Some(entries)).send().await;
        let answer = answer.map_err(|e| Fault::unavailable("queue", e))?;
        Ok(answer.failed().iter().filter_map(|refused| refused.id().parse().ok()).collect())
    }

    /// Hides a received message for so many seconds from now; then the queue gives it out again.
    pub async fn hide(&self, queue: &str, receipt_handle: &str, seconds: u32) -> Result<(), Fault> {
        let change = self.client.change_message_visibility().queue_url(self.url(queue).await?);
        let seconds = i32::try_from(seconds).unwrap_or(i32::MAX);
        let changed = change.receipt_handle(receipt_handle).visibility_timeout(seconds).send().await;
        changed.map(drop).map_err(|e| Fault::unavailable("queue", e))
    }

    pub(crate) async fn url(&self, queue: &str) -> Result<String, Fault> {
        if let Some(url) = self.urls.read().await.get(queue) {
            return Ok(url.clone());
        }
        let name = format!("{}{queue}", self.prefix);
        let answer = self.client.get_queue_url().queue_name(&name).send().await;
        let answer = answer.map_err(|e| Fault::unavailable("queue", e))?;
        let url = answer.queue_url().ok_or_else(|| Fault::internal(format!("queue {name} has no URL")))?.to_owned();
        self.urls.write().await.insert(queue.to_owned(), url.clone());
        Ok(url)
    }
}
