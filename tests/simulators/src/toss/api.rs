//! The provider's API: routes and handlers, each a few lines over the rule it calls.

use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse, Response};
use axum::routing::{delete, get, post};
use axum::{Json, Router, middleware};
use bytes::Bytes;
use http::HeaderMap;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use super::errors::TossError;
use super::{Shared, billing, cancel, cash_receipt, confirm, gate, payouts, reads, secure, sellers, virtual_account};

type Answer = Result<Json<Value>, TossError>;

pub(super) fn router(shared: Shared) -> Router {
    Router::new()
        .route("/v1/payments/confirm", post(confirm_payment))
        .route("/v1/payments/{payment_key}", get(payment))
        .route("/v1/payments/orders/{order_id}", get(payment_of_order))
        .route("/v1/payments/{payment_key}/cancel", post(cancel_payment))
        .route("/v1/virtual-accounts", post(issue_account))
        .route("/v1/transactions", get(transactions))
        .route("/v1/settlements", get(settlements))
        .route("/v1/cash-receipts", post(issue_receipt).get(receipts))
        .route("/v1/cash-receipts/{receipt_key}/cancel", post(cancel_receipt))
        .route("/v1/billing/authorizations/issue", post(issue_billing_key))
        .route("/v1/billing/{billing_key}", post(charge).merge(delete(remove_billing_key)))
        .route("/v2/sellers", post(register_seller))
        .route("/v2/sellers/{id}", get(seller).merge(post(update_seller)))
        .route("/v2/payouts", post(request_payouts))
        .route("/v2/payouts/{id}", get(payout))
        .route("/v2/payouts/{id}/cancel", post(cancel_payout))
        .route("/v2/balances", get(balances))
        .layer(middleware::from_fn_with_state(shared.clone(), gate::gate))
        .with_state(shared)
}

fn parse<T: DeserializeOwned>(body: &Bytes) -> Result<T, TossError> {
    serde_json::from_slice(body).map_err(|error| TossError::of("INVALID_REQUEST").because(error.to_string()))
}

async fn confirm_payment(State(shared): State<Shared>, body: Bytes) -> Answer {
    let ask = parse(&body)?;
    let mut book = shared.book();
    let at = confirm::confirm(&mut book, &ask, shared.clock().now())?;
    Ok(Json(book.show(at)))
}

async fn payment(State(shared): State<Shared>, Path(payment_key): Path<String>) -> Answer {
    let book = shared.book();
    Ok(Json(book.show(book.at(&payment_key)?)))
}

async fn payment_of_order(State(shared): State<Shared>, Path(order_id): Path<String>) -> Answer {
    let book = shared.book();
    Ok(Json(book.show(book.at_order(&order_id)?)))
}

async fn cancel_payment(State(shared): State<Shared>, Path(payment_key): Path<String>, body: Bytes) -> Answer {
    let ask = parse(&body)?;
    let mut book = shared.book();
    let at = cancel::cancel(&mut book, &payment_key, &ask, shared.clock().now())?;
    Ok(Json(book.show(at)))
}

async fn issue_account(State(shared): State<Shared>, body: Bytes) -> Answer {
    let ask = parse(&body)?;
    let mut book = shared.book();
    let at = virtual_account::issue(&mut book, &ask, shared.clock().now())?;
    Ok(Json(book.show(at)))
}

async fn transactions(State(shared): State<Shared>, query: Result<Query<reads::Period>, BadQuery>) -> Answer {
    Ok(Json(reads::transactions(&shared.book(), &asked(query)?)?))
}

async fn settlements(State(shared): State<Shared>, query: Result<Query<reads::SettledPeriod>, BadQuery>) -> Answer {
    Ok(Json(reads::settlements(&shared.book(), &asked(query)?)?))
}

type BadQuery = axum::extract::rejection::QueryRejection;

fn asked<T>(query: Result<Query<T>, BadQuery>) -> Result<T, TossError> {
    query.map(|Query(ask)| ask).map_err(|error| TossError::of("INVALID_REQUEST").because(error.body_text()))
}

async fn issue_receipt(State(shared): State<Shared>, body: Bytes) -> Answer {
    let ask = parse(&body)?;
    Ok(Json(cash_receipt::issue(&mut shared.book(), ask, shared.clock().now())?))
}

async fn receipts(State(shared): State<Shared>, query: Result<Query<cash_receipt::OfDay>, BadQuery>) -> Answer {
    Ok(Json(cash_receipt::of_day(&shared.book(), &asked(query)?)))
}

async fn cancel_receipt(State(shared): State<Shared>, Path(receipt_key): Path<String>, body: Bytes) -> Answer {
    let ask = if body.is_empty() { cash_receipt::AskCancel::default() } else { parse(&body)? };
    Ok(Json(cash_receipt::cancel(&mut shared.book(), &receipt_key, &ask, shared.clock().now())?))
}

async fn issue_billing_key(State(shared): State<Shared>, body: Bytes) -> Answer {
    let ask = parse(&body)?;
    Ok(Json(billing::issue(&mut shared.book(), &ask, shared.clock().now())?))
}

async fn charge(State(shared): State<Shared>, Path(billing_key): Path<String>, body: Bytes) -> Answer {
    let ask = parse(&body)?;
    let mut book = shared.book();
    let at = billing::charge(&mut book, &billing_key, &ask, shared.clock().now())?;
    Ok(Json(book.show(at)))
}

async fn remove_billing_key(State(shared): State<Shared>, Path(billing_key): Path<String>) -> Answer {
    Ok(Json(billing::remove(&mut shared.book(), &billing_key)?))
}

async fn register_seller(State(shared): State<Shared>, headers: HeaderMap, body: Bytes) -> Response {
    let result = secure::open(&shared, &headers, &body).and_then(|ask| sellers::register(&mut shared.book(), ask));
    secure::answer(&shared, &headers, result.map(|seller| ("seller", seller)))
}

async fn update_seller(
    State(shared): State<Shared>,
    Path(id): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let result = secure::open(&shared, &headers, &body).and_then(|ask| sellers::update(&mut shared.book(), &id, ask));
    secure::answer(&shared, &headers, result.map(|seller| ("seller", seller)))
}

async fn seller(State(shared): State<Shared>, Path(id): Path<String>, headers: HeaderMap) -> Response {
    let result = sellers::find(&mut shared.book(), &id).map(|seller| ("seller", seller.show()));
    secure::answer(&shared, &headers, result)
}

async fn request_payouts(State(shared): State<Shared>, headers: HeaderMap, body: Bytes) -> Response {
    let now = shared.clock().now();
    let result =
        secure::open(&shared, &headers, &body).and_then(|asks| payouts::request(&mut shared.book(), asks, now));
    secure::answer(&shared, &headers, result.map(|list| ("payout-list", list)))
}

async fn payout(State(shared): State<Shared>, Path(id): Path<String>, headers: HeaderMap) -> Response {
    let result = payouts::find(&mut shared.book(), &id).map(|payout| ("payout", json!(payout)));
    secure::answer(&shared, &headers, result)
}

async fn cancel_payout(State(shared): State<Shared>, Path(id): Path<String>, headers: HeaderMap) -> Response {
    let result = payouts::cancel(&mut shared.book(), &id).map(|payout| ("payout", payout));
    secure::answer(&shared, &headers, result)
}

async fn balances(State(shared): State<Shared>, headers: HeaderMap) -> Response {
    let balance = shared.book().ledger.balance;
    let won = |value: i64| json!({"currency": "KRW", "value": value});
    let body = json!({"pendingAmount": won(balance.pending), "availableAmount": won(balance.available)});
    secure::answer(&shared, &headers, Ok(("balance", body))).into_response()
}
