//! SQS: the dead letters of a queue, looked at and sent back.
//!
//! Context: SQS moves a message its worker gave up to a second queue. StartMessageMoveTask brings it back as it was, so
//! that nothing tells its worker that the failure it noted is over, and the local emulator has no such task.
//! Decision: a message is sent to its queue again, marked, and then deleted from the dead letters.
//! Rejected: the move task; keeping the bodies in the database alone, which has none of an unreadable message.
//! Consequences: who dies between the two steps sends a message twice, and every task is safe to run twice. The
//! deduplication id is new, because FIFO queues drop one they saw less than five minutes ago.

use crate::Queues;
use aws_sdk_sqs::types::{MessageAttributeValue, MessageSystemAttributeName, QueueAttributeName};
use kernel::Fault;

/// The attribute of a message that was a dead letter before.
pub const REDRIVEN: &str = "redriven";

/// A message that its worker gave up.
#[derive(Debug, Clone)]
pub struct DeadMessage {
    pub id: String,
    pub body: String,
    /// FIFO queues: what keeps its order.
    group: Option<String>,
    receipt_handle: String,
}

impl Queues {
    /// How many messages lie in a queue, visible or not. SQS counts approximately.
    pub async fn count(&self, queue: &str) -> Result<i64, Fault> {
        let names = [
            QueueAttributeName::ApproximateNumberOfMessages,
            QueueAttributeName::ApproximateNumberOfMessagesNotVisible,
            QueueAttributeName::ApproximateNumberOfMessagesDelayed,
        ];
        let ask = self.client.get_queue_attributes().queue_url(self.url(queue).await?);
        let answer = ask.set_attribute_names(Some(names.to_vec())).send().await;
        let answer = answer.map_err(|e| Fault::unavailable("queue", e))?;
        let of = |name| answer.attributes().and_then(|known| known.get(name)).and_then(|n| n.parse::<i64>().ok());
        Ok(names.iter().filter_map(of).sum())
    }

    /// Up to ten messages of a queue, which nobody else sees for so many seconds; with 0 they are only looked at.
    pub async fn dead(&self, dead_letters: &str, hidden_seconds: i32) -> Result<Vec<DeadMessage>, Fault> {
        // The shortest long poll: without one SQS asks only some of its servers.
        let receive = self.client.receive_message().queue_url(self.url(dead_letters).await?).wait_time_seconds(1);
        let receive = receive.max_number_of_messages(10).visibility_timeout(hidden_seconds);
        let answer = receive.message_system_attribute_names(MessageSystemAttributeName::MessageGroupId).send().await;
        let answer = answer.map_err(|e| Fault::unavailable("queue", e))?;
        let group = MessageSystemAttributeName::MessageGroupId;
        let messages = answer.messages().iter().map(|message| DeadMessage {
            id: message.message_id().unwrap_or_default().to_owned(),
            body: message.body().unwrap_or_default().to_owned(),
            group: message.attributes().and_then(|known| known.get(&group)).cloned(),
            receipt_handle: message.receipt_handle().unwrap_or_default().to_owned(),
        });
        Ok(messages.collect())
    }

    /// Sends a dead letter to its queue again, marked as [`REDRIVEN`], and deletes it where it lay.
    pub async fn redrive(&self, dead_letters: &str, queue: &str, dead: &DeadMessage) -> Result<(), Fault> {
        let mark = MessageAttributeValue::builder().data_type("String").string_value("true").build();
        let send = self.client.send_message().queue_url(self.url(queue).await?).message_body(&dead.body);
        send.message_attributes(REDRIVEN, mark.map_err(Fault::internal)?)
            .set_message_group_id(dead.group.clone())
            .set_message_deduplication_id(dead.group.as_ref().map(|_| format!("redriven-{}", dead.id)))
            .send()
            .await
            .map_err(|e| Fault::unavailable("queue", e))?;
        let delete = self.client.delete_message().queue_url(self.url(dead_letters).await?);
        let deleted = delete.receipt_handle(&dead.receipt_handle).send().await;
        deleted.map(drop).map_err(|e| Fault::unavailable("queue", e))
    }
}
