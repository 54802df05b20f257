//! Quotes as they are kept: made from the cart or from SKUs, changed by the customer, valid for half an hour.
//!
//! A quote has a version; placing names the version the customer accepted. Nothing is reserved.

use super::choices::{Choices, Coupons, Item};
use super::reprice::{Priced, QuoteError, reprice};
use crate::cart::{self, Owner};
use authz::CustomerScope;
use chrono::{DateTime, Duration, Utc};
use db::{Json, On, Tx};
use kernel::*;
use pricing::Change;
use serde_json::Value;

kernel::refusals! {
    /// Why a quote cannot be read or changed.
    pub enum QuoteGone {
        NotFound = 404 "quote_not_found", "There is no such checkout.", "주문서를 찾을 수 없습니다.";
        Expired = 410 "quote_expired", "The checkout has expired.", "주문서가 만료되었습니다.";
        Used = 409 "quote_used", "This checkout has been ordered.", "이미 주문이 완료된 주문서입니다.";
    }
}

db::row! {
    /// A kept quote.
    pub struct QuoteRow {
        pub id: QuoteId, pub choices: Value, pub quote_hash: Vec<u8>, pub state: String, pub version: i32, pub expires_at: DateTime<Utc>,
    }
}

db::statements! {
    static INSERT: (QuoteId, UserId, Json<Choices>, Json<pricing::Quote>, Vec<u8>, Money, DateTime<Utc>, Now) => () =
        "insert into checkout_quotes (id, user_id, choices, lines, quote_hash, total_payable, version, expires_at, created_at) values ($1, $2, $3, $4, $5, $6, 1, $7, $8)";
    static FIND: (QuoteId, UserId) => QuoteRow = "select id, choices, quote_hash, state, version, expires_at from checkout_quotes where id = $1 and user_id = $2";
    static LOCK: (QuoteId, UserId) => QuoteRow = "select id, choices, quote_hash, state, version, expires_at from checkout_quotes where id = $1 and user_id = $2 for update";
    /// Of a quote that is locked and was found open. Asking for its state here would lead the planner to the index of all open ones.
    static CHANGE: (QuoteId, i32, Json<Choices>, Json<pricing::Quote>, Vec<u8>, Money) => () =
        "update checkout_quotes set choices = $3, lines = $4, quote_hash = $5, total_payable = $6, version = $2 where id = $1";
    static TAKE: (QuoteId, UserId) => QuoteRow =
        "with found as (select id, choices, quote_hash, state, version, expires_at from checkout_quotes where id = $1 and user_id = $2 for update),
         used as (update checkout_quotes q set state = 'used' from found where q.id = found.id)
         select id, choices, quote_hash, state, version, expires_at from found";
}

const LIVES_MINUTES: i64 = 30;

/// A quote with its price.
#[derive(Debug)]
pub struct Quoted {
    pub id: QuoteId,
    pub version: i32,
    pub expires_at: DateTime<Utc>,
    pub choices: Choices,
    pub priced: Priced,
    /// Coupons chosen before that are no longer in the wallet.
    pub gone: Vec<UserCouponId>,
    /// Points and rewards chosen before that were spent elsewhere since.
    pub lowered: Vec<Change>,
}

/// What was chosen just now: it is refused where it cannot be had. What was chosen before is lowered, and named.
#[derive(Debug, Clone, Copy, Default)]
pub struct Fresh {
    pub coupons: bool,
    pub points: bool,
    pub rewards: bool,
}

/// What to price.
#[derive(Debug, Clone)]
pub enum What {
    /// The ticked lines of the cart that can be bought, as the cart shows them.
    Cart,
    /// These SKUs, bought directly.
    Items(Vec<(SkuId, i32)>),
}

/// Makes a quote with the best coupons preselected.
pub async fn make(tx: &Tx, by: CustomerScope, what: What, now: Now) -> Result<Quoted, Failure<QuoteError>> {
    let items: Vec<Item> = match what {
        What::Cart => {
            let cart = cart::show(tx, &Owner::User(by.user_id()), now).await?;
            let ticked = cart.lines.iter().rev().filter(|line| line.counts()).zip(1..);
            ticked
                .map(|(line, line_no)| Item {
                    line_no,
                    sku_id: line.sku.sku_id,
                    quantity: line.quantity,
                    cart_item_id: Some(line.id),
                })
                .collect()
        }
        What::Items(skus) => skus
            .into_iter()
            .zip(1..)
            .map(|((sku_id, quantity), line_no)| Item { line_no, sku_id, quantity, cart_item_id: None })
            .collect(),
    };
    let mut choices = Choices {
        items,
        address_id: None,
        delivery_note: None,
        coupons: Coupons::Best,
        points: Money::ZERO,
        rewards: Money::ZERO,
        method: None,
    };
    let priced = reprice(tx, by, &choices, now).await?;
    choices.coupons = priced.coupons.clone();
    let id = QuoteId::new();
    let expires_at = now.plus(Duration::minutes(LIVES_MINUTES));
    let row = (
        id,
        by.user_id(),
        Json(choices.clone()),
        Json(priced.quote.clone()),
        priced.hash()?,
        priced.quote.total_payable,
        expires_at,
        now,
    );
    INSERT.run(tx, row).await?;
    Ok(Quoted { id, version: 1, expires_at, choices, priced, gone: Vec::new(), lowered: Vec::new() })
}

/// The kept choices of an open quote.
pub async fn open(
    on: &impl On,
    by: CustomerScope,
    id: QuoteId,
    now: Now,
) -> Result<(QuoteRow, Choices), Failure<QuoteGone>> {
    let row = FIND.opt(on, (id, by.user_id())).await?;
    alive(row, now)
}

/// The same, locked: until the transaction ends nobody else changes or orders it.
pub async fn lock(
    tx: &Tx,
    by: CustomerScope,
    id: QuoteId,
    now: Now,
) -> Result<(QuoteRow, Choices), Failure<QuoteGone>> {
    let row = LOCK.opt(tx, (id, by.user_id())).await?;
    alive(row, now)
}

/// The kept choices of an open quote that is ordered with this transaction. A refusal leaves it used up until the transaction
/// is given up.
pub async fn take(
    tx: &Tx,
    by: CustomerScope,
    id: QuoteId,
    now: Now,
) -> Result<(QuoteRow, Choices), Failure<QuoteGone>> {
    let row = TAKE.opt(tx, (id, by.user_id())).await?;
    alive(row, now)
}

fn alive(row: Option<QuoteRow>, now: Now) -> Result<(QuoteRow, Choices), Failure<QuoteGone>> {
    let row = row.ok_or(QuoteGone::NotFound)?;
    match row.state.as_str() {
        "used" => return Err(QuoteGone::Used.into()),
        "open" if row.expires_at > now.0 => {}
        _ => return Err(QuoteGone::Expired.into()),
    }
    let choices = serde_json::from_value(row.choices.clone()).map_err(Fault::internal)?;
    Ok((row, choices))
}

/// Prices an open quote again with these choices and keeps them; the version rises when the price changed. Coupons that were
/// chosen before and have left the wallet since are left out, points and rewards become what is there; a choice made just
/// now (`fresh`) is refused instead.
pub async fn change(
    tx: &Tx,
    by: CustomerScope,
    row: QuoteRow,
    mut choices: Choices,
    fresh: Fresh,
    now: Now,
) -> Result<Quoted, Failure<QuoteError>> {
    let (points, rewards) = (choices.points, choices.rewards);
    let (priced, gone) = what_is_left(tx, by, &mut choices, fresh, now).await?;
    let lowered = lowered(&priced, points, rewards);
    choices.coupons = priced.coupons.clone();
    let hash = priced.hash()?;
    let version = if hash == row.quote_hash { row.version } else { row.version + 1 };
    CHANGE
        .run(tx, (row.id, version, Json(choices.clone()), Json(priced.quote.clone()), hash, priced.quote.total_payable))
        .await?;
    Ok(Quoted { id: row.id, version, expires_at: row.expires_at, choices, priced, gone, lowered })
}

/// The price of what is still there of the choices, which are lowered to it, and the coupons that are gone.
pub async fn what_is_left(
    on: &impl On,
    by: CustomerScope,
    choices: &mut Choices,
    fresh: Fresh,
    now: Now,
) -> Result<(Priced, Vec<UserCouponId>), Failure<QuoteError>> {
    let mut gone = Vec::new();
    loop {
        match reprice(on, by, choices, now).await {
            Err(Failure::Refused(QuoteError::CouponUnknown(ids))) if !fresh.coupons => {
                choices.coupons.leave_out(&ids);
                gone = ids;
            }
            Err(Failure::Refused(QuoteError::NotEnoughPoints(left))) if !fresh.points => choices.points = left,
            Err(Failure::Refused(QuoteError::NotEnoughRewards(left))) if !fresh.rewards => choices.rewards = left,
            priced => return Ok((priced?, gone)),
        }
    }
}

/// Balances that were chosen higher than they are now, unless the price itself names them.
fn lowered(priced: &Priced, points: Money, rewards: Money) -> Vec<Change> {
    let (quote, buyer) = (&priced.quote, &priced.buyer);
    let named = |kind: fn(&Change) -> bool| quote.changes.iter().any(kind);
    let mut lowered = Vec::new();
    if points > buyer.points && !named(|change| matches!(change, Change::PointsLowered { .. })) {
        lowered.push(Change::PointsLowered { asked: points, used: quote.points_used });
    }
    if rewards > buyer.rewards && !named(|change| matches!(change, Change::RewardsLowered { .. })) {
        lowered.push(Change::RewardsLowered { asked: rewards, used: quote.rewards_used });
    }
    lowered
}
