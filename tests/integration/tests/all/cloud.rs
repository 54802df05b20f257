//! AWS on a bad day: callers are told to come again or are served without it, and nothing is lost or done twice.

use crate::buying::{bought, piece, quote, window};
use crate::inbound::{CHANGED, toss};
use events::{DomainEvent, PaymentExpired, queues};
use harness::{Answer, Host, PASSWORD, Shop, Statements, Trouble, json};
use jobs::Relay;
use kernel::{PaymentId, PurchaseOrderId};

const REFUSED: [Trouble; 2] = [Trouble::Unavailable, Trouble::Throttled];

fn come_again(answer: Answer) {
    let answer = answer.expect_code(503, "service_unavailable");
    assert_eq!(answer.header("retry-after"), Some("2"));
}

async fn expired(shop: &Shop, order: PurchaseOrderId) {
    let event = PaymentExpired { purchase_order_id: order, payment_id: PaymentId::new() };
    let tx = shop.boot().db.begin().await.unwrap();
    jobs::outbox::emit(&tx, &event, shop.now()).await.unwrap();
    tx.commit().await.unwrap();
}

async fn unpublished(shop: &Shop) -> i64 {
    shop.value("select count(*) from outbox_events where published_at is null", &[]).await
}

/// How many messages about an order the queue of stock gives out.
async fn waiting(shop: &Shop, order: PurchaseOrderId) -> usize {
    let about = |record: &harness::Value| record["body"].as_str().unwrap().contains(&order.to_string());
    shop.received(&queues::FINALIZE_STOCK).await.iter().filter(|record| about(record)).count()
}

#[tokio::test]
async fn without_the_session_store_nobody_signs_in_and_everybody_signed_in_goes_on_buying() {
    let (shop, cloud) = Shop::open_in_a_cloud(Statements::Unnamed).await;
    let seller = shop.seller().await;
    let tee = seller.product("티셔츠").price(20_000).sku("M", 5).on_sale().await;
    let (minji, visitor) = (shop.customer().await, shop.anonymous(Host::Service));
    let own = shop.own_client(&seller, &["partner:account"]).await;
    let sign_in = || visitor.post("/v1/auth/sign-in", json!({ "email": minji.email, "password": PASSWORD }));
    for trouble in REFUSED {
        cloud.trouble("DynamoDB", trouble);
        // A limit that cannot be counted is no limit: what it guards stays shut …
        come_again(sign_in().await);
        // … and what gives nothing away does not wait for it.
        bought(&shop, &minji, &[piece(tee.only(), 1)]).await;
        own.get("/v1/me").await.expect(200);
        assert!(cloud.clear() > 0);
        sign_in().await.expect(200);
    }
    shop.close().await;
}

#[tokio::test]
async fn a_webhook_that_cannot_be_kept_is_sent_again_and_taken_once() {
    let (shop, cloud) = Shop::open_in_a_cloud(Statements::Unnamed).await;
    let nobody = shop.anonymous(Host::External);
    let told = || toss(&nobody, "payment-events", "t-1", CHANGED);
    let taken = async || shop.events("payment_webhook.received").await.len();
    for trouble in REFUSED {
        cloud.trouble("DynamoDB", trouble);
        come_again(told().await);
        cloud.clear();
    }
    assert_eq!(taken().await, 0);
    // It was kept, and nobody heard so; it was queued, and could not be marked.
    cloud.trouble("DynamoDB_20120810.PutItem", Trouble::AnswerLost);
    come_again(told().await);
    assert_eq!((cloud.clear(), taken().await), (1, 0));
    cloud.trouble("DynamoDB_20120810.UpdateItem", Trouble::Unavailable);
    come_again(told().await);
    assert!(cloud.clear() > 0);
    assert_eq!(taken().await, 1);
    for queued in [true, false] {
        assert_eq!(told().await.expect(200)["queued"], queued);
    }
    assert_eq!(taken().await, 1);
    shop.close().await;
}

#[tokio::test]
async fn an_order_does_not_wait_for_the_queues_and_the_sweep_finds_what_nobody_was_told() {
    let (shop, cloud) = Shop::open_in_a_cloud(Statements::Unnamed).await;
    shop.make_queues().await;
    let seller = shop.seller().await;
    let tee = seller.product("티셔츠").price(20_000).sku("M", 5).on_sale().await;
    let minji = shop.customer().await;
    minji.address().await;
    cloud.trouble("AmazonSQS", Trouble::Unavailable);
    let placed = crate::buying::order(&minji, &quote(&minji, &[piece(tee.only(), 2)]).await).await;
    let paid = minji.post("/v1/payments/confirm", window(&shop, &placed).await).await.expect(200);
    assert_eq!(paid["state"], "done");
    assert!(cloud.clear() >= 1, "the relay was nudged in vain");
    assert!(unpublished(&shop).await > 0);

    shop.run_schedule("sweep_outbox").await;
    assert_eq!(unpublished(&shop).await, 0);
    shop.run_queues().await;
    let stock = "select on_hand::text || ' ' || reserved from sku_stocks";
    assert_eq!(shop.value::<String>(stock, &[]).await, "3 0");
    shop.close().await;
}

#[tokio::test]
async fn of_a_batch_that_is_taken_in_part_nothing_overtakes_what_was_refused() {
    let (shop, cloud) = Shop::open_in_a_cloud(Statements::Unnamed).await;
    shop.make_queues().await;
    let (ours, theirs) = (PurchaseOrderId::new(), PurchaseOrderId::new());
    for order in [ours, ours, theirs] {
        expired(&shop, order).await;
    }
    let relay = Relay::new(&shop.boot().db, &shop.boot().aws);
    cloud.trouble("AmazonSQS.SendMessageBatch", Trouble::FirstNotTaken);
    assert_eq!(relay.run(shop.now()).await.unwrap().events, 1);
    assert_eq!((cloud.clear(), unpublished(&shop).await), (1, 2));
    assert_eq!(waiting(&shop, ours).await, 0);
    shop.clock().advance(chrono::Duration::seconds(61));
    assert_eq!(relay.run(shop.now()).await.unwrap().events, 2);
    assert_eq!(waiting(&shop, ours).await, 2);
    shop.close().await;
}

#[tokio::test]
async fn what_was_sent_and_not_noted_is_sent_again_and_taken_once() {
    let (shop, cloud) = Shop::open_in_a_cloud(Statements::Unnamed).await;
    shop.make_queues().await;
    let relay = Relay::new(&shop.boot().db, &shop.boot().aws);
    let troubles = [
        ("AmazonSQS.SendMessageBatch", Trouble::AnswerLost),
        ("AWSEvents", Trouble::Throttled),
        ("AWSEvents", Trouble::AnswerLost),
    ];
    for (target, trouble) in troubles {
        let order = PurchaseOrderId::new();
        expired(&shop, order).await;
        cloud.trouble(target, trouble);
        assert!(relay.run(shop.now()).await.is_err());
        assert!(cloud.clear() > 0);
        assert_eq!(unpublished(&shop).await, 1, "{target}");
        shop.clock().advance(chrono::Duration::seconds(61));
        assert_eq!(relay.run(shop.now()).await.unwrap().events, 1);
        assert_eq!(waiting(&shop, order).await, 1, "{target} {trouble:?}");
    }
    assert_eq!(shop.events(PaymentExpired::NAME).await.len(), 3);
    shop.close().await;
}
