//! A shelf, a seller, and sales that are brought as far as a story wants them.

use crate::buying::{accepted, lines, piece, quote, window};
use crate::order_steps::{by_cj, scanned};
use chrono::{DateTime, Utc};
use harness::simulators::TossSim;
use harness::simulators::carrier::ScanStatus;
use harness::{Actor, Answer, Call, Customer, Grade, Product, Ready, Seller, Shop, Value, json};
use kernel::{ProductOrderId, PurchaseOrderId};
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::time::Duration;

pub struct Market {
    pub shop: Shop,
    pub seller: Seller,
    pub tee: Product,
    sales: AtomicU64,
}

/// One customer's order, as far as it came.
pub struct Sale {
    pub buyer: Customer,
    /// What the Idempotency-Keys of its clients begin with: each sends the same thing under the same one.
    pub key: String,
    pub began: DateTime<Utc>,
    pub invoice: String,
    pub accepted: Value,
    pub order: Option<PurchaseOrderId>,
    pub lines: Vec<ProductOrderId>,
    /// What the gateway's window handed back.
    pub returned: Value,
    /// A cancel that was previewed, and its claim.
    pub back: Value,
    pub claim: Value,
    /// A message the sale brought.
    pub message: Option<Ready>,
}

impl Market {
    pub async fn open() -> Market {
        Market::of(Shop::open().await).await
    }

    pub async fn of(shop: Shop) -> Market {
        let seller = shop.seller().await;
        let tee = seller.product("티셔츠").price(30_000).sku("M", 5_000).on_sale().await;
        Market { shop, seller, tee, sales: AtomicU64::new(0) }
    }

    /// The seller's own system is told of everything from now on.
    pub async fn told(self) -> Market {
        let own = self.shop.own_client(&self.seller, &["partner:webhooks:manage", "partner:orders:read"]).await;
        let events = ["order.paid", "product_order.status_changed"];
        let hears = json!({ "url": self.shop.hooks().endpoint("erp"), "event_types": events });
        own.post("/v1/webhook-endpoints", hears).await.expect(201);
        self.shop.run_tasks().await;
        self
    }

    /// A checkout of two pieces with a coupon, points and rewards, ready to be ordered.
    pub async fn checkout(&self) -> Sale {
        let buyer = self.shop.customer_with(Grade::Gold).await;
        buyer.address().await;
        buyer.points(2_000).await;
        buyer.rewards(500).await;
        self.shop.coupon("천원").give(&buyer).await;
        let quoted = quote(&buyer, &[piece(self.tee.only(), 2)]).await;
        let path = format!("/v1/checkout-quotes/{}", quoted["quote_id"].as_str().unwrap());
        let quoted = buyer.patch(&path, json!({ "points": 2_000, "rewards": 500 })).await.expect(200);
        let n = self.sales.fetch_add(1, Ordering::Relaxed);
        Sale {
            accepted: accepted(&quoted),
            key: format!("the-only-key-{n}"),
            began: self.shop.now().0,
            invoice: (100_000_000_000 + n).to_string(),
            buyer,
            order: None,
            lines: Vec::new(),
            returned: Value::Null,
            back: Value::Null,
            claim: Value::Null,
            message: None,
        }
    }

    /// Placed, and through the gateway's window.
    pub async fn at_the_window(&self) -> Sale {
        let sale = self.checkout().await;
        let placed = sale.place().await.expect(201);
        let (returned, lines) = (window(&self.shop, &placed).await, lines(&self.shop, &placed).await);
        Sale { returned, lines, order: Some(placed.read("purchase_order_id")), ..sale }
    }

    /// Paid; what follows lies in the outbox.
    pub async fn paid(&self) -> Sale {
        let sale = self.at_the_window().await;
        assert_eq!(sale.confirm().await.expect(200)["state"], "done");
        sale
    }

    /// Paid and followed up.
    pub async fn sold(&self) -> Sale {
        let sale = self.paid().await;
        self.shop.run_tasks().await;
        sale
    }

    /// On its way to the customer.
    pub async fn dispatched(&self) -> Sale {
        let sale = self.sold().await;
        self.dispatch(&sale).await.expect(200);
        self.shop.run_tasks().await;
        sale
    }

    /// In the customer's hands.
    pub async fn delivered(&self) -> Sale {
        let sale = self.dispatched().await;
        scanned(&self.shop, &sale.invoice, ScanStatus::Delivered).await;
        sale
    }

    pub fn accept(&self, sale: &Sale) -> Call {
        self.seller
            .post("/v1/product-orders/confirm", json!({ "product_order_ids": sale.lines }))
            .key(&sale.keyed("accept"))
    }

    pub fn dispatch(&self, sale: &Sale) -> Call {
        self.dispatch_by(&self.seller, sale)
    }

    pub fn dispatch_by(&self, who: &Actor, sale: &Sale) -> Call {
        let parcel = json!({ "items": [by_cj(sale.lines[0], &sale.invoice)] });
        who.post("/v1/product-orders/dispatch", parcel).key(&sale.keyed("dispatch"))
    }

    /// The message of a task that its queue would hand out now.
    pub async fn message(&self, task: &str) -> Option<Ready> {
        self.shop.ready().await.into_iter().find(|ready| ready.task == task)
    }

    /// Delivers what waits until nothing does.
    pub async fn calm(&self) {
        calm(&self.shop).await;
    }

    pub async fn close(self) {
        self.calm().await;
        let dead = self.shop.dead_letters().await;
        assert!(dead.is_empty(), "{dead:?}");
        self.shop.close().await;
    }
}

impl Sale {
    pub fn keyed(&self, what: &str) -> String {
        format!("{}-{what}", self.key)
    }

    pub fn place(&self) -> Call {
        self.buyer.post("/v1/purchase-orders", self.accepted.clone()).key(&self.keyed("place"))
    }

    pub fn confirm(&self) -> Call {
        self.buyer.post("/v1/payments/confirm", self.returned.clone()).key(&self.keyed("confirm"))
    }

    pub fn call_off(&self) -> Call {
        let order = self.order.unwrap();
        self.buyer.post(&format!("/v1/purchase-orders/{order}/cancel"), json!({})).key(&self.keyed("call-off"))
    }

    /// Looks at what a cancel of so many pieces gives back.
    pub async fn asks_back(self, pieces: i32) -> Sale {
        let items = json!([{ "product_order_id": self.lines[0], "quantity": pieces }]);
        let asked = json!({ "claim_type": "cancel", "items": items, "reason_code": "INTENT_CHANGED" });
        let preview = self.buyer.post("/v1/claims/preview", asked).await.expect(200);
        let token = &preview["preview_token"];
        let back = json!({ "items": items, "reason_code": "INTENT_CHANGED", "preview_token": token });
        Sale { back, ..self }
    }

    pub fn cancel(&self) -> Call {
        self.buyer.post("/v1/claims/cancel", self.back.clone()).key(&self.keyed("cancel"))
    }

    pub fn decide(&self) -> Call {
        self.buyer
            .post("/v1/product-orders/confirm", json!({ "product_order_ids": self.lines }))
            .key(&self.keyed("decide"))
    }

    /// What the gateway holds of the order's money.
    pub fn held_by(&self, toss: &TossSim) -> i64 {
        let order = self.returned["order_id"].as_str();
        let payment = order.and_then(|order| toss.payment_of_order(order));
        payment.map_or(0, |payment| if payment.approved_at.is_some() { payment.balance_amount } else { 0 })
    }
}

/// Buys, as a client does that asks again under its key, after a pause, for as long as it is told to come again. `answered`
/// counts the calls that went well.
pub async fn buys(market: &Market, sale: &Sale, pause: Duration, answered: &AtomicUsize) {
    let placed = insists(|| sale.place(), pause, answered).await;
    let returned = window(&market.shop, &placed).await;
    insists(|| sale.buyer.post("/v1/payments/confirm", returned.clone()).key(&sale.keyed("confirm")), pause, answered)
        .await;
}

async fn insists(call: impl Fn() -> Call, pause: Duration, answered: &AtomicUsize) -> Answer {
    for _ in 0..600 {
        let answer = call().await;
        if went_well(&answer) {
            answered.fetch_add(1, Ordering::Relaxed);
            return answer;
        }
        tokio::time::sleep(pause).await;
    }
    panic!("told to come again for ever");
}

/// Whether a call went well; when it did not, the caller is told to come again.
pub fn went_well(answer: &Answer) -> bool {
    if answer.status.is_success() {
        return true;
    }
    let answer = answer.clone().expect_code(503, "service_unavailable");
    assert_eq!(answer.header("retry-after"), Some("2"));
    false
}

/// Delivers what waits until nothing does; leases of the dead run out on the way.
pub async fn calm(shop: &Shop) {
    for _ in 0..20 {
        shop.try_tasks().await;
        let outbox = "select count(*) from outbox_events where published_at is null";
        if shop.value::<i64>(outbox, &[]).await == 0 && shop.queued().await == 0 {
            return;
        }
        shop.clock().advance(chrono::Duration::seconds(61));
    }
    panic!("the queues do not become empty: {:#?}", shop.try_tasks().await.failed);
}
