//! Every state of a reservation with every event that may move it, whatever its line says: what the table of states does
//! not list changes neither the reservation nor the shelf.

use crate::buying::{lines, order, piece, quote};
use events::{DepositReversed, DomainEvent, Envelope, OrderPaid, PaymentExpired, PaymentFailed};
use harness::Shop;
use kernel::{Money, PaymentId, PaymentTransactionId, PurchaseOrderId, UserId};

/// What is told of the order, as if it happened now for the first time.
fn told(shop: &Shop, name: &str, purchase_order_id: PurchaseOrderId) -> Envelope {
    let (payment_id, payment_transaction_id) = (PaymentId::new(), PaymentTransactionId::new());
    let payload = match name {
        OrderPaid::NAME => serde_json::to_value(OrderPaid {
            purchase_order_id,
            order_no: "1".into(),
            user_id: UserId::new(),
            payment_id,
            payment_transaction_id,
            method: "card".into(),
            total_payable: Money::ZERO,
            seller_orders: Vec::new(),
        }),
        PaymentFailed::NAME => {
            serde_json::to_value(PaymentFailed { purchase_order_id, payment_id, failure_code: "X".into() })
        }
        PaymentExpired::NAME => serde_json::to_value(PaymentExpired { purchase_order_id, payment_id }),
        DepositReversed::NAME => serde_json::to_value(DepositReversed {
            purchase_order_id,
            payment_id,
            payment_transaction_id,
            seller_ids: Vec::new(),
            any_dispatched: false,
        }),
        other => panic!("{other} moves no reservation"),
    };
    let (id, trace_id) = (uuid::Uuid::now_v7(), "trace".to_owned());
    Envelope { id, event: name.to_owned(), occurred_at: shop.now().0, trace_id, payload: payload.unwrap() }
}

#[tokio::test]
async fn a_reservation_takes_only_the_steps_its_state_allows() {
    let shop = Shop::open().await;
    let (seller, minji) = (shop.seller().await, shop.customer().await);
    let socks = seller.product("양말").price(3_000).sku("F", 5).on_sale().await;
    minji.address().await;
    let placed = order(&minji, &quote(&minji, &[piece(socks.only(), 2)]).await).await;
    let (id, line) = (placed.read("purchase_order_id"), lines(&shop, &placed).await[0]);
    // The state of a reservation with the shelf that goes with it: pieces on hand, pieces reserved.
    let reservations = [("held", 5, 2), ("confirmed", 3, 0), ("released", 5, 0)];
    let lines = ["payment_waiting", "paid", "canceled_by_nopayment"];
    let events = [OrderPaid::NAME, PaymentFailed::NAME, PaymentExpired::NAME, DepositReversed::NAME];
    for (state, on_hand, reserved) in reservations {
        for line_state in lines {
            for event in events {
                shop.sql("update product_orders set state = $2 where id = $1", &[&line, &line_state]).await;
                shop.sql("update stock_reservations set state = $1", &[&state]).await;
                shop.sql("update sku_stocks set on_hand = $1, reserved = $2", &[&on_hand, &reserved]).await;
                let expected = match (state, line_state, event) {
                    ("held", "paid", OrderPaid::NAME) => "confirmed",
                    ("held", "canceled_by_nopayment", PaymentFailed::NAME | PaymentExpired::NAME) => "released",
                    ("confirmed", "payment_waiting", DepositReversed::NAME) => "held",
                    ("held" | "confirmed", "canceled_by_nopayment", DepositReversed::NAME) => "released",
                    _ => state,
                };
                // Twice, as queues deliver.
                let news = told(&shop, event, id);
                for _ in 0..2 {
                    shop.deliver_to("finalize_stock", &news).await.unwrap();
                }
                let after: String = shop.value("select r.state || ' ' || s.on_hand || ' ' || s.reserved from stock_reservations r join sku_stocks s on s.sku_id = r.sku_id", &[]).await;
                let (_, on_hand, reserved) = reservations.iter().find(|(state, ..)| *state == expected).unwrap();
                let said = format!("{event} of a {state} reservation, its line is {line_state}");
                assert_eq!(after, format!("{expected} {on_hand} {reserved}"), "{said}");
            }
        }
    }
    shop.sql("update product_orders set state = 'payment_waiting' where id = $1", &[&line]).await;
    shop.sql("update stock_reservations set state = 'held'", &[]).await;
    shop.sql("update sku_stocks set on_hand = 5, reserved = 2", &[]).await;
    // What happened to the shelf here stays in no book.
    shop.sql("set session_replication_role = replica", &[]).await;
    shop.sql("delete from stock_movements where ref_type = 'product_orders'", &[]).await;
    shop.sql("set session_replication_role = origin", &[]).await;
    shop.close().await;
}
