//! Messages that cannot be handled hold nobody up, end among the dead letters with the reason, are looked at there, and
//! go back to their queue once the cause is gone.

use events::queues::{self, Queue};
use events::{Envelope, PaymentExpired};
use harness::{Shop, Value};
use jobs::{DeadLetters, Relay, Task, TaskError, TaskFuture, Worker};
use kernel::{Now, PaymentId, PurchaseOrderId};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use uuid::Uuid;

/// A task with a defect: one event makes it fail until it is mended. Notes what it was called with.
#[derive(Clone)]
struct Defect {
    queue: &'static Queue,
    event: Uuid,
    mended: Arc<AtomicBool>,
    tried: Arc<Mutex<Vec<Uuid>>>,
}

impl Defect {
    fn of(queue: &'static Queue, event: Uuid) -> Defect {
        Defect { queue, event, mended: Arc::default(), tried: Arc::default() }
    }

    fn tried(&self) -> Vec<Uuid> {
        std::mem::take(&mut *self.tried.lock().unwrap())
    }
}

impl Task for Defect {
    fn queue(&self) -> &'static Queue {
        self.queue
    }
    fn run<'a>(&'a self, event: &'a Envelope, _: Now) -> TaskFuture<'a> {
        self.tried.lock().unwrap().push(event.id);
        let fails = event.id == self.event && !self.mended.load(Ordering::SeqCst);
        Box::pin(async move { if fails { Err(TaskError::Poison("refused: no_such_order".into())) } else { Ok(()) } })
    }
}

async fn expired(shop: &Shop, order: PurchaseOrderId) -> Uuid {
    let event = PaymentExpired { purchase_order_id: order, payment_id: PaymentId::new() };
    let tx = shop.boot().db.begin().await.unwrap();
    jobs::outbox::emit(&tx, &event, shop.now()).await.unwrap();
    tx.commit().await.unwrap();
    shop.events("payment.expired").await.pop().unwrap().id
}

#[tokio::test]
async fn a_poisoned_message_holds_no_other_order_up_and_its_own_only_until_it_is_given_up() {
    let shop = Shop::open().await;
    shop.make_queues().await;
    let (ours, theirs) = (PurchaseOrderId::new(), PurchaseOrderId::new());
    let (poison, behind, beside) =
        (expired(&shop, ours).await, expired(&shop, ours).await, expired(&shop, theirs).await);
    Relay::new(&shop.boot().db, &shop.boot().aws).run(shop.now()).await.unwrap();
    let queue = &queues::FINALIZE_STOCK;
    let task = Defect::of(queue, poison);
    let worker = Worker::new("story").task(task.clone()).with_retries(shop.boot());

    // The other order's message is done at once, its own next one waits.
    let (failed, received) = shop.poll(&worker, queue).await;
    assert_eq!((failed.len(), received, task.tried()), (2, 3, vec![poison, beside]));
    for _ in 2..queue.max_receives {
        let (failed, received) = shop.poll(&worker, queue).await;
        assert_eq!((failed.len(), received, task.tried()), (2, 2, vec![poison]));
    }
    // It is given up with its last receive, and what was behind it follows it no further.
    let (failed, received) = shop.poll(&worker, queue).await;
    assert_eq!((failed.len(), received, task.tried()), (1, 2, vec![poison, behind]));
    assert_eq!(shop.poll(&worker, queue).await.1, 0);

    // An operator looks, and looks again: it stays.
    let dead_letters = DeadLetters::new(shop.boot());
    assert_eq!(dead_letters.count().await.unwrap().into_iter().collect::<Vec<_>>(), [(queue.name, 1)]);
    for _ in 0..2 {
        let found = dead_letters.look("finalize-stock").await.unwrap();
        assert_eq!(found.len(), 1);
        assert_eq!((found[0].event_id, found[0].attempts), (Some(poison), Some(10)));
        assert_eq!(found[0].error.as_deref(), Some("refused: no_such_order"));
        let body: Value = serde_json::from_str(&found[0].body).unwrap();
        assert_eq!(body["payload"]["purchase_order_id"], ours.to_string());
    }

    // The cause is gone.
    task.mended.store(true, Ordering::SeqCst);
    assert_eq!(dead_letters.redrive("finalize-stock").await.unwrap(), 1);
    let (failed, received) = shop.poll(&worker, queue).await;
    assert_eq!((failed.len(), received, task.tried()), (0, 1, vec![poison]));
    assert!(dead_letters.count().await.unwrap().is_empty());
    let run = "select state || ' ' || attempts || ' ' || error from task_runs where idempotency_key = $1";
    let run: String = shop.value(run, &[&poison.to_string()]).await;
    assert_eq!(run, "succeeded 11 refused: no_such_order");
    assert_eq!(dead_letters.redrive("finalize-stock").await.unwrap(), 0);
    shop.close().await;
}

#[tokio::test]
async fn what_nobody_can_read_can_still_be_looked_at_and_comes_back_when_it_is_sent_back_too_soon() {
    let shop = Shop::open().await;
    shop.make_queues().await;
    let queue = &queues::SEND_CODE;
    shop.send_raw(queue, "no envelope").await;
    let task = Defect::of(queue, Uuid::nil());
    let worker = Worker::new("story").task(task.clone()).with_retries(shop.boot());
    let dead_letters = DeadLetters::new(shop.boot());
    for _ in 0..2 {
        for _ in 0..queue.max_receives {
            assert_eq!(shop.poll(&worker, queue).await.0.len(), 1);
        }
        assert_eq!(shop.poll(&worker, queue).await.1, 0);
        let found = dead_letters.look(queue.name).await.unwrap();
        assert_eq!((found.len(), found[0].body.as_str(), found[0].event_id), (1, "no envelope", None));
        assert_eq!(dead_letters.redrive(queue.name).await.unwrap(), 1);
    }
    assert!(task.tried().is_empty());
    assert!(dead_letters.look("no-such-queue").await.is_err());
    shop.close().await;
}
