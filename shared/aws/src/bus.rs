//! The EventBridge bus: every domain event, for whoever else listens (archive, operators, other systems).

use crate::Aws;
use aws_sdk_eventbridge::types::PutEventsRequestEntry;
use kernel::Fault;

/// The `…domain` event bus of the stage.
#[derive(Clone)]
pub struct Bus {
    client: aws_sdk_eventbridge::Client,
    name: String,
}

impl Bus {
    pub(crate) fn new(aws: &Aws) -> Bus {
        Bus { client: aws_sdk_eventbridge::Client::new(&aws.config), name: format!("{}domain", aws.prefix) }
    }

    /// Puts up to ten (detail-type, detail) pairs on the bus.
    pub async fn put(&self, events: &[(String, String)]) -> Result<(), Fault> {
        let entries = events.iter().map(|(kind, detail)| {
            PutEventsRequestEntry::builder()
                .event_bus_name(&self.name)
                .source("drrip")
                .detail_type(kind)
                .detail(detail)
                .build()
        });
        let answer = self.client.put_events().set_entries(Some(entries.collect())).send().await;
        let answer = answer.map_err(|e| Fault::unavailable("event bus", e))?;
        if answer.failed_entry_count() > 0 {
            return Err(Fault::unavailable("event bus", format!("{} events refused", answer.failed_entry_count())));
        }
        Ok(())
    }
}
