//! What partners are told: ids, states and amounts of one seller, never who bought.

use crate::scope::Scope;
use events::{DomainEvent, Envelope};
use kernel::*;
use serde_json::{Value, json};
use uuid::Uuid;

kernel::text_enum! {
    /// Events an endpoint can subscribe to.
    pub enum WebhookEvent {
        OrderPaid = "order.paid",
        ProductOrderStatusChanged = "product_order.status_changed",
        DispatchOverdue = "product_order.dispatch_overdue",
        ClaimRequested = "claim.requested",
        ClaimStatusChanged = "claim.status_changed",
        RefundCompleted = "refund.completed",
        StockChanged = "stock.changed",
        ProductReviewed = "product.reviewed",
        SettlementConfirmed = "settlement.confirmed",
        PayoutCompleted = "payout.completed",
    }
}

impl WebhookEvent {
    /// The scope that would read the same by polling: client and grant must hold it.
    pub const fn scope(self) -> Scope {
        match self {
            WebhookEvent::OrderPaid | WebhookEvent::ProductOrderStatusChanged | WebhookEvent::DispatchOverdue => {
                Scope::OrdersRead
            }
            WebhookEvent::ClaimRequested | WebhookEvent::ClaimStatusChanged | WebhookEvent::RefundCompleted => {
                Scope::ClaimsRead
            }
            WebhookEvent::StockChanged | WebhookEvent::ProductReviewed => Scope::ProductsRead,
            WebhookEvent::SettlementConfirmed | WebhookEvent::PayoutCompleted => Scope::SettlementsRead,
        }
    }

    /// Data as a test event carries it: the same keys, ids that exist nowhere.
    pub fn sample(self) -> Value {
        let (seller, id) = (SellerId(Uuid::nil()), Uuid::nil());
        match self {
            WebhookEvent::OrderPaid => {
                json!({ "seller_id": seller, "purchase_order_id": id, "order_no": "20260101-0000000", "seller_order_id": id, "product_order_ids": [id] })
            }
            WebhookEvent::ProductOrderStatusChanged => {
                json!({ "seller_id": seller, "product_order_id": id, "purchase_order_id": id, "seller_order_id": id, "from_state": "paid", "to_state": "preparing", "cause": "accept", "remaining_quantity": 1 })
            }
            WebhookEvent::DispatchOverdue => {
                json!({ "seller_id": seller, "product_order_id": id, "purchase_order_id": id, "dispatch_due_at": "2026-01-05T14:59:59Z" })
            }
            WebhookEvent::ClaimRequested => {
                json!({ "seller_id": seller, "claim_id": id, "claim_no": "C0000000", "claim_type": "return", "seller_order_id": id, "product_order_ids": [id], "reason_code": "intent_changed", "fault": "buyer" })
            }
            WebhookEvent::ClaimStatusChanged => {
                json!({ "seller_id": seller, "claim_id": id, "claim_type": "return", "seller_order_id": id, "from_state": "requested", "to_state": "approved", "refund_cash": 10000 })
            }
            WebhookEvent::RefundCompleted => {
                json!({ "seller_id": seller, "claim_id": id, "purchase_order_id": id, "product_order_ids": [id], "amount": 10000 })
            }
            WebhookEvent::StockChanged => {
                json!({ "seller_id": seller, "sku_id": id, "product_id": id, "available": 3, "version": 7 })
            }
            WebhookEvent::ProductReviewed => json!({ "seller_id": seller, "product_id": id, "decision": "approved" }),
            WebhookEvent::SettlementConfirmed => {
                json!({ "seller_id": seller, "settlement_id": id, "net_amount": 10000, "payout_amount": 10000 })
            }
            WebhookEvent::PayoutCompleted => {
                json!({ "seller_id": seller, "payout_id": id, "settlement_id": id, "amount": 10000 })
            }
        }
    }
}

/// One seller's part of an event.
#[derive(Debug, Clone)]
pub struct Part {
    /// Travels as webhook-id: the event's own id, or one derived per seller when it concerns several.
    pub id: Uuid,
    pub event: WebhookEvent,
    pub seller_id: SellerId,
    /// The row it is about.
    pub object_id: Uuid,
    /// As it is signed and sent.
    pub body: String,
}

/// The text of an event.
pub fn body(event: WebhookEvent, at: chrono::DateTime<chrono::Utc>, data: &Value, test: bool) -> Result<String, Fault> {
    let mut body = json!({ "type": event, "timestamp": at, "data": data });
    if test {
        body["test"] = json!(true);
    }
    serde_json::to_string(&body).map_err(Fault::internal)
}

/// The parts of a domain event; empty when partners are not told.
pub fn parts(envelope: &Envelope) -> Result<Vec<Part>, Fault> {
    let Ok(event) = envelope.event.parse::<WebhookEvent>() else { return Ok(Vec::new()) };
    let data = data(event, envelope)?;
    let alone = data.len() == 1;
    data.into_iter()
        .map(|(seller_id, object_id, data)| {
            let id = if alone { envelope.id } else { Uuid::new_v5(&envelope.id, seller_id.0.as_bytes()) };
            Ok(Part { id, event, seller_id, object_id, body: body(event, envelope.occurred_at, &data, false)? })
        })
        .collect()
}

type Data = (SellerId, Uuid, Value);

fn read<E: DomainEvent>(envelope: &Envelope) -> Result<E, Fault> {
    serde_json::from_value(envelope.payload.clone()).map_err(Fault::internal)
}

fn data(event: WebhookEvent, envelope: &Envelope) -> Result<Vec<Data>, Fault> {
    Ok(match event {
        WebhookEvent::OrderPaid => {
            let e: events::OrderPaid = read(envelope)?;
            let part = |s: events::PaidSellerOrder| {
                let data = json!({ "seller_id": s.seller_id, "purchase_order_id": e.purchase_order_id, "order_no": e.order_no,
                    "seller_order_id": s.seller_order_id, "product_order_ids": s.product_order_ids });
                (s.seller_id, s.seller_order_id.0, data)
            };
            e.seller_orders.clone().into_iter().map(part).collect()
        }
        WebhookEvent::ProductOrderStatusChanged => {
            let e: events::ProductOrderStatusChanged = read(envelope)?;
            let data = json!({ "seller_id": e.seller_id, "product_order_id": e.product_order_id, "purchase_order_id": e.purchase_order_id,
                "seller_order_id": e.seller_order_id, "from_state": e.from_state, "to_state": e.to_state, "cause": e.cause,
                "remaining_quantity": e.remaining_quantity });
            vec![(e.seller_id, e.product_order_id.0, data)]
        }
        WebhookEvent::DispatchOverdue => {
            let e: events::DispatchOverdue = read(envelope)?;
            let data = json!({ "seller_id": e.seller_id, "product_order_id": e.product_order_id, "purchase_order_id": e.purchase_order_id,
                "dispatch_due_at": e.dispatch_due_at });
            vec![(e.seller_id, e.product_order_id.0, data)]
        }
        WebhookEvent::ClaimRequested => {
            let e: events::ClaimRequested = read(envelope)?;
            let data = json!({ "seller_id": e.seller_id, "claim_id": e.claim_id, "claim_no": e.claim_no, "claim_type": e.claim_type,
                "seller_order_id": e.seller_order_id, "product_order_ids": e.product_order_ids, "reason_code": e.reason_code, "fault": e.fault });
            vec![(e.seller_id, e.claim_id.0, data)]
        }
        WebhookEvent::ClaimStatusChanged => {
            let e: events::ClaimStatusChanged = read(envelope)?;
            let data = json!({ "seller_id": e.seller_id, "claim_id": e.claim_id, "claim_type": e.claim_type, "seller_order_id": e.seller_order_id,
                "from_state": e.from_state, "to_state": e.to_state, "refund_cash": e.refund_cash });
            vec![(e.seller_id, e.claim_id.0, data)]
        }
        WebhookEvent::RefundCompleted => {
            let e: events::RefundCompleted = read(envelope)?;
            // A refund of a whole unpaid order (a late deposit) is no seller's business.
            let Some(seller_id) = e.seller_id else { return Ok(Vec::new()) };
            let data = json!({ "seller_id": seller_id, "claim_id": e.claim_id, "purchase_order_id": e.purchase_order_id,
                "product_order_ids": e.product_order_ids, "amount": e.amount });
            vec![(seller_id, e.claim_id.map_or(e.purchase_order_id.0, |claim| claim.0), data)]
        }
        WebhookEvent::StockChanged => {
            let e: events::StockChanged = read(envelope)?;
            let data = json!({ "seller_id": e.seller_id, "sku_id": e.sku_id, "product_id": e.product_id, "available": e.available, "version": e.version });
            vec![(e.seller_id, e.sku_id.0, data)]
        }
        WebhookEvent::ProductReviewed => {
            let e: events::ProductReviewed = read(envelope)?;
            let data = json!({ "seller_id": e.seller_id, "product_id": e.product_id, "decision": e.decision });
            vec![(e.seller_id, e.product_id.0, data)]
        }
        WebhookEvent::SettlementConfirmed => {
            let e: events::SettlementConfirmed = read(envelope)?;
            let data = json!({ "seller_id": e.seller_id, "settlement_id": e.settlement_id, "net_amount": e.net_amount, "payout_amount": e.payout_amount });
            vec![(e.seller_id, e.settlement_id.0, data)]
        }
        WebhookEvent::PayoutCompleted => {
            let e: events::PayoutCompleted = read(envelope)?;
            let data = json!({ "seller_id": e.seller_id, "payout_id": e.payout_id, "settlement_id": e.settlement_id, "amount": e.amount });
            vec![(e.seller_id, e.payout_id.0, data)]
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use events::PaidSellerOrder;

    fn paid(sellers: usize) -> Envelope {
        let seller_order = |_| PaidSellerOrder {
            seller_order_id: SellerOrderId::new(),
            seller_id: SellerId::new(),
            product_order_ids: vec![ProductOrderId::new()],
        };
        let event = events::OrderPaid {
            purchase_order_id: PurchaseOrderId::new(),
            order_no: "20260101-0000001".into(),
            user_id: UserId::new(),
            payment_id: PaymentId::new(),
            payment_transaction_id: PaymentTransactionId::new(),
            method: "card".into(),
            total_payable: Money::won(10_000),
            seller_orders: (0..sellers).map(seller_order).collect(),
        };
        Envelope {
            id: EventId::new().0,
            event: events::OrderPaid::NAME.into(),
            occurred_at: Clock::default().now().0,
            trace_id: "t".into(),
            payload: serde_json::to_value(event).unwrap(),
        }
    }

    #[test]
    fn each_seller_gets_its_part_and_nobody_the_buyer() {
        let alone = paid(1);
        assert_eq!(parts(&alone).unwrap()[0].id, alone.id);
        let shared = paid(2);
        let found = parts(&shared).unwrap();
        assert_eq!(found.len(), 2);
        assert_ne!(found[0].id, found[1].id);
        assert_eq!(parts(&shared).unwrap()[1].id, found[1].id, "the same at every redelivery");
        for part in &found {
            assert!(part.body.contains(&part.seller_id.to_string()));
            assert!(!part.body.contains("user_id"));
        }
        assert!(!found[0].body.contains(&found[1].seller_id.to_string()));
    }

    #[test]
    fn every_event_that_reaches_the_task_is_known_and_has_a_sample() {
        for event in WebhookEvent::ALL {
            assert!(events::queues::DELIVER_PARTNER_WEBHOOK.consumes.contains(&event.as_str()), "{event}");
            assert!(event.sample().get("seller_id").is_some(), "{event}");
        }
        assert_eq!(events::queues::DELIVER_PARTNER_WEBHOOK.consumes.len(), WebhookEvent::ALL.len() + 1);
    }
}
