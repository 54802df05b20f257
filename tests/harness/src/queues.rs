//! Real queues and the bus in the emulator, for the few tests that let messages travel.

use crate::shop::Shop;
use aws_sdk_sqs::types::QueueAttributeName;
use events::queues;

impl Shop {
    /// Makes every queue and the event bus of this shop. Nudges reach the relay's queue from here on.
    pub async fn make_queues(&self) {
        let aws = &self.inner.boot.aws;
        let client = aws_sdk_sqs::Client::new(&aws.config);
        for name in queues::ALL.iter().map(|queue| queue.name).chain([queues::RELAY]) {
            let mut create = client.create_queue().queue_name(format!("{}{name}", aws.prefix));
            if name.ends_with(".fifo") {
                create = create.attributes(QueueAttributeName::FifoQueue, "true");
            }
            create.send().await.unwrap_or_else(|error| panic!("queue {name}: {error:?}"));
        }
        let bus = aws_sdk_eventbridge::Client::new(&aws.config);
        bus.create_event_bus().name(format!("{}domain", aws.prefix)).send().await.expect("an event bus");
    }
}
