//! The `/sim` calls: the same control as [`super::TossSim`], for people and for tests in another process.

use axum::extract::{Path, State};
use axum::routing::{get, post};
use axum::{Json, Router};
use serde::Deserialize;
use serde_json::{Value, json};

use super::books::Totals;
use super::errors::TossError;
use super::outbox::{Mode, Targets};
use super::payouts::Settle;
use super::sellers::SellerStatus;
use super::window::Window;
use super::{Shared, billing, cancel, cash_receipt, delivery, payouts, sellers, virtual_account, window};
use crate::faults::Fault;

type Answer = Result<Json<Value>, TossError>;

pub(super) fn router(shared: Shared) -> Router {
    Router::new()
        .route("/sim/window", post(play_window))
        .route("/sim/clock", get(clock).post(set_clock))
        .route("/sim/deposits", post(deposit))
        .route("/sim/deposits/reverse", post(reverse))
        .route("/sim/billing-window", post(billing_window))
        .route("/sim/billing-keys/{key}", post(billing_key))
        .route("/sim/payments/{payment_key}/cancel", post(console_cancel))
        .route("/sim/cancels", post(cancels))
        .route("/sim/cash-receipts/{key}/fail", post(fail_receipt))
        .route("/sim/sellers/{id}/status", post(seller_status))
        .route("/sim/payouts/settle", post(settle))
        .route("/sim/balances", post(balances))
        .route("/sim/faults", get(faults).post(plan).delete(forget))
        .route("/sim/faults/release", post(release))
        .route("/sim/webhooks", get(webhooks))
        .route("/sim/webhooks/targets", post(targets))
        .route("/sim/webhooks/mode", post(mode))
        .route("/sim/webhooks/flush", post(flush))
        .route("/sim/requests", get(requests))
        .route("/sim/books", get(books))
        .with_state(shared)
}

async fn play_window(State(shared): State<Shared>, Json(ask): Json<Window>) -> Json<Value> {
    Json(json!(window::play(&mut shared.book(), &ask, shared.clock().now())))
}

async fn clock(State(shared): State<Shared>) -> Json<Value> {
    let clock = shared.clock();
    Json(json!({"now": crate::clock::iso(clock.now()), "offset_seconds": clock.offset()}))
}

#[derive(Deserialize)]
struct SetClock {
    #[serde(default)]
    offset_seconds: Option<i64>,
    #[serde(default)]
    advance_seconds: i64,
}

async fn set_clock(State(shared): State<Shared>, Json(ask): Json<SetClock>) -> Json<Value> {
    if let Some(offset) = ask.offset_seconds {
        shared.clock().set_offset(offset);
    }
    shared.clock().advance(ask.advance_seconds);
    shared.book().outbox.bell.notify_one();
    clock(State(shared)).await
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct OfOrder {
    order_id: String,
    #[serde(default)]
    late: bool,
}

async fn deposit(State(shared): State<Shared>, Json(ask): Json<OfOrder>) -> Answer {
    let mut book = shared.book();
    let at = virtual_account::deposit(&mut book, &ask.order_id, ask.late, shared.clock().now())?;
    Ok(Json(book.show(at)))
}

async fn reverse(State(shared): State<Shared>, Json(ask): Json<OfOrder>) -> Answer {
    let mut book = shared.book();
    let at = virtual_account::reverse(&mut book, &ask.order_id, shared.clock().now())?;
    Ok(Json(book.show(at)))
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct OfCustomer {
    customer_key: String,
}

async fn billing_window(State(shared): State<Shared>, Json(ask): Json<OfCustomer>) -> Json<Value> {
    Json(billing::authorize(&mut shared.book(), &ask.customer_key))
}

#[derive(Deserialize)]
struct ChangeBillingKey {
    #[serde(default)]
    refuse: Option<String>,
    #[serde(default)]
    deleted: bool,
}

async fn billing_key(
    State(shared): State<Shared>,
    Path(key): Path<String>,
    Json(ask): Json<ChangeBillingKey>,
) -> Answer {
    let mut book = shared.book();
    billing::find(&mut book, &key)?.refuse = ask.refuse;
    if ask.deleted {
        billing::removed_by_card_company(&mut book, &key, shared.clock().now())?;
    }
    Ok(Json(json!({})))
}

#[derive(Deserialize)]
struct Amount {
    amount: i64,
}

async fn console_cancel(
    State(shared): State<Shared>,
    Path(payment_key): Path<String>,
    Json(ask): Json<Amount>,
) -> Answer {
    let mut book = shared.book();
    let at = cancel::from_console(&mut book, &payment_key, ask.amount, shared.clock().now())?;
    Ok(Json(book.show(at)))
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Cancels {
    #[serde(default)]
    distance_millis: Option<i64>,
    #[serde(default)]
    reject_account: Option<String>,
}

async fn cancels(State(shared): State<Shared>, Json(ask): Json<Cancels>) -> Json<Value> {
    let mut book = shared.book();
    if let Some(millis) = ask.distance_millis {
        book.consecutive_cancel_millis = millis;
    }
    book.bad_refund_accounts.extend(ask.reject_account);
    Json(json!({}))
}

#[derive(Deserialize)]
struct Refusal {
    code: String,
}

async fn fail_receipt(State(shared): State<Shared>, Path(key): Path<String>, Json(ask): Json<Refusal>) -> Answer {
    Ok(Json(cash_receipt::fail(&mut shared.book(), &key, &ask.code)?))
}

#[derive(Deserialize)]
struct SetStatus {
    status: SellerStatus,
}

async fn seller_status(State(shared): State<Shared>, Path(id): Path<String>, Json(ask): Json<SetStatus>) -> Answer {
    Ok(Json(sellers::change(&mut shared.book(), &id, ask.status, shared.clock().now())?))
}

async fn settle(State(shared): State<Shared>, Json(ask): Json<Settle>) -> Answer {
    Ok(Json(json!({"settled": payouts::settle(&mut shared.book(), &ask, shared.clock().now())?})))
}

#[derive(Deserialize)]
struct ChangeBalance {
    #[serde(default)]
    top_up: i64,
    #[serde(default)]
    release: bool,
}

async fn balances(State(shared): State<Shared>, Json(ask): Json<ChangeBalance>) -> Json<Value> {
    let mut book = shared.book();
    book.ledger.balance.available += ask.top_up;
    if ask.release {
        book.ledger.pay_out_until(None);
    }
    Json(json!(book.ledger.balance))
}

async fn faults(State(shared): State<Shared>) -> Json<Value> {
    Json(json!(shared.faults.planned()))
}

async fn plan(State(shared): State<Shared>, Json(fault): Json<Fault>) -> Json<Value> {
    shared.faults.plan(fault);
    faults(State(shared)).await
}

async fn forget(State(shared): State<Shared>) -> Json<Value> {
    shared.faults.clear();
    faults(State(shared)).await
}

async fn release(State(shared): State<Shared>) -> Json<Value> {
    shared.faults.release();
    faults(State(shared)).await
}

async fn webhooks(State(shared): State<Shared>) -> Json<Value> {
    let book = shared.book();
    Json(json!({
        "targets": book.outbox.targets,
        "travel": book.outbox.travel,
        "deliveries": book.outbox.deliveries,
    }))
}

async fn targets(State(shared): State<Shared>, Json(ask): Json<Targets>) -> Json<Value> {
    shared.book().outbox.targets = ask;
    webhooks(State(shared)).await
}

#[derive(Deserialize)]
struct ChangeTravel {
    #[serde(default)]
    mode: Option<Mode>,
    #[serde(default)]
    duplicate: Option<u32>,
    #[serde(default)]
    reorder: Option<bool>,
    #[serde(default)]
    drop: Option<u32>,
}

async fn mode(State(shared): State<Shared>, Json(ask): Json<ChangeTravel>) -> Json<Value> {
    let mut book = shared.book();
    let travel = &mut book.outbox.travel;
    travel.mode = ask.mode.unwrap_or(travel.mode);
    travel.duplicate = ask.duplicate.unwrap_or(travel.duplicate);
    travel.reorder = ask.reorder.unwrap_or(travel.reorder);
    travel.drop = ask.drop.unwrap_or(travel.drop);
    book.outbox.bell.notify_one();
    Json(json!(book.outbox.travel))
}

async fn flush(State(shared): State<Shared>) -> Json<Value> {
    Json(json!({"sent": delivery::flush(&shared).await}))
}

async fn requests(State(shared): State<Shared>) -> Json<Value> {
    Json(json!(shared.journal()))
}

async fn books(State(shared): State<Shared>) -> Json<Value> {
    let book = shared.book();
    let ledger: Vec<_> = book.entries.iter().map(|entry| book.ledger.line(&entry.payment)).collect();
    Json(json!({
        "payments": book.entries.iter().map(|entry| &entry.payment).collect::<Vec<_>>(),
        "transactions": book.transactions,
        "ledger": ledger,
        "totals": Totals::of(&ledger),
        "settlements": book.ledger.rows,
        "balances": book.ledger.balance,
        "payouts": book.payouts,
        "sellers": book.sellers.iter().map(super::sellers::Seller::show).collect::<Vec<_>>(),
        "cashReceipts": book.cash_receipts,
    }))
}
