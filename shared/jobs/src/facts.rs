//! Numbers of the business, read off the events as they go out: whatever path an order took to be paid, its event is one.
//!
//! Context: a payment is captured by a confirm, a webhook, a deposit or the minute's round, a refund by three tasks.
//! Decision: the relay counts what it has published. Rejected: counting in each of them, before a commit that may fail.
//! Consequence: an event that is sent twice, because a relay died between sending and saying so, is counted once all the
//! same, as only what was marked is counted; one whose relay died after marking is not counted. The books know better.

use events::Envelope;

/// Writes the metrics of these events.
pub(crate) fn tell<'a>(events: impl Iterator<Item = &'a Envelope>) {
    for (name, unit, value) in events.flat_map(of) {
        boot::metrics::business(name, unit, value);
    }
}

/// Name, unit and value of each metric an event moves.
fn of(event: &Envelope) -> Vec<(&'static str, &'static str, f64)> {
    let won = |field: &str| event.payload.get(field).and_then(serde_json::Value::as_f64).unwrap_or_default();
    match event.event.as_str() {
        "order.paid" => vec![("OrdersPaid", "Count", 1.0), ("PaidWon", "None", won("total_payable"))],
        "refund.completed" => vec![("Refunds", "Count", 1.0), ("RefundedWon", "None", won("amount"))],
        "payout.completed" => vec![("PaidOutWon", "None", won("amount"))],
        // Every line of an order that nobody paid in time gives its pieces back.
        "product_order.status_changed" if event.payload.get("cause").is_some_and(|cause| cause == "expiry") => {
            vec![("ReservationsExpired", "Count", 1.0)]
        }
        _ => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn event(name: &str, payload: serde_json::Value) -> Envelope {
        let at = chrono::DateTime::UNIX_EPOCH;
        Envelope { id: uuid::Uuid::nil(), event: name.to_owned(), occurred_at: at, trace_id: "t".to_owned(), payload }
    }

    #[test]
    fn events_move_the_numbers_of_the_business() {
        let paid = of(&event("order.paid", json!({ "total_payable": 91_940 })));
        assert_eq!(paid, [("OrdersPaid", "Count", 1.0), ("PaidWon", "None", 91_940.0)]);
        let back = of(&event("refund.completed", json!({ "amount": 30_000 })));
        assert_eq!(back[1], ("RefundedWon", "None", 30_000.0));
        let line = |cause: &str| of(&event("product_order.status_changed", json!({ "cause": cause })));
        assert_eq!(line("expiry"), [("ReservationsExpired", "Count", 1.0)]);
        assert!(line("call_off").is_empty() && of(&event("stock.changed", json!({}))).is_empty());
    }
}
