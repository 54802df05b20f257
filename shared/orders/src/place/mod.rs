//! Placing an order (주문) from an accepted quote.
//!
//! Everything is priced once more; only the price the customer accepted is ordered. Stock is held for as long as a payment
//! may take, coupons are reserved, points and rewards spent, the three tiers written: all of it or nothing. An order that
//! costs nothing is paid at once. Stock comes last, with the commit, so that the rows everybody wants are locked the shortest.
//!
//! What is read and what is written travels in one round trip each: nothing waits for the database line by line.

pub(crate) mod naming;
mod refusals;
mod terms;

pub use refusals::{NewPrice, PlaceError};

use crate::paying::locked::Locked;
use crate::paying::paid::{self, Means};
use crate::paying::start::WINDOW_MINUTES;
use crate::paying::unpaid::take_pieces;
use crate::quotes::choices::{Choices, PayMethod};
use crate::quotes::reprice::{Priced, reprice};
use crate::quotes::store::{self, QuoteRow};
use crate::tiers::{self, Line, Order};
use crate::{ActorRef, settings};
use accounts::agree_at_checkout::{agreed, keep};
use authz::CustomerScope;
use boot::Vault;
use chrono::{DateTime, Duration, Utc};
use db::{Db, Tx};
use futures::{TryFutureExt, try_join};
use inventory::Reserve;
use jobs::outbox::Outbox;
use kernel::*;
use payments::attempt::{self, Attempt, OrderKey, Start};
use promotions::Purse;
use promotions::wallet::Reservation;

/// A quote a customer accepted, used up: nobody else changes or orders it, unless the transaction does not come to its end.
#[derive(Debug)]
pub struct Accepted {
    row: QuoteRow,
    choices: Choices,
}

/// What the customer says when ordering.
#[derive(Debug)]
pub struct Acceptance {
    /// The version they saw.
    pub version: i32,
    pub method: Option<PayMethod>,
    /// Texts of the checkout they tick.
    pub agreed_terms: Vec<TermId>,
    /// Made-to-order goods are not taken back.
    pub no_return: bool,
}

/// The placed order and how to pay for it; no attempt when it cost nothing.
#[derive(Debug)]
pub struct Placed {
    pub id: PurchaseOrderId,
    pub order_no: String,
    pub order_name: String,
    pub total_payable: Money,
    pub pay_due_at: DateTime<Utc>,
    pub attempt: Option<Attempt>,
    /// What [`Placed::hold`] has yet to hold.
    holds: Vec<Reserve>,
    /// Hours a virtual account may wait for its deposit; None where none is offered.
    pub virtual_account_hours: Option<i64>,
}

db::statements! {
    /// Orders of one customer are placed one after the other, so that a limit per person counts them all.
    static ONE_BY_ONE: (UserId,) => (bool,) = "select pg_advisory_xact_lock(hashtextextended('place:' || $1::uuid, 0)) is null";
    static EMPTY_CART: (UserId, Vec<CartItemId>) => () = "delete from cart_items where user_id = $1 and id = any($2)";
}

/// Uses up the quote a customer accepted; a refusal has to undo it with the transaction.
pub async fn accepted(tx: &Tx, by: CustomerScope, quote: QuoteId, now: Now) -> Result<Accepted, Failure<PlaceError>> {
    let (row, choices) = store::take(tx, by, quote, now).await.map_err(Failure::widen)?;
    Ok(Accepted { row, choices })
}

impl Placed {
    /// Holds the pieces of every line: the end of placing, made to travel with the commit.
    pub async fn hold(&self, tx: &Tx, now: Now) -> Result<(), Failure<PlaceError>> {
        inventory::reserve(tx, &self.holds, now).await.map_err(Failure::widen)
    }

    /// What stood against the hold, with the lines that are short.
    pub async fn refused(&self, db: &Db, why: Failure<PlaceError>) -> Failure<PlaceError> {
        let Failure::Refused(PlaceError::OutOfStock(_)) = why else { return why };
        let short = async { inventory::short(&db.writer().await?, &self.holds).await };
        short.await.map_or_else(Failure::Fault, |short| PlaceError::from(short).into())
    }
}

/// Places the order of a quote as the customer accepted it, but for the pieces: [`Placed::hold`].
pub async fn place(
    tx: &Tx,
    vault: &Vault,
    by: CustomerScope,
    actor: ActorRef,
    Accepted { row, choices }: Accepted,
    said: Acceptance,
    now: Now,
) -> Result<Placed, Failure<PlaceError>> {
    let (_, priced, agreement, purse) = try_join!(
        ONE_BY_ONE.one(tx, (by.user_id(),)).map_err(Failure::Fault),
        reprice(tx, by, &choices, now).map_err(Failure::widen::<PlaceError>),
        agreed(tx, by, &said.agreed_terms, now).map_err(Failure::widen),
        Purse::open(tx, by.user_id(), choices.points, choices.rewards, now).map_err(Failure::Fault),
    )?;
    let changed = || PlaceError::Changed(NewPrice { version: row.version, total_payable: priced.quote.total_payable });
    if row.version != said.version || priced.hash()? != row.quote_hash {
        return Err(changed().into());
    }
    let made_to_order = terms::made_to_order(&priced);
    if !said.no_return && !made_to_order.is_empty() {
        return Err(PlaceError::NoReturn(made_to_order).into());
    }
    if said.method == Some(PayMethod::VirtualAccount) && !priced.takes_virtual_account() {
        return Err(PlaceError::MethodNotOffered.into());
    }
    let address = priced.buyer.address_id.ok_or(PlaceError::AddressRequired)?;
    let pay_due_at = now.plus(Duration::minutes(priced.settings.reservation_minutes));
    let order = header(vault, by, &row, &choices, &priced, agreement.versions.clone(), pay_due_at, now)?;
    let (id, order_no, lines) = (order.id, order.order_no.clone(), order.lines.clone());
    let coupons = priced
        .quote
        .coupons
        .iter()
        .map(|used| Reservation { user_coupon_id: used.user_coupon_id, discount_amount: used.amount });
    let in_cart: Vec<CartItemId> = choices.items.iter().filter_map(|item| item.cart_item_id).collect();
    let holds = holds(&lines, &priced, pay_due_at)?;
    let ((), (), (), (), (), pieces, (), attempt) = try_join!(
        tiers::write(tx, order, actor, now).map_err(Failure::Fault),
        keep(tx, by, agreement, now).map_err(Failure::Fault),
        accounts::address::used(tx, by, address, now).map_err(Failure::Fault),
        promotions::wallet::reserve(tx, by.user_id(), id, coupons.collect(), now).map_err(Failure::widen),
        purse.spend(tx, id, priced.quote.points_used, priced.quote.rewards_used, now).map_err(Failure::widen),
        take_pieces(tx, terms::limited(&priced)).map_err(Failure::Fault),
        empty_cart(tx, by, in_cart).map_err(Failure::Fault),
        pay(tx, id, &priced, said.method, now).map_err(Failure::Fault),
    )?;
    if !pieces {
        return Err(changed().into());
    }
    if attempt.is_none() {
        free(tx, id, now).await?;
    }
    Ok(Placed {
        id,
        order_no,
        order_name: order_name(&priced),
        total_payable: priced.quote.total_payable,
        pay_due_at,
        attempt,
        holds,
        virtual_account_hours: priced.takes_virtual_account().then_some(priced.settings.virtual_account_hours),
    })
}

async fn empty_cart(tx: &Tx, by: CustomerScope, lines: Vec<CartItemId>) -> Result<(), Fault> {
    if lines.is_empty() { Ok(()) } else { EMPTY_CART.run(tx, (by.user_id(), lines)).await }
}

fn order_name(priced: &Priced) -> String {
    let first = priced.items.first().and_then(|item| priced.sku(item.sku_id));
    naming::order_name(first.map_or("", |sku| sku.product_name.as_str()), priced.items.len())
}

/// The order with where it goes, sealed.
fn header<'a>(
    vault: &Vault,
    by: CustomerScope,
    row: &QuoteRow,
    choices: &Choices,
    priced: &'a Priced,
    agreed_terms: Vec<TermId>,
    pay_due_at: DateTime<Utc>,
    now: Now,
) -> Result<Order<'a>, Failure<PlaceError>> {
    let id = PurchaseOrderId::new();
    let recipient = priced.buyer.recipient_enc.clone().ok_or(PlaceError::AddressRequired)?;
    let phone = priced.buyer.phone_enc.clone().ok_or(PlaceError::AddressRequired)?;
    Ok(Order {
        id,
        order_no: naming::order_no(id, now),
        user_id: by.user_id(),
        quote_id: row.id,
        recipient_hash: vault.hash("recipient", &vault.open(&recipient)?)?,
        recipient,
        phone_hash: vault.hash("phone", &vault.open(&phone)?)?,
        phone,
        address: vault.seal(&address(priced, vault)?)?,
        postcode: priced.buyer.postcode.clone().ok_or(PlaceError::AddressRequired)?,
        remote_zone: priced.buyer.remote_zone,
        delivery_note: choices.delivery_note.clone(),
        pay_due_at,
        takes_virtual_account: priced.takes_virtual_account(),
        agreed_terms,
        point_rate: priced.buyer.point_rate,
        price: &priced.quote,
        lines: terms::frozen(priced)?,
    })
}

fn address(priced: &Priced, vault: &Vault) -> Result<String, Fault> {
    let detail = priced.buyer.address2_enc.as_deref().map(|sealed| vault.open(sealed)).transpose()?.unwrap_or_default();
    Ok(format!("{} {detail}", priced.buyer.address1.as_deref().unwrap_or_default()).trim().to_owned())
}

async fn pay(
    tx: &Tx,
    id: PurchaseOrderId,
    priced: &Priced,
    method: Option<PayMethod>,
    now: Now,
) -> Result<Option<Attempt>, Fault> {
    if priced.quote.total_payable.is_zero() {
        return Ok(None);
    }
    let method = method.map(Into::into);
    let expires_at = now.plus(Duration::minutes(WINDOW_MINUTES));
    let start = Start { purchase_order_id: id, claim_id: None, amount: priced.quote.total_payable, method, expires_at };
    let attempt = attempt::start(tx, start, now).await.map_err(|failure| failure.unexpected("a first attempt"))?;
    Ok(Some(attempt))
}

/// An order of 0 won is paid without the gateway.
async fn free(tx: &Tx, id: PurchaseOrderId, now: Now) -> Result<(), Fault> {
    let (payment_id, transaction_id) = attempt::start_free(tx, id, now).await?;
    let (locked, holidays) = try_join!(Locked::find(tx, OrderKey::Order(id)), settings::holidays(tx, now.date()))?;
    let locked = locked.ok_or_else(|| Fault::internal("an order that was just placed"))?;
    let mut outbox = Outbox::new();
    let means = Means { payment_id, transaction_id, method: "none".to_owned() };
    paid::mark_paid(tx, &locked, means, &holidays, now, &mut outbox).await?;
    outbox.write(tx).await
}

fn holds(lines: &[Line], priced: &Priced, expires_at: DateTime<Utc>) -> Result<Vec<Reserve>, Fault> {
    let hold = |line: &Line| {
        let item = priced.items.iter().find(|item| item.line_no == line.line_no)?;
        Some(Reserve {
            reservation_id: ReservationId::new(),
            product_order_id: line.id,
            sku_id: line.sku_id,
            product_id: priced.sku(line.sku_id)?.product_id,
            seller_id: line.seller_id,
            quantity: item.quantity,
            expires_at,
        })
    };
    lines.iter().map(hold).collect::<Option<_>>().ok_or_else(|| Fault::internal("a line without its SKU"))
}
