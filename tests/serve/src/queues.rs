//! The queues, polled: what Lambda's event source mappings do in the cloud.

use aws_lambda_events::event::sqs::{SqsEvent, SqsMessage};
use aws_sdk_sqs::Client;
use aws_sdk_sqs::types::{DeleteMessageBatchRequestEntry, Message, MessageSystemAttributeName};
use boot::Boot;
use events::queues;
use jobs::{Relay, Worker};
use kernel::Fault;
use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

/// Starts one poller for every queue that has a task, and one for the relay.
pub async fn poll(boot: &Boot) -> Result<(), Fault> {
    let client = Client::new(&boot.aws.config);
    let relay = Relay::new(&boot.db, &boot.aws);
    tokio::spawn(forever(boot.clone(), client.clone(), queues::RELAY, Handler::Relay(Box::new(relay))));
    for worker in crate::workers(boot).await?.into_iter().map(|worker| Arc::new(worker.with_retries(boot))) {
        for task in worker.tasks() {
            let handler = Handler::Worker(worker.clone());
            tokio::spawn(forever(boot.clone(), client.clone(), task.queue().name, handler));
        }
    }
    Ok(())
}

enum Handler {
    Relay(Box<Relay>),
    Worker(Arc<Worker>),
}

async fn forever(boot: Boot, client: Client, queue: &'static str, handler: Handler) {
    loop {
        if let Err(error) = once(&boot, &client, queue, &handler).await {
            tracing::warn!(queue, %error, "the queue is asked again");
            tokio::time::sleep(Duration::from_secs(2)).await;
        }
    }
}

async fn once(boot: &Boot, client: &Client, queue: &'static str, handler: &Handler) -> Result<(), Fault> {
    let name = format!("{}{queue}", boot.aws.prefix);
    let unavailable = |error: String| Fault::unavailable("queue", error);
    let url = client.get_queue_url().queue_name(&name).send().await.map_err(|e| unavailable(e.to_string()))?;
    let url = url.queue_url().unwrap_or_default();
    let received = client
        .receive_message()
        .queue_url(url)
        .max_number_of_messages(10)
        .wait_time_seconds(10)
        .message_system_attribute_names(MessageSystemAttributeName::All)
        .send()
        .await
        .map_err(|e| unavailable(e.to_string()))?;
    let messages = received.messages();
    if messages.is_empty() {
        return Ok(());
    }
    let failed = handle(boot, &name, messages, handler).await?;
    let done = messages.iter().filter(|message| !failed.contains(message.message_id().unwrap_or_default()));
    let entries = done.enumerate().map(|(i, message)| {
        let entry = DeleteMessageBatchRequestEntry::builder().id(i.to_string());
        entry.receipt_handle(message.receipt_handle().unwrap_or_default()).build().map_err(Fault::internal)
    });
    let entries = entries.collect::<Result<Vec<_>, Fault>>()?;
    if !entries.is_empty() {
        let delete = client.delete_message_batch().queue_url(url).set_entries(Some(entries));
        delete.send().await.map_err(|e| unavailable(e.to_string()))?;
    }
    Ok(())
}

/// Answers the ids of messages that stay in the queue.
async fn handle(boot: &Boot, queue: &str, messages: &[Message], handler: &Handler) -> Result<HashSet<String>, Fault> {
    let now = boot.now().await?;
    match handler {
        Handler::Relay(relay) => relay.run(now).await.map(|_| HashSet::new()),
        Handler::Worker(worker) => {
            let mut event = SqsEvent::default();
            event.records = messages.iter().map(|message| record(queue, message)).collect();
            let answer = worker.handle(event, now).await;
            Ok(answer.batch_item_failures.into_iter().map(|failure| failure.item_identifier).collect())
        }
    }
}

fn record(queue: &str, message: &Message) -> SqsMessage {
    let mut record = SqsMessage::default();
    record.message_id = message.message_id().map(str::to_owned);
    record.receipt_handle = message.receipt_handle().map(str::to_owned);
    record.body = message.body().map(str::to_owned);
    record.event_source_arn = Some(format!("arn:aws:sqs:local:000000000000:{queue}"));
    let attributes = message.attributes().into_iter().flatten();
    record.attributes = attributes.map(|(name, value)| (name.as_str().to_owned(), value.clone())).collect();
    record
}
