//! The bank's account holder check (계좌 실명조회): whose account is this?
//!
//! | call | answer |
//! |---|---|
//! | `POST /accounts/holder` `{bankCode, accountNumber}` | `{bankCode, accountNumber, holderName}`; 404 `ACCOUNT_NOT_FOUND`; 409 `ACCOUNT_CLOSED`; 400 `INVALID_ACCOUNT_NUMBER` |
//!
//! Bank codes are the three-digit ones (`088`); two digits are understood. [`DEMO_ACCOUNTS`] are known from the start.
//! Faults: operation `holder`.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use axum::{Json, Router, middleware};
use http::{Method, StatusCode};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tokio::net::TcpListener;

use crate::faults::{self, Fault, FaultKind, Faults};
use crate::server::{Served, bind, serve};

/// (bank, account, holder)
pub const DEMO_ACCOUNTS: [(&str, &str, &str); 8] = [
    ("088", "110123456789", "홍길동"),
    ("004", "12345678901234", "김고객"),
    ("090", "3333011234567", "이순신"),
    ("092", "100012345678", "박판매"),
    ("020", "1002123456789", "(주)드립어패럴"),
    ("011", "3020123456781", "주식회사 한강상사"),
    ("081", "12391012345607", "성수스튜디오"),
    ("003", "01012345678", "최점주"),
];

/// An account as the bank knows it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct BankAccount {
    pub bank_code: String,
    pub account_number: String,
    pub holder_name: String,
    #[serde(default)]
    pub closed: bool,
}

type Accounts = HashMap<(String, String), BankAccount>;

#[derive(Clone, Debug, Default)]
struct Shared {
    accounts: Arc<Mutex<Accounts>>,
    faults: Faults,
}

impl Shared {
    fn accounts(&self) -> MutexGuard<'_, Accounts> {
        self.accounts.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn register(&self, account: BankAccount) {
        let key = (three_digits(&account.bank_code), account.account_number.clone());
        self.accounts().insert(key, account);
    }
}

fn three_digits(bank_code: &str) -> String {
    format!("{bank_code:0>3}")
}

/// Starts the simulator.
#[derive(Debug)]
pub struct Bank;

impl Bank {
    /// On a free port.
    pub async fn start() -> BankSim {
        Self::serve(bind(0).await)
    }

    /// On a given listener.
    pub fn serve(listener: TcpListener) -> BankSim {
        let shared = Shared::default();
        for (bank_code, account_number, holder_name) in DEMO_ACCOUNTS {
            shared.register(BankAccount {
                bank_code: bank_code.to_owned(),
                account_number: account_number.to_owned(),
                holder_name: holder_name.to_owned(),
                closed: false,
            });
        }
        let faults = shared.faults.clone();
        let router = Router::new()
            .route("/accounts/holder", post(holder))
            .route("/sim/accounts", post(register).get(list))
            .route("/sim/faults", post(plan))
            .layer(middleware::from_fn(move |request, next| faults::layer(faults.clone(), operation, request, next)))
            .with_state(shared.clone());
        let served = serve(listener, router);
        BankSim { url: served.url.clone(), shared, _served: served }
    }
}

/// A running bank; it stops when dropped.
#[derive(Debug)]
pub struct BankSim {
    pub url: String,
    shared: Shared,
    _served: Served,
}

impl BankSim {
    /// Opens an account.
    pub fn account(&self, bank_code: &str, account_number: &str, holder_name: &str) {
        self.shared.register(BankAccount {
            bank_code: bank_code.to_owned(),
            account_number: account_number.to_owned(),
            holder_name: holder_name.to_owned(),
            closed: false,
        });
    }

    /// Closes an account.
    pub fn close(&self, bank_code: &str, account_number: &str) {
        if let Some(account) = self.shared.accounts().get_mut(&(three_digits(bank_code), account_number.to_owned())) {
            account.closed = true;
        }
    }

    /// Plans a fault for `holder`.
    pub fn fault(&self, fault: Fault) {
        self.shared.faults.plan(fault);
    }

    pub fn fail_next(&self, kind: FaultKind) {
        self.fault(Fault::new("holder", kind));
    }
}

fn operation(_: &Method, path: &str) -> Option<&'static str> {
    (path == "/accounts/holder").then_some("holder")
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Question {
    bank_code: String,
    account_number: String,
}

async fn holder(State(shared): State<Shared>, Json(ask): Json<Question>) -> Response {
    let refusal = |status: StatusCode, code: &str| (status, Json(json!({"code": code}))).into_response();
    let number = ask.account_number;
    if number.is_empty() || !number.bytes().all(|b| b.is_ascii_digit()) {
        return refusal(StatusCode::BAD_REQUEST, "INVALID_ACCOUNT_NUMBER");
    }
    match shared.accounts().get(&(three_digits(&ask.bank_code), number)) {
        None => refusal(StatusCode::NOT_FOUND, "ACCOUNT_NOT_FOUND"),
        Some(account) if account.closed => refusal(StatusCode::CONFLICT, "ACCOUNT_CLOSED"),
        Some(account) => Json(json!({
            "bankCode": ask.bank_code,
            "accountNumber": account.account_number,
            "holderName": account.holder_name,
        }))
        .into_response(),
    }
}

async fn register(State(shared): State<Shared>, Json(account): Json<BankAccount>) -> Json<Value> {
    shared.register(account.clone());
    Json(json!(account))
}

async fn list(State(shared): State<Shared>) -> Json<Value> {
    Json(json!(shared.accounts().values().collect::<Vec<_>>()))
}

async fn plan(State(shared): State<Shared>, Json(fault): Json<Fault>) -> Json<Value> {
    shared.faults.plan(fault);
    Json(json!(shared.faults.planned()))
}
