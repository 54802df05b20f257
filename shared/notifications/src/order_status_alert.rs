//! The task order_status_alert: the buyer hears what happened to an order, once per order and state and cause, and what
//! became of a claim, once per claim and state. Lines of one order that change together are one message.

use crate::order_texts::{self, Happened, Parcel};
use crate::tell::{self, Message, To};
use aws::Mail;
use boot::{Boot, Vault};
use db::{Conn, Db};
use events::queues::{self, Queue};
use events::{ClaimStatusChanged, DispatchOverdue, Envelope, ProductOrderStatusChanged, VirtualAccountIssued};
use jobs::{Task, TaskError, TaskFuture};
use kernel::*;
use uuid::Uuid;

db::row! { struct OrderRow { user_id: UserId, order_no: String, total_payable: Money, email: Option<String> } }
db::row! { struct ParcelRow { id: ShipmentId, carrier: Option<String>, invoice_no: Option<String> } }
db::row! { struct ClaimRow { purchase_order_id: PurchaseOrderId, reject_reason: Option<String> } }
db::row! { struct AccountRow { bank_code: String, account_no_enc: Vec<u8> } }

db::statements! {
    static ORDER: (PurchaseOrderId,) => OrderRow =
        "select o.user_id, o.order_no, o.total_payable, case when u.state <> 'withdrawn' then u.login_email end as email
         from purchase_orders o join users u on u.id = o.user_id where o.id = $1";
    static PARCEL: (ProductOrderId,) => ParcelRow =
        "select s.id, c.name as carrier, s.invoice_no
         from product_orders p join shipments s on s.id = p.shipment_id left join carriers c on c.code = s.carrier_code where p.id = $1";
    static CLAIM: (ClaimId,) => ClaimRow = "select purchase_order_id, reject_reason from claims where id = $1";
    static ACCOUNT: (PaymentId,) => AccountRow = "select bank_code, account_no_enc from virtual_accounts where payment_id = $1";
}

/// Tells buyers.
pub struct OrderStatusAlert {
    db: Db,
    vault: Vault,
    mail: Mail,
}

/// What is told, and what tells it apart from the next time the order is in that state.
struct Told {
    happened: Happened,
    key: String,
}

impl OrderStatusAlert {
    pub fn new(boot: &Boot) -> OrderStatusAlert {
        let mail = boot.aws.mail(&boot.config.mail_sender);
        OrderStatusAlert { db: boot.db.clone(), vault: boot.vault.clone(), mail }
    }

    async fn handle(&self, event: &Envelope, now: Now) -> Result<(), TaskError> {
        let poison = |error: serde_json::Error| TaskError::Poison(error.to_string());
        let on = self.db.writer().await?;
        let (order_id, told) = if let Some(opened) = event.read::<VirtualAccountIssued>() {
            let opened = opened.map_err(poison)?;
            (opened.purchase_order_id, self.opened(&on, &opened).await?)
        } else if let Some(changed) = event.read::<ProductOrderStatusChanged>() {
            let changed = changed.map_err(poison)?;
            (changed.purchase_order_id, self.changed(&on, &changed).await?)
        } else if let Some(changed) = event.read::<ClaimStatusChanged>() {
            let changed = changed.map_err(poison)?;
            let claim = CLAIM.one(&on, (changed.claim_id,)).await?;
            (claim.purchase_order_id, claimed(&changed, claim.reject_reason))
        } else if let Some(late) = event.read::<DispatchOverdue>() {
            let late = late.map_err(poison)?;
            let key = format!("dispatch_overdue:{}", late.dispatch_due_at.timestamp());
            (late.purchase_order_id, Some(Told { happened: Happened::Overdue, key }))
        } else {
            return Ok(());
        };
        let Some(told) = told else { return Ok(()) };
        let order = ORDER.one(&on, (order_id,)).await?;
        drop(on);
        let happened = match told.happened {
            Happened::Paid { .. } => Happened::Paid { total: order.total_payable },
            other => other,
        };
        let message = Message {
            to: To::Customer(order.user_id),
            email: order.email,
            text: order_texts::of(&order.order_no, &happened),
            link: Some(format!("/orders/{order_id}")),
            key: told.key,
            renew: false,
        };
        Ok(tell::tell(&self.db, &self.mail, message, now).await?)
    }

    async fn opened(&self, on: &Conn, opened: &VirtualAccountIssued) -> Result<Option<Told>, Fault> {
        // The row is written with the event; without it the account was never ours.
        let Some(account) = ACCOUNT.opt(on, (opened.payment_id,)).await? else { return Ok(None) };
        let happened = Happened::AccountOpened {
            bank_code: account.bank_code,
            account_no: self.vault.open(&account.account_no_enc)?,
            amount: opened.amount,
            due_at: opened.due_at,
        };
        let key = format!("order:{}:payment_waiting:{}", opened.purchase_order_id, opened.payment_id);
        Ok(Some(Told { happened, key }))
    }

    /// None: nobody needs to be told.
    async fn changed(&self, on: &Conn, changed: &ProductOrderStatusChanged) -> Result<Option<Told>, Fault> {
        let mut cause = changed.cause_ref.map_or_else(|| changed.cause.clone(), |id| id.to_string());
        let happened = match (changed.to_state.as_str(), changed.from_state.as_deref()) {
            ("paid", _) => Happened::Paid { total: Money::ZERO },
            ("payment_waiting", Some("paid" | "preparing")) => Happened::DepositReversed,
            ("canceled_by_nopayment", _) => Happened::NotPaid,
            // Every parcel of an order is told of, whatever call it left with.
            ("dispatched", _) => {
                let parcel = PARCEL.opt(on, (changed.product_order_id,)).await?;
                cause = shipment(parcel.as_ref(), cause);
                Happened::Dispatched { parcel: parcel.and_then(named) }
            }
            ("delivered", _) => {
                cause = shipment(PARCEL.opt(on, (changed.product_order_id,)).await?.as_ref(), cause);
                Happened::Delivered
            }
            // A line that is canceled was claimed: the claim's message says what came back.
            _ => return Ok(None),
        };
        Ok(Some(Told { happened, key: format!("order:{}:{}:{cause}", changed.purchase_order_id, changed.to_state) }))
    }
}

/// None: the buyer did it themselves, or nothing is decided yet.
fn claimed(changed: &ClaimStatusChanged, reject_reason: Option<String>) -> Option<Told> {
    let happened = match changed.to_state.as_str() {
        "approved" if changed.actor_type != "customer" => Happened::CancelApproved,
        "rejected" => Happened::CancelRejected { reason: reject_reason },
        "done" => Happened::Refunded {
            cash: changed.refund_cash,
            points: changed.refund_points,
            rewards: changed.refund_rewards,
        },
        _ => return None,
    };
    Some(Told { happened, key: format!("claim:{}:{}:buyer", changed.claim_id, changed.to_state) })
}

fn shipment(parcel: Option<&ParcelRow>, otherwise: String) -> String {
    parcel.map_or(otherwise, |parcel| Uuid::from(parcel.id).to_string())
}

fn named(row: ParcelRow) -> Option<Parcel> {
    Some(Parcel { carrier: row.carrier?, invoice_no: row.invoice_no? })
}

impl Task for OrderStatusAlert {
    fn queue(&self) -> &'static Queue {
        &queues::ORDER_STATUS_ALERT
    }
    fn run<'a>(&'a self, event: &'a Envelope, now: Now) -> TaskFuture<'a> {
        Box::pin(self.handle(event, now))
    }
}
