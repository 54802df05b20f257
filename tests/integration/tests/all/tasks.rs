//! The way of an event over real queues: relayed once, put back for a while when its task fails, kept when it is given up.

use crate::logs::Log;
use events::queues::{self, Queue};
use events::{DomainEvent, Envelope};
use harness::{Shop, json};
use jobs::{Relay, Task, TaskError, TaskFuture, Worker};
use kernel::{Now, TicketId};

pub async fn emitted(shop: &Shop) -> Envelope {
    let event = events::CodeRequested { ticket_id: TicketId::new(), purpose: "sign_up_email".into() };
    let tx = shop.boot().db.begin().await.unwrap();
    jobs::outbox::emit(&tx, &event, shop.now()).await.unwrap();
    tx.commit().await.unwrap();
    shop.events(events::CodeRequested::NAME).await.pop().unwrap()
}

/// Fails however often it is called.
struct Stubborn(fn() -> TaskError);

impl Task for Stubborn {
    fn queue(&self) -> &'static Queue {
        &queues::SEND_CODE
    }
    fn run<'a>(&'a self, _: &'a Envelope, _: Now) -> TaskFuture<'a> {
        Box::pin(async { Err((self.0)()) })
    }
}

#[tokio::test]
async fn the_relay_run_twice_sends_an_event_once() {
    let shop = Shop::open().await;
    shop.make_queues().await;
    let event = emitted(&shop).await;
    let relay = Relay::new(&shop.boot().db, &shop.boot().aws);
    let done = relay.run(shop.now()).await.unwrap();
    assert_eq!((done.events, done.messages), (1, 1));
    assert_eq!(relay.run(shop.now()).await.unwrap().events, 0);
    let messages = shop.received(&queues::SEND_CODE).await;
    assert_eq!(messages.len(), 1);
    let sent: Envelope = serde_json::from_str(messages[0]["body"].as_str().unwrap()).unwrap();
    assert_eq!((sent.id, sent.trace_id), (event.id, event.trace_id));

    // A relay that died after sending, before it noted so: its lease runs out and the event goes again.
    let again = "update outbox_events set published_at = null, leased_until = $1";
    shop.sql(again, &[&(shop.now().0 + chrono::Duration::seconds(60))]).await;
    assert_eq!(relay.run(shop.now()).await.unwrap().events, 0, "leased");
    shop.clock().advance(chrono::Duration::seconds(61));
    assert_eq!(relay.run(shop.now()).await.unwrap().events, 1);
    shop.close().await;
}

#[tokio::test]
async fn what_cannot_be_sent_stays_in_the_outbox() {
    let shop = Shop::open().await;
    // There are no queues at all.
    emitted(&shop).await;
    let relay = Relay::new(&shop.boot().db, &shop.boot().aws);
    assert!(relay.run(shop.now()).await.is_err());
    let waiting = "select count(*) from outbox_events where published_at is null and publish_attempts = 1";
    assert_eq!(shop.value::<i64>(waiting, &[]).await, 1);
    shop.make_queues().await;
    shop.clock().advance(chrono::Duration::seconds(61));
    assert_eq!(relay.run(shop.now()).await.unwrap().events, 1);
    shop.close().await;
}

#[tokio::test]
async fn a_failed_message_rests_and_the_others_of_its_batch_are_done() {
    let shop = Shop::open().await;
    shop.make_queues().await;
    let event = emitted(&shop).await;
    Relay::new(&shop.boot().db, &shop.boot().aws).run(shop.now()).await.unwrap();
    let (log, _guard) = Log::start("warn");
    let worker = |error| Worker::new("story").task(Stubborn(error)).with_retries(shop.boot());

    let mut records = shop.received(&queues::SEND_CODE).await;
    let mut unreadable = records[0].clone();
    unreadable["messageId"] = json!("unreadable");
    unreadable["body"] = json!("no envelope");
    records.push(unreadable);
    let batch = json!({ "Records": records });
    let retry = || TaskError::RetryAfter { seconds: 45, why: "nobody answers".into() };
    let answer = worker(retry).handle(serde_json::from_value(batch).unwrap(), shop.now()).await;
    let failed: Vec<String> = answer.batch_item_failures.into_iter().map(|failure| failure.item_identifier).collect();
    assert_eq!(failed, [records[0]["messageId"].as_str().unwrap(), "unreadable"]);
    assert!(shop.received(&queues::SEND_CODE).await.is_empty(), "hidden until its next try");
    let dead = "select count(*) from task_runs where state = 'dead'";
    assert_eq!(shop.value::<i64>(dead, &[]).await, 0, "it has tries left");

    // Its last receive: what is known of it is kept, under the event's id.
    records.truncate(1);
    records[0]["attributes"]["ApproximateReceiveCount"] = json!(queues::SEND_CODE.max_receives.to_string());
    let poison = || TaskError::Poison("refused: never_again".into());
    for _ in 0..2 {
        let batch = json!({ "Records": records });
        let answer = worker(poison).handle(serde_json::from_value(batch).unwrap(), shop.now()).await;
        assert_eq!(answer.batch_item_failures.len(), 1, "the queue moves it to the dead letters");
    }
    let kept = "select task || ' ' || idempotency_key || ' ' || attempts || ' ' || error || ' ' || (payload ->> 'event') from task_runs where state = 'dead'";
    let kept: Vec<String> = shop.values(kept, &[]).await;
    assert!(!log.text().contains("a failure was not noted"), "{}", log.text());
    assert_eq!(kept, [format!("send_code {} 5 refused: never_again code.requested", event.id)]);
    shop.close().await;
}
