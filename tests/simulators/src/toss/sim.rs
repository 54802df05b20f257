//! The control methods of a running simulator; each has a `/sim` call of the same effect.

use tokio::task::JoinHandle;

use super::books::{Balance, LedgerLine, MoneyRow, Totals};
use super::errors::TossError;
use super::outbox::{Delivery, Mode, Targets, Travel};
use super::payment::{Payment, Transaction};
use super::payouts::{Payout, PayoutStatus, Settle};
use super::sellers::{Seller, SellerStatus};
use super::window::{self, Redirect, Window};
use super::{Seen, Shared, billing, cancel, cash_receipt, delivery, payouts, sellers, virtual_account};
use crate::clock::SimClock;
use crate::faults::{Fault, FaultKind};
use crate::server::Served;

/// A running Toss simulator; it stops when dropped.
#[derive(Debug)]
pub struct TossSim {
    /// Base URL for the product's client.
    pub url: String,
    /// For Basic authentication.
    pub secret_key: String,
    /// For the payouts' encryption and the webhook signature, 64 hex digits.
    pub security_key: String,
    shared: Shared,
    _served: Served,
    sender: JoinHandle<()>,
}

impl Drop for TossSim {
    fn drop(&mut self) {
        self.sender.abort();
    }
}

impl TossSim {
    pub(super) fn new(shared: Shared, served: Served, sender: JoinHandle<()>) -> Self {
        Self {
            url: served.url.clone(),
            secret_key: shared.config.secret_key.clone(),
            security_key: shared.config.security_key.clone(),
            shared,
            _served: served,
            sender,
        }
    }

    /// The simulator's clock; clone it into other simulators to share one time.
    pub fn clock(&self) -> SimClock {
        self.shared.clock().clone()
    }

    /// Lets so many seconds pass (and due webhooks leave, in auto mode).
    pub fn advance(&self, seconds: i64) {
        self.shared.clock().advance(seconds);
        self.shared.book().outbox.bell.notify_one();
    }

    // --- the customer ---

    /// Plays the payment window.
    pub fn window(&self, window: Window) -> Redirect {
        window::play(&mut self.shared.book(), &window, self.shared.clock().now())
    }

    /// The customer pays into the virtual account of the order.
    pub fn deposit(&self, order_id: &str) -> Result<Payment, TossError> {
        self.deposit_when(order_id, false)
    }

    /// A deposit that was under way when the account expired or was closed.
    pub fn late_deposit(&self, order_id: &str) -> Result<Payment, TossError> {
        self.deposit_when(order_id, true)
    }

    fn deposit_when(&self, order_id: &str, late: bool) -> Result<Payment, TossError> {
        let mut book = self.shared.book();
        let at = virtual_account::deposit(&mut book, order_id, late, self.shared.clock().now())?;
        Ok(book.entries[at].payment.clone())
    }

    /// The bank takes the deposit back.
    pub fn reverse_deposit(&self, order_id: &str) -> Result<Payment, TossError> {
        let mut book = self.shared.book();
        let at = virtual_account::reverse(&mut book, order_id, self.shared.clock().now())?;
        Ok(book.entries[at].payment.clone())
    }

    /// Registers a card in the billing window; answers the authKey.
    pub fn authorize_billing(&self, customer_key: &str) -> String {
        let answer = billing::authorize(&mut self.shared.book(), customer_key);
        answer.get("authKey").and_then(|key| key.as_str()).unwrap_or_default().to_owned()
    }

    /// Charges of this billing key are refused with the code (`None`: accepted again).
    pub fn refuse_billing(&self, billing_key: &str, code: Option<&str>) -> Result<(), TossError> {
        billing::find(&mut self.shared.book(), billing_key)?.refuse = code.map(str::to_owned);
        Ok(())
    }

    /// The card company deletes a billing key: BILLING_DELETED.
    pub fn delete_billing_key(&self, billing_key: &str) -> Result<(), TossError> {
        billing::removed_by_card_company(&mut self.shared.book(), billing_key, self.shared.clock().now())
    }

    // --- the PG's operators and the banks ---

    /// Cancels in the PG's own console, without the merchant's doing.
    pub fn cancel_in_console(&self, payment_key: &str, amount: i64) -> Result<Payment, TossError> {
        let mut book = self.shared.book();
        let at = cancel::from_console(&mut book, payment_key, amount, self.shared.clock().now())?;
        Ok(book.entries[at].payment.clone())
    }

    /// Refunds to this account number are refused (INVALID_REFUND_ACCOUNT_INFO).
    pub fn reject_refund_account(&self, account_number: &str) {
        self.shared.book().bad_refund_accounts.push(account_number.to_owned());
    }

    /// Cancels of one payment closer together than this are FORBIDDEN_CONSECUTIVE_REQUEST.
    pub fn set_cancel_distance(&self, millis: i64) {
        self.shared.book().consecutive_cancel_millis = millis;
    }

    /// The tax office refuses a cash receipt.
    pub fn fail_cash_receipt(&self, receipt_key: &str, code: &str) -> Result<(), TossError> {
        cash_receipt::fail(&mut self.shared.book(), receipt_key, code).map(|_| ())
    }

    /// Changes a seller's state and tells about it.
    pub fn set_seller_status(&self, seller_id: &str, status: SellerStatus) -> Result<(), TossError> {
        sellers::change(&mut self.shared.book(), seller_id, status, self.shared.clock().now()).map(|_| ())
    }

    /// The bank's batch runs: every pending payout becomes COMPLETED; answers their refPayoutIds.
    pub fn complete_payouts(&self) -> Vec<String> {
        self.settle_payouts(&Settle { result: PayoutStatus::Completed, ref_payout_id: None, code: None })
            .unwrap_or_default()
    }

    /// Finishes payouts as ordered.
    pub fn settle_payouts(&self, order: &Settle) -> Result<Vec<String>, TossError> {
        payouts::settle(&mut self.shared.book(), order, self.shared.clock().now())
    }

    /// Pays so much into our payout balance.
    pub fn top_up(&self, won: i64) {
        self.shared.book().ledger.balance.available += won;
    }

    /// All pending sales become available now.
    pub fn release_balance(&self) {
        self.shared.book().ledger.pay_out_until(None);
    }

    // --- faults ---

    /// Plans a fault.
    pub fn fault(&self, fault: Fault) {
        self.shared.faults.plan(fault);
    }

    /// Plans a fault of a kind for the next call of an operation.
    pub fn fail_next(&self, operation: &str, kind: FaultKind) {
        self.fault(Fault::new(operation, kind));
    }

    /// Ends when a call of the operation is held (`HeldCall`, `HeldAnswer`).
    pub async fn held(&self, operation: &str) {
        self.shared.faults.held(operation).await;
    }

    /// Lets every held call go on.
    pub fn release(&self) {
        self.shared.faults.release();
    }

    /// Forgets planned faults.
    pub fn clear_faults(&self) {
        self.shared.faults.clear();
    }

    // --- webhooks ---

    /// Registers the webhook URLs.
    pub fn set_targets(&self, targets: Targets) {
        self.shared.book().outbox.targets = targets;
    }

    /// Manual or automatic sending.
    pub fn set_mode(&self, mode: Mode) {
        self.travel(|travel| travel.mode = mode);
    }

    /// Changes how webhooks travel: `duplicate`, `reorder`, `drop`, `mode`.
    pub fn travel(&self, change: impl FnOnce(&mut Travel)) {
        let mut book = self.shared.book();
        change(&mut book.outbox.travel);
        book.outbox.bell.notify_one();
    }

    /// Sends what is due now; answers what was tried.
    pub async fn flush_webhooks(&self) -> Vec<Delivery> {
        delivery::flush(&self.shared).await
    }

    /// All events so far.
    pub fn webhooks(&self) -> Vec<Delivery> {
        self.shared.book().outbox.deliveries.iter().cloned().collect()
    }

    // --- books ---

    /// Every API request so far.
    pub fn requests(&self) -> Vec<Seen> {
        self.shared.journal()
    }

    /// The payment of an order (the approved one, else the latest).
    pub fn payment_of_order(&self, order_id: &str) -> Option<Payment> {
        let book = self.shared.book();
        book.at_order(order_id).ok().map(|at| book.entries[at].payment.clone())
    }

    pub fn payments(&self) -> Vec<Payment> {
        self.shared.book().entries.iter().map(|entry| entry.payment.clone()).collect()
    }

    pub fn transactions(&self) -> Vec<Transaction> {
        self.shared.book().transactions.clone()
    }

    /// What every payment took and gave back.
    pub fn ledger(&self) -> Vec<LedgerLine> {
        let book = self.shared.book();
        book.entries.iter().map(|entry| book.ledger.line(&entry.payment)).collect()
    }

    pub fn totals(&self) -> Totals {
        Totals::of(&self.ledger())
    }

    /// Movements of money, with fees and payout dates.
    pub fn money_rows(&self) -> Vec<MoneyRow> {
        self.shared.book().ledger.rows.clone()
    }

    pub fn balance(&self) -> Balance {
        self.shared.book().ledger.balance
    }

    pub fn payouts(&self) -> Vec<Payout> {
        self.shared.book().payouts.clone()
    }

    pub fn sellers(&self) -> Vec<Seller> {
        self.shared.book().sellers.clone()
    }
}
