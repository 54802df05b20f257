//! Billing keys (자동결제): a card saved once and charged without a window.
//!
//! The registration window is a control call that answers an authKey; `POST /v1/billing/authorizations/issue` exchanges
//! it, once and with the same customerKey, for a billing key; `POST /v1/billing/{billingKey}` charges it and answers a
//! DONE payment of type BILLING. A charge sends **no** webhook. `DELETE /v1/billing/{billingKey}` forgets the card;
//! a deletion by the card company (control call) sends BILLING_DELETED.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::book::{Book, Entry, digits, token};
use super::confirm::approve;
use super::errors::TossError;
use super::outbox::Topic;
use super::payment::{Kind, Method};
use super::window::is_order_id;
use crate::clock::{Stamp, as_iso, iso_micros};

#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct BillingKey {
    pub m_id: String,
    pub customer_key: String,
    pub billing_key: String,
    pub method: Method,
    #[serde(serialize_with = "as_iso")]
    pub authenticated_at: Stamp,
    pub card_company: &'static str,
    pub card_number: String,
    pub card: Value,
    #[serde(skip)]
    pub removed: bool,
    /// Charges are refused with this code.
    #[serde(skip)]
    pub refuse: Option<String>,
}

/// The customer registers a card in the window.
pub(super) fn authorize(book: &mut Book, customer_key: &str) -> Value {
    let auth_key = token("bln_", 24);
    book.auth_keys.insert(auth_key.clone(), customer_key.to_owned());
    json!({"customerKey": customer_key, "authKey": auth_key})
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Issue {
    auth_key: String,
    customer_key: String,
}

pub(super) fn issue(book: &mut Book, ask: &Issue, now: Stamp) -> Result<Value, TossError> {
    match book.auth_keys.get(&ask.auth_key) {
        None => return Err(TossError::of("INVALID_BILL_KEY_REQUEST")),
        Some(customer) if *customer != ask.customer_key => return Err(TossError::of("NOT_MATCHES_CUSTOMER_KEY")),
        Some(_) => book.auth_keys.remove(&ask.auth_key),
    };
    let number = format!("43301234****{}*", digits(3));
    let key = BillingKey {
        m_id: book.m_id.clone(),
        customer_key: ask.customer_key.clone(),
        billing_key: token("billing_", 32),
        method: Method::Card,
        authenticated_at: now,
        card_company: "현대",
        card: json!({
            "issuerCode": "61", "acquirerCode": "31", "number": number, "cardType": "신용", "ownerType": "개인",
        }),
        card_number: number,
        removed: false,
        refuse: None,
    };
    let shown = json!(key);
    book.billing_keys.push(key);
    Ok(shown)
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Charge {
    customer_key: String,
    amount: i64,
    order_id: String,
    order_name: String,
    #[serde(default)]
    card_installment_plan: u32,
}

pub(super) fn charge(book: &mut Book, billing_key: &str, ask: &Charge, now: Stamp) -> Result<usize, TossError> {
    let key = find(book, billing_key)?;
    if key.removed {
        return Err(TossError::of("ALREADY_REMOVED_BILLING_KEY"));
    }
    if key.customer_key != ask.customer_key {
        return Err(TossError::of("NOT_MATCHES_CUSTOMER_KEY"));
    }
    if let Some(code) = &key.refuse {
        return Err(TossError::of(code));
    }
    if !is_order_id(&ask.order_id) {
        return Err(TossError::of("INVALID_REQUEST").because("orderId"));
    }
    if ask.amount < super::confirm::minimum(Method::Card) {
        return Err(TossError::of("BELOW_MINIMUM_AMOUNT"));
    }
    if book.is_order_taken(&ask.order_id) {
        return Err(TossError::of("DUPLICATED_ORDER_ID"));
    }
    let mut payment = book.blank(&ask.order_id, &ask.order_name, ask.amount, now);
    payment.kind = Kind::Billing;
    payment.method = Some(Method::Card);
    let at = book.add(Entry {
        payment,
        since: now,
        refuse: None,
        customer_name: String::new(),
        bank_code: String::new(),
        valid_hours: 0,
        easy_pay_provider: String::new(),
        installment_months: ask.card_installment_plan,
        last_cancel_at: None,
    });
    approve(book, at, now);
    Ok(at)
}

/// The merchant deletes the key.
pub(super) fn remove(book: &mut Book, billing_key: &str) -> Result<Value, TossError> {
    let key = find(book, billing_key)?;
    if std::mem::replace(&mut key.removed, true) {
        return Err(TossError::of("ALREADY_REMOVED_BILLING_KEY"));
    }
    Ok(json!({}))
}

/// The card company deletes the key: the merchant hears BILLING_DELETED.
pub(super) fn removed_by_card_company(book: &mut Book, billing_key: &str, now: Stamp) -> Result<(), TossError> {
    find(book, billing_key)?.removed = true;
    let event = json!({
        "eventType": "BILLING_DELETED",
        "createdAt": iso_micros(now),
        "data": {"billingKey": billing_key, "reason": null},
    });
    book.outbox.push(Topic::Payment, "BILLING_DELETED", billing_key, &event, now);
    Ok(())
}

pub(super) fn find<'a>(book: &'a mut Book, billing_key: &str) -> Result<&'a mut BillingKey, TossError> {
    book.billing_keys
        .iter_mut()
        .find(|key| key.billing_key == billing_key)
        .ok_or_else(|| TossError::of("NOT_FOUND_BILLING"))
}
