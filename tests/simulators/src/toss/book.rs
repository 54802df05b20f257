//! What the PG knows: payments, transactions, money, sellers, payouts, and the events it still has to tell.

use std::collections::HashMap;

use chrono::Duration;
use serde_json::{Value, json};

use super::billing::BillingKey;
use super::books::Ledger;
use super::cash_receipt::CashReceipt;
use super::errors::{Failure, TossError};
use super::outbox::{Outbox, Topic};
use super::payment::{API_VERSION, Cancel, Kind, Method, Payment, Status, Transaction};
use super::payouts::Payout;
use super::sellers::Seller;
use crate::clock::{Stamp, iso_micros};

/// A window stays open half an hour.
pub const WINDOW: Duration = Duration::minutes(30);
/// An authenticated payment waits ten minutes for its confirm.
pub const CONFIRM: Duration = Duration::minutes(10);

/// A payment and what the API does not show of it.
#[derive(Clone, Debug)]
pub struct Entry {
    pub payment: Payment,
    /// When the window opened (READY) or the customer authenticated (IN_PROGRESS).
    pub since: Stamp,
    /// The confirm will be refused with this code.
    pub refuse: Option<String>,
    pub customer_name: String,
    pub bank_code: String,
    pub valid_hours: i64,
    pub easy_pay_provider: String,
    pub installment_months: u32,
    pub last_cancel_at: Option<Stamp>,
}

/// The PG's state behind one lock.
#[derive(Debug)]
pub struct Book {
    pub m_id: String,
    pub base_url: String,
    pub entries: Vec<Entry>,
    by_key: HashMap<String, usize>,
    pub transactions: Vec<Transaction>,
    pub ledger: Ledger,
    pub outbox: Outbox,
    pub sellers: Vec<Seller>,
    pub payouts: Vec<Payout>,
    pub used_nonces: std::collections::HashSet<String>,
    pub bad_refund_accounts: Vec<String>,
    pub consecutive_cancel_millis: i64,
    pub cash_receipts: Vec<CashReceipt>,
    pub billing_keys: Vec<BillingKey>,
    pub auth_keys: HashMap<String, String>,
}

impl Book {
    pub fn new(m_id: String, base_url: String, outbox: Outbox) -> Self {
        Self {
            m_id,
            base_url,
            entries: Vec::new(),
            by_key: HashMap::new(),
            transactions: Vec::new(),
            ledger: Ledger::default(),
            outbox,
            sellers: Vec::new(),
            payouts: Vec::new(),
            used_nonces: std::collections::HashSet::new(),
            bad_refund_accounts: Vec::new(),
            consecutive_cancel_millis: 0,
            cash_receipts: Vec::new(),
            billing_keys: Vec::new(),
            auth_keys: HashMap::new(),
        }
    }

    /// A payment nobody has paid yet.
    pub fn blank(&self, order_id: &str, order_name: &str, amount: i64, now: Stamp) -> Payment {
        let payment_key = token(&format!("{}{}", short(&self.m_id), now.format("%Y%m%d%H%M%S")), 10);
        let mut payment = Payment {
            m_id: self.m_id.clone(),
            version: API_VERSION,
            last_transaction_key: None,
            order_id: order_id.to_owned(),
            order_name: order_name.to_owned(),
            kind: Kind::Normal,
            currency: "KRW",
            country: "KR",
            method: None,
            status: Status::Ready,
            requested_at: now,
            approved_at: None,
            total_amount: amount,
            balance_amount: amount,
            supplied_amount: 0,
            vat: 0,
            tax_free_amount: 0,
            tax_exemption_amount: 0,
            use_escrow: false,
            culture_expense: false,
            is_partial_cancelable: true,
            cancels: None,
            card: None,
            virtual_account: None,
            secret: None,
            easy_pay: None,
            transfer: None,
            mobile_phone: None,
            gift_certificate: None,
            cash_receipt: None,
            cash_receipts: None,
            discount: None,
            failure: None,
            receipt: None,
            checkout: Some(super::payment::Link {
                url: format!("{}/v1/payments/{payment_key}/checkout", self.base_url),
            }),
            metadata: None,
            payment_key,
        };
        payment.rebalance(amount);
        payment
    }

    pub fn add(&mut self, entry: Entry) -> usize {
        let at = self.entries.len();
        self.by_key.insert(entry.payment.payment_key.clone(), at);
        self.entries.push(entry);
        at
    }

    pub fn at(&self, payment_key: &str) -> Result<usize, TossError> {
        self.by_key.get(payment_key).copied().ok_or_else(|| TossError::of("NOT_FOUND_PAYMENT"))
    }

    /// The payment of an order: the approved one, else the latest attempt.
    pub fn at_order(&self, order_id: &str) -> Result<usize, TossError> {
        let of_order = |entry: &&Entry| entry.payment.order_id == order_id;
        let newest = self.entries.iter().rposition(|entry| of_order(&entry));
        let approved = self.entries.iter().rposition(|entry| of_order(&entry) && approved(entry.payment.status));
        approved.or(newest).ok_or_else(|| TossError::of("NOT_FOUND_PAYMENT"))
    }

    /// Has this order number been approved before?
    pub fn is_order_taken(&self, order_id: &str) -> bool {
        self.entries.iter().any(|entry| entry.payment.order_id == order_id && approved(entry.payment.status))
    }

    /// Lets time do its work: windows and unconfirmed payments expire (with an event), virtual accounts pass their
    /// due date (without one: the state stays WAITING_FOR_DEPOSIT), money becomes payable, receipts are accepted.
    pub fn tick(&mut self, now: Stamp) {
        for at in 0..self.entries.len() {
            let entry = &mut self.entries[at];
            let late = match entry.payment.status {
                Status::Ready => now > entry.since + WINDOW,
                Status::InProgress => now > entry.since + CONFIRM,
                _ => false,
            };
            if let Some(account) = entry.payment.virtual_account.as_mut() {
                account.expired = entry.payment.status == Status::WaitingForDeposit && now > account.due_date;
            }
            if late {
                entry.payment.status = Status::Expired;
                entry.payment.failure =
                    Some(Failure { code: "EXPIRED_PAYMENT".into(), message: "결제가 만료됨".into() });
                self.tell(at, now);
            }
        }
        self.ledger.pay_out_until(Some(now.date_naive()));
        for receipt in &mut self.cash_receipts {
            receipt.mature(now);
        }
    }

    /// A transaction of the payment; it becomes the last one.
    pub fn transact(&mut self, at: usize, status: Status, amount: i64, now: Stamp) -> String {
        let key = token("txrd_a", 26);
        let payment = &mut self.entries[at].payment;
        payment.last_transaction_key = Some(key.clone());
        if let Some(method) = payment.method {
            self.transactions.push(Transaction {
                m_id: payment.m_id.clone(),
                transaction_key: key.clone(),
                payment_key: payment.payment_key.clone(),
                order_id: payment.order_id.clone(),
                currency: "KRW",
                method,
                customer_key: None,
                use_escrow: payment.use_escrow,
                receipt_url: payment.receipt.as_ref().map(|link| link.url.clone()),
                status,
                amount,
                transaction_at: now,
            });
        }
        key
    }

    /// Writes a movement of money into the books.
    pub fn post(&mut self, at: usize, key: &str, amount: i64, now: Stamp, cancel: Option<Cancel>) {
        self.ledger.post(&self.entries[at].payment, key, amount, now.date_naive(), cancel);
    }

    /// Tells the merchant the payment's new state: PAYMENT_STATUS_CHANGED, and for virtual accounts that were opened
    /// DEPOSIT_CALLBACK too (whoever registered both hears it twice). Automatic billing tells nothing.
    pub fn tell(&mut self, at: usize, now: Stamp) {
        let payment = &self.entries[at].payment;
        if payment.kind == Kind::Billing {
            return;
        }
        let status = json!({
            "eventType": "PAYMENT_STATUS_CHANGED",
            "createdAt": iso_micros(now),
            "data": payment,
        });
        let opened = payment.method == Some(Method::VirtualAccount) && payment.virtual_account.is_some();
        let deposit = opened.then(|| {
            json!({
                "createdAt": iso_micros(now),
                "secret": payment.secret,
                "status": payment.status,
                "transactionKey": payment.last_transaction_key,
                "orderId": payment.order_id,
            })
        });
        let order_id = payment.order_id.clone();
        self.outbox.push(Topic::Payment, "PAYMENT_STATUS_CHANGED", &order_id, &status, now);
        if let Some(deposit) = deposit {
            self.outbox.push(Topic::Deposit, "DEPOSIT_CALLBACK", &order_id, &deposit, now);
        }
    }

    pub fn show(&self, at: usize) -> Value {
        json!(self.entries[at].payment)
    }
}

fn approved(status: Status) -> bool {
    matches!(status, Status::Done | Status::WaitingForDeposit | Status::Canceled | Status::PartialCanceled)
}

fn short(m_id: &str) -> String {
    m_id.chars().take(5).collect()
}

/// An unguessable name: the prefix and so many hex digits (at most 32).
pub fn token(prefix: &str, digits: usize) -> String {
    let random = uuid::Uuid::new_v4().simple().to_string();
    format!("{prefix}{}", random.get(..digits).unwrap_or(&random))
}

/// So many random decimal digits.
pub fn digits(count: usize) -> String {
    let mut random = uuid::Uuid::new_v4().as_u128();
    let mut text = String::with_capacity(count);
    for _ in 0..count {
        text.push(char::from(b'0' + u8::try_from(random % 10).unwrap_or(0)));
        random /= 10;
    }
    text
}
