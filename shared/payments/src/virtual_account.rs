//! Virtual accounts (가상계좌): where a customer deposits the amount, and until when.
//!
//! The gateway tells nobody when an account expires and may take a deposit back. A deposit callback carries no signature,
//! only the secret that was issued with the account; its keyed hash is all we keep.

use crate::gateway::{PgPayment, PgVirtualAccount};
use aws_lc_rs::constant_time::verify_slices_are_equal;
use boot::Vault;
use chrono::{DateTime, Utc};
use db::{On, Tx};
use kernel::{Fault, Now, PaymentId};

const SECRET: &str = "toss_deposit_secret";

db::row! {
    /// The account of a payment as it is kept.
    struct AccountRow {
        payment_id: PaymentId,
        bank_code: String,
        account_no_enc: Vec<u8>,
        depositor_name: Option<String>,
        due_at: DateTime<Utc>,
        deposited_at: Option<DateTime<Utc>>,
        deposit_reversed_at: Option<DateTime<Utc>>,
        refund_state: String,
    }
}

/// The account of a payment.
#[derive(Clone)]
pub struct VirtualAccount {
    pub payment_id: PaymentId,
    pub bank_code: String,
    pub account_no: String,
    pub depositor_name: Option<String>,
    pub due_at: DateTime<Utc>,
    pub deposited_at: Option<DateTime<Utc>>,
    pub deposit_reversed_at: Option<DateTime<Utc>>,
    /// `none`, `pending`, `failed`, `partial_failed`, `completed`.
    pub refund_state: String,
}

db::statements! {
    static OPEN: (PaymentId, String, Vec<u8>, Option<String>, DateTime<Utc>, Vec<u8>) => () =
        "insert into virtual_accounts (payment_id, bank_code, account_no_enc, depositor_name, due_at, secret_hash)
         values ($1, $2, $3, $4, $5, $6) on conflict (payment_id) do nothing";
    static DEPOSITED: (PaymentId, Now) => () =
        "update virtual_accounts set deposited_at = $2, deposit_reversed_at = null where payment_id = $1";
    static REVERSED: (PaymentId, Now) => () =
        "update virtual_accounts set deposited_at = null, deposit_reversed_at = $2 where payment_id = $1";
    static REFUND_STATE: (PaymentId, String) => () = "update virtual_accounts set refund_state = $2 where payment_id = $1";
    static OF_PAYMENT: (PaymentId,) => AccountRow =
        "select payment_id, bank_code, account_no_enc, depositor_name, due_at, deposited_at, deposit_reversed_at, refund_state
         from virtual_accounts where payment_id = $1";
    static REVERSED_AT: (PaymentId,) => (Option<DateTime<Utc>>,) = "select deposit_reversed_at from virtual_accounts where payment_id = $1";
    static SECRET_OF: (String,) => (Vec<u8>,) =
        "select v.secret_hash from virtual_accounts v join payments p on p.id = v.payment_id where p.pg_order_id = $1";
}

/// Keeps the account the gateway opened; again with the same payment, nothing changes.
pub(crate) async fn open(
    tx: &Tx,
    vault: &Vault,
    payment_id: PaymentId,
    pg: &PgPayment,
) -> Result<PgVirtualAccount, Fault> {
    let account =
        pg.virtual_account.clone().ok_or_else(|| Fault::internal("a deposit is awaited without an account"))?;
    let secret = pg.secret.as_deref().ok_or_else(|| Fault::internal("a virtual account without its secret"))?;
    let params = (
        payment_id,
        account.bank_code.clone(),
        vault.seal(&account.account_no)?,
        // A name would be personal data in the clear; the screen says the customer's own.
        None,
        account.due_at,
        vault.hash(SECRET, secret)?,
    );
    OPEN.run(tx, params).await?;
    Ok(account)
}

pub(crate) async fn deposited(tx: &Tx, payment_id: PaymentId, now: Now) -> Result<(), Fault> {
    DEPOSITED.run(tx, (payment_id, now)).await
}

pub(crate) async fn reversed(tx: &Tx, payment_id: PaymentId, now: Now) -> Result<(), Fault> {
    REVERSED.run(tx, (payment_id, now)).await
}

/// Whether the bank took the account's last deposit back.
pub async fn was_reversed(on: &impl On, payment_id: PaymentId) -> Result<bool, Fault> {
    Ok(REVERSED_AT.opt(on, (payment_id,)).await?.is_some_and(|(at,)| at.is_some()))
}

/// Follows what the gateway says of the transfer back.
pub(crate) async fn refunding(tx: &Tx, payment_id: PaymentId, account: &PgVirtualAccount) -> Result<(), Fault> {
    match account.refund_status.as_deref().map(str::to_ascii_lowercase) {
        Some(state) if ["none", "pending", "failed", "partial_failed", "completed"].contains(&state.as_str()) => {
            REFUND_STATE.run(tx, (payment_id, state)).await
        }
        _ => Ok(()),
    }
}

/// The account of a payment, its number readable.
pub async fn of_payment(on: &impl On, vault: &Vault, payment_id: PaymentId) -> Result<Option<VirtualAccount>, Fault> {
    let Some(row) = OF_PAYMENT.opt(on, (payment_id,)).await? else { return Ok(None) };
    Ok(Some(VirtualAccount {
        payment_id: row.payment_id,
        bank_code: row.bank_code,
        account_no: vault.open(&row.account_no_enc)?,
        depositor_name: row.depositor_name,
        due_at: row.due_at,
        deposited_at: row.deposited_at,
        deposit_reversed_at: row.deposit_reversed_at,
        refund_state: row.refund_state,
    }))
}

/// Whether a deposit callback carries the secret of its account. None: we have no account for that order number.
pub async fn secret_matches(
    on: &impl On,
    vault: &Vault,
    pg_order_id: &str,
    secret: &str,
) -> Result<Option<bool>, Fault> {
    let Some((expected,)) = SECRET_OF.opt(on, (pg_order_id.to_owned(),)).await? else { return Ok(None) };
    let given = vault.hash(SECRET, secret)?;
    Ok(Some(verify_slices_are_equal(&expected, &given).is_ok()))
}
