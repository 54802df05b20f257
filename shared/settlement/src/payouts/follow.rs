//! Following one payout until it ends: it is sent once and asked after from then on. Its own reference makes sending it
//! again harmless, so an answer that got lost is got by asking the same again. No call is made inside a transaction.

use super::Provider;
use super::result::{apply, cancel, fail};
use super::step::{self, PayoutRow};
use crate::payee;
use crate::seller_lock;
use crate::state::PayoutState;
use db::{Db, Tx};
use events::queues::{PROCESS_PAYMENT_WEBHOOK, Queue, SEND_PAYOUT};
use events::{Envelope, PaymentWebhookReceived, PayoutRequested};
use jobs::outbox::Outbox;
use jobs::{Task, TaskError, TaskFuture};
use kernel::*;
use payments::Outcome;
use payments::gateway::{PayoutOrder, PayoutWhen, PgPayout};

/// What the seller reads on the bank statement.
const DESCRIPTION: &str = "드립정산";

db::statements! {
    static HELD: (SellerId, SettlementId) => (bool,) =
        "select exists (select 1 from settlement_holds where seller_id = $1 and released_at is null and (settlement_id is null or settlement_id = $2))";
    static SENT: (PayoutId, Now) => () = "update payouts set sent_at = $2, version = version + 1 where id = $1 and sent_at is null";
    static PAYEE: (SellerId,) => (Option<String>,) = "select pg_seller_id from sellers where id = $1";
    /// Sent a while ago, and the provider has not said how it ended.
    static OPEN: (chrono::DateTime<chrono::Utc>,) => (PayoutId, PayoutBatchId) =
        "select p.id, b.id from payouts p join payout_batches b on b.batch_no = p.batch_no
         where p.state in ('requested', 'in_progress') and p.requested_at < $1 order by p.id limit 1000";
}

/// Task `send_payout`.
pub struct SendPayout {
    pub db: Db,
    pub provider: Provider,
}

impl Task for SendPayout {
    fn queue(&self) -> &'static Queue {
        &SEND_PAYOUT
    }

    fn run<'a>(&'a self, event: &'a Envelope, now: Now) -> TaskFuture<'a> {
        Box::pin(async move {
            let Some(asked) = event.read::<PayoutRequested>() else { return Ok(()) };
            let asked = asked.map_err(|error| TaskError::Poison(error.to_string()))?;
            follow(&self.db, &self.provider, asked.payout_id, now).await
        })
    }
}

/// What the payout provider's webhooks mean: a payout or a seller changed. They are hints; the provider is asked.
pub struct PayoutResult {
    pub db: Db,
    pub provider: Provider,
}

impl Task for PayoutResult {
    fn queue(&self) -> &'static Queue {
        &PROCESS_PAYMENT_WEBHOOK
    }

    fn run<'a>(&'a self, event: &'a Envelope, now: Now) -> TaskFuture<'a> {
        Box::pin(async move {
            let Some(hint) = event.read::<PaymentWebhookReceived>() else { return Ok(()) };
            let hint = hint.map_err(|error| TaskError::Poison(error.to_string()))?;
            if let Some(pg_seller_id) = hint.pg_seller_id {
                return payee::ask_again(&self.db, &self.provider, pg_seller_id).await;
            }
            let Some(reference) = hint.ref_payout_id else { return Ok(()) };
            let conn = self.db.writer().await?;
            // Payouts of other systems under the same contract are none of ours.
            let Some(id) = step::find_by_ref(&conn, reference).await? else { return Ok(()) };
            let sent = step::find(&conn, id).await?.is_some_and(|payout| payout.sent_at.is_some());
            drop(conn);
            if sent { follow(&self.db, &self.provider, id, now).await } else { Ok(()) }
        })
    }
}

/// Sends a payout, or asks how it stands, and writes the answer down.
pub async fn follow(db: &Db, provider: &Provider, id: PayoutId, now: Now) -> Result<(), TaskError> {
    let tx = db.begin().await?;
    let taken = take(&tx, id, now).await?;
    tx.commit().await?;
    let Some((payout, pg_seller_id)) = taken else { return Ok(()) };
    let answer = match &payout.pg_payout_id {
        Some(pg_payout_id) => provider.payout(pg_payout_id).await,
        None => first(provider.request_payouts(&[order(&payout, pg_seller_id, now)], &payout.ref_payout_id).await),
    };
    match answer {
        Outcome::Done(pg) => write(db, id, &pg, now).await,
        Outcome::Unknown { why } => Err(TaskError::RetryAfter { seconds: 60, why }),
        Outcome::Refused { code, .. } if code == "NOT_ENOUGH_AMOUNT" => {
            Err(TaskError::RetryAfter { seconds: 600, why: "the balance at the provider is too low".to_owned() })
        }
        // Something went out under our reference that we do not know: nobody may pay again before people looked.
        Outcome::Refused { code, message } if payout.pg_payout_id.is_some() || code == "DUPLICATED_REQUEST" => {
            Err(TaskError::Poison(format!("payout {id} at the provider: {code} {message}")))
        }
        Outcome::Refused { code, .. } => refuse(db, id, code, now).await,
    }
}

/// Takes a payout in hand; None when it has ended, or a hold came before it was sent.
async fn take(tx: &Tx, id: PayoutId, now: Now) -> Result<Option<(PayoutRow, String)>, TaskError> {
    let payout = locked(tx, id).await?;
    if !matches!(payout.state, PayoutState::Requested | PayoutState::InProgress) {
        return Ok(None);
    }
    if payout.sent_at.is_none() {
        let (held,) = HELD.one(tx, (payout.seller_id, payout.settlement_id)).await?;
        if held {
            cancel(tx, &payout, None).await?;
            return Ok(None);
        }
        SENT.run(tx, (id, now)).await?;
    }
    let (payee,) = PAYEE.one(tx, (payout.seller_id,)).await?;
    let payee = payee.ok_or_else(|| TaskError::Poison(format!("the seller of payout {id} is no payee")))?;
    Ok(Some((payout, payee)))
}

async fn locked(tx: &Tx, id: PayoutId) -> Result<PayoutRow, TaskError> {
    let unknown = || TaskError::Poison(format!("no payout {id}"));
    let known = step::find(tx, id).await?.ok_or_else(unknown)?;
    seller_lock::one(tx, known.seller_id).await?;
    step::find(tx, id).await?.ok_or_else(unknown)
}

fn order(payout: &PayoutRow, pg_seller_id: String, now: Now) -> PayoutOrder {
    let ahead = payout.payout_date > now.date();
    PayoutOrder {
        ref_payout_id: payout.ref_payout_id.clone(),
        pg_seller_id,
        amount: payout.amount,
        when: if ahead { PayoutWhen::On(payout.payout_date) } else { PayoutWhen::Express },
        description: DESCRIPTION.to_owned(),
    }
}

fn first(answer: Outcome<Vec<PgPayout>>) -> Outcome<PgPayout> {
    match answer {
        Outcome::Done(all) => match all.into_iter().next() {
            Some(one) => Outcome::Done(one),
            None => Outcome::Unknown { why: "an answer without the payout".to_owned() },
        },
        Outcome::Refused { code, message } => Outcome::Refused { code, message },
        Outcome::Unknown { why } => Outcome::Unknown { why },
    }
}

async fn write(db: &Db, id: PayoutId, pg: &PgPayout, now: Now) -> Result<(), TaskError> {
    let tx = db.begin().await?;
    let payout = locked(&tx, id).await?;
    apply(&tx, &payout, pg, now).await?;
    Ok(tx.commit().await?)
}

async fn refuse(db: &Db, id: PayoutId, code: String, now: Now) -> Result<(), TaskError> {
    tracing::error!(payout_id = %id, code, "the provider refused a payout");
    let tx = db.begin().await?;
    let payout = locked(&tx, id).await?;
    if payout.state == PayoutState::Requested {
        fail(&tx, &payout, None, code, now).await?;
    }
    Ok(tx.commit().await?)
}

/// Takes transfers back that the provider has not made yet, after what they pay for was held or called off. What cannot
/// be taken back goes its way.
pub async fn recall(db: &Db, provider: &Provider, ids: Vec<PayoutId>, now: Now) -> Result<(), Fault> {
    for id in ids {
        let Some(payout) = step::find(&db.writer().await?, id).await? else { continue };
        let Some(pg_payout_id) = payout.pg_payout_id.filter(|_| payout.state == PayoutState::Requested) else {
            continue;
        };
        match provider.cancel_payout(&pg_payout_id, &format!("recall-{id}")).await {
            Outcome::Done(pg) => {
                let tx = db.begin().await?;
                seller_lock::one(&tx, payout.seller_id).await?;
                if let Some(payout) = step::find(&tx, id).await? {
                    apply(&tx, &payout, &pg, now).await?;
                }
                tx.commit().await?;
            }
            Outcome::Refused { code: why, .. } | Outcome::Unknown { why } => {
                tracing::warn!(payout_id = %id, why, "a payout could not be taken back");
            }
        }
    }
    Ok(())
}

/// Has every payout asked after that the provider has not reported for an hour; answers how many.
pub async fn remind(tx: &Tx, now: Now) -> Result<usize, Fault> {
    let open = OPEN.all(tx, (now.plus(chrono::Duration::hours(-1)),)).await?;
    let mut outbox = Outbox::new();
    for (payout_id, batch_id) in &open {
        outbox.add(&PayoutRequested { payout_id: *payout_id, batch_id: *batch_id }, now)?;
    }
    outbox.write(tx).await?;
    Ok(open.len())
}
