//! Real queues and the bus in the emulator, for the few tests that let messages travel, and Lambda, which polls them.

use crate::shop::Shop;
use aws_sdk_sqs::types::{Message, MessageSystemAttributeName, QueueAttributeName};
use events::queues::{self, Queue, dead_letters_of};
use jobs::Worker;
use serde_json::{Value, json};

impl Shop {
    /// Makes every queue with its dead letters, and the event bus of this shop. Nudges reach the relay's queue from here on.
    pub async fn make_queues(&self) {
        let relay = Some((queues::RELAY, 3));
        for (name, receives) in queues::ALL.iter().map(|queue| (queue.name, queue.max_receives)).chain(relay) {
            let dead_letters = dead_letters_of(name);
            self.make_queue(&dead_letters, None).await;
            let prefix = &self.inner.boot.aws.prefix;
            let target = format!("arn:aws:sqs:ap-northeast-2:000000000000:{prefix}{dead_letters}");
            let policy = json!({ "deadLetterTargetArn": target, "maxReceiveCount": receives });
            self.make_queue(name, Some(policy)).await;
        }
        let aws = &self.inner.boot.aws;
        let bus = aws_sdk_eventbridge::Client::new(&aws.config);
        bus.create_event_bus().name(format!("{}domain", aws.prefix)).send().await.expect("an event bus");
    }

    async fn make_queue(&self, name: &str, redrive: Option<Value>) {
        let create = self.sqs().create_queue().queue_name(format!("{}{name}", self.inner.boot.aws.prefix));
        let fifo = name.ends_with(".fifo").then(|| (QueueAttributeName::FifoQueue, "true".to_owned()));
        let redrive = redrive.map(|policy| (QueueAttributeName::RedrivePolicy, policy.to_string()));
        let attributes = fifo.into_iter().chain(redrive).collect();
        let made = create.set_attributes(Some(attributes)).send().await;
        made.unwrap_or_else(|error| panic!("queue {name}: {error:?}"));
    }

    fn sqs(&self) -> aws_sdk_sqs::Client {
        aws_sdk_sqs::Client::new(&self.inner.boot.aws.config)
    }

    async fn queue_url(&self, name: &str) -> String {
        let name = format!("{}{name}", self.inner.boot.aws.prefix);
        let answer = self.sqs().get_queue_url().queue_name(name).send().await.expect("a queue that was made");
        answer.queue_url().expect("its URL").to_owned()
    }

    /// Puts something into a queue past the outbox.
    pub async fn send_raw(&self, queue: &Queue, body: &str) {
        let send = self.sqs().send_message().queue_url(self.queue_url(queue.name).await).message_body(body);
        send.send().await.expect("a message");
    }

    /// What a queue gives out now, as records of the event that Lambda calls a worker with.
    pub async fn received(&self, queue: &Queue) -> Vec<Value> {
        let receive = self.sqs().receive_message().queue_url(self.queue_url(queue.name).await);
        let receive = receive.max_number_of_messages(10).message_attribute_names("All");
        let answer = receive.message_system_attribute_names(MessageSystemAttributeName::All).send().await;
        let arn = format!("arn:aws:sqs:ap-northeast-2:000000000000:{}{}", self.inner.boot.aws.prefix, queue.name);
        answer.expect("an answer").messages().iter().map(|message| record(message, &arn)).collect()
    }

    /// Lets the relay and every worker run until no queue gives anything out.
    pub async fn run_queues(&self) {
        let relay = jobs::Relay::new(&self.inner.boot.db, &self.inner.boot.aws);
        let workers = self.inner.workers().await;
        loop {
            relay.run(self.now()).await.expect("events are sent");
            let mut handled = 0;
            for queue in queues::ALL {
                let worker = workers.iter().find(|worker| worker.of_queue(queue.name).is_some());
                let (failed, received) = self.poll(worker.expect("every queue has its worker"), queue).await;
                assert!(failed.is_empty(), "{} failed", queue.task);
                handled += received;
            }
            if handled == 0 {
                return;
            }
        }
    }

    /// Lambda polls a queue once: calls the worker with what it gives out, deletes what was done, and lets all waits
    /// of what was not pass. Answers the failures and how many messages there were.
    pub async fn poll(&self, worker: &Worker, queue: &Queue) -> (Vec<String>, usize) {
        let records = self.received(queue).await;
        let event = serde_json::from_value(json!({ "Records": records })).expect("an event of SQS");
        let answer = worker.handle(event, self.now()).await;
        let failed: Vec<String> = answer.batch_item_failures.into_iter().map(|one| one.item_identifier).collect();
        let url = self.queue_url(queue.name).await;
        for record in &records {
            let handle = record["receiptHandle"].as_str().expect("a handle");
            if failed.iter().any(|id| record["messageId"] == **id) {
                let shown = self.sqs().change_message_visibility().queue_url(&url).receipt_handle(handle);
                shown.visibility_timeout(0).send().await.expect("visible");
            } else {
                self.sqs().delete_message().queue_url(&url).receipt_handle(handle).send().await.expect("deleted");
            }
        }
        (failed, records.len())
    }
}

fn record(message: &Message, arn: &str) -> Value {
    let system = message.attributes().into_iter().flatten();
    let system: serde_json::Map<String, Value> =
        system.map(|(name, value)| (name.as_str().to_owned(), value.as_str().into())).collect();
    let own = message.message_attributes().into_iter().flatten();
    let own: serde_json::Map<String, Value> = own
        .map(|(name, value)| {
            (name.clone(), json!({ "dataType": value.data_type(), "stringValue": value.string_value() }))
        })
        .collect();
    json!({ "messageId": message.message_id(), "receiptHandle": message.receipt_handle(), "body": message.body(),
        "attributes": system, "messageAttributes": own, "eventSource": "aws:sqs", "eventSourceARN": arn })
}
