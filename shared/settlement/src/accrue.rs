//! Accrual: every purchase that was confirmed until yesterday becomes its seller's money.
//!
//! A confirmed line is settled for the pieces that remain, at the rates of the day of the order; the shipping of a seller
//! order once, with its first confirmed line, or when it ends with something sent out; the fee of a finished claim to the
//! seller who bore the parcel. One transaction per seller, in steps that fit in memory; what is there already is left.

use crate::line::{self, NewLine};
use crate::seller_lock;
use chrono::{DateTime, Utc};
use db::{Db, Tx};
use kernel::clock::{kst_date, kst_midnight};
use kernel::*;
use ledger::Posting;
use pricing::{
    AtFault, CommissionBase, CommissionTerms, FeeVatPayer, Funding, LineType, settle_claim_fee, settle_remaining,
    settle_shipping,
};
use serde::Serialize;
use uuid::Uuid;

const STEP: i64 = 500;

db::row! {
    struct DecidedRow {
        id: ProductOrderId, purchase_order_id: PurchaseOrderId, seller_order_id: SellerOrderId, decided_at: Option<DateTime<Utc>>, remaining_quantity: i32, remaining_gross: Money,
        remaining_discount: Money, remaining_points: Money, remaining_rewards: Money, remaining_paid: Money, commission_rate: Rate, commission_base: CommissionBase,
        fee_vat_payer: FeeVatPayer, seller_discount: Money,
    }
}
db::row! {
    struct ShippingRow {
        id: SellerOrderId, purchase_order_id: PurchaseOrderId, shipping_fee: Money, remote_surcharge: Money, shipping_discount: Money, seller_discount: Money, gone_back: bool,
        due_at: Option<DateTime<Utc>>,
    }
}
db::row! {
    struct FeeRow { id: ClaimId, purchase_order_id: PurchaseOrderId, seller_order_id: SellerOrderId, fee_total: Money, fault: AtFault, done_at: Option<DateTime<Utc>> }
}

db::statements! {
    /// Sellers with something to accrue, and since when.
    static WORK: (DateTime<Utc>,) => (SellerId, DateTime<Utc>) =
        "select seller_id, min(since) as since from (
             select o.seller_id, o.decided_at as since from product_orders o
             where o.state = 'purchase_decided' and o.decided_at < $1 and o.remaining_quantity > 0
               and not exists (select 1 from settlement_lines l where l.product_order_id = o.id and l.line_type = 'product')
             union all
             select s.seller_id, c.done_at from claims c join seller_orders s on s.id = c.seller_order_id
             where c.state = 'done' and c.done_at < $1 and c.fee_total <> 0
               and not exists (select 1 from settlement_lines l where l.claim_id = c.id and l.line_type = 'claim_fee')
             union all
             select s.seller_id, max(c.done_at) from seller_orders s join claims c on c.seller_order_id = s.id and c.state = 'done'
             where s.state = 'canceled' and s.shipping_fee + s.remote_surcharge > 0
               and exists (select 1 from product_orders o where o.seller_order_id = s.id and o.dispatched_at is not null)
               and not exists (select 1 from settlement_lines l where l.seller_order_id = s.id and l.line_type = 'shipping')
             group by s.seller_id, s.id having max(c.done_at) < $1 and not bool_or(c.shipping_back)
         ) due group by seller_id order by seller_id";
    /// The next confirmed lines of a seller behind one of them. Those that were accrued before come along and are left: to look each
    /// up here is planned while the table of lines is still small, and costs more with every line that a night adds.
    static CONFIRMED: (SellerId, DateTime<Utc>, ProductOrderId, DateTime<Utc>, i64) => (ProductOrderId, DateTime<Utc>) =
        "select o.id, o.decided_at from product_orders o
         where o.seller_id = $1 and o.state = 'purchase_decided' and (o.decided_at, o.id) > ($2, $3) and o.decided_at < $4 and o.remaining_quantity > 0
         order by o.decided_at, o.id limit $5";
    static DECIDED: (Vec<ProductOrderId>,) => DecidedRow =
        "select o.id, o.purchase_order_id, o.seller_order_id, o.decided_at, o.remaining_quantity, o.remaining_gross, o.remaining_discount, o.remaining_points,
                o.remaining_rewards, o.remaining_paid, o.commission_rate, o.commission_base, o.fee_vat_payer,
                coalesce((select sum(a.amount) from discount_allocations a where a.product_order_id = o.id and a.bearer = 'seller'), 0)::bigint as seller_discount
         from product_orders o where o.id = any($1) and o.state = 'purchase_decided' and o.remaining_quantity > 0";
    /// Shipping of seller orders that is not settled: due with the first confirmed line, or with the end of the last claim.
    static SHIPPING: (Vec<SellerOrderId>,) => ShippingRow =
        "select s.id, s.purchase_order_id, s.shipping_fee, s.remote_surcharge, s.shipping_discount,
                coalesce((select sum(a.amount) from discount_allocations a
                          where a.seller_order_id = s.id and a.product_order_id is null and a.bearer = 'seller' and a.claim_id is null), 0)::bigint as seller_discount,
                exists (select 1 from claims c where c.seller_order_id = s.id and c.state = 'done' and c.shipping_back) as gone_back,
                coalesce((select min(o.decided_at) from product_orders o where o.seller_order_id = s.id),
                         (select max(c.done_at) from claims c where c.seller_order_id = s.id and c.state = 'done')) as due_at
         from seller_orders s
         where s.id = any($1) and not exists (select 1 from settlement_lines l where l.seller_order_id = s.id and l.line_type = 'shipping')";
    /// Seller orders of which nothing remains although something was sent out.
    static ENDED: (SellerId, DateTime<Utc>, DateTime<Utc>, i64) => (SellerOrderId,) =
        "select s.id from claims c join seller_orders s on s.id = c.seller_order_id
         where c.state = 'done' and c.done_at >= $2 and s.seller_id = $1 and s.state = 'canceled' and s.shipping_fee + s.remote_surcharge > 0
           and exists (select 1 from product_orders o where o.seller_order_id = s.id and o.dispatched_at is not null)
           and not exists (select 1 from settlement_lines l where l.seller_order_id = s.id and l.line_type = 'shipping')
           and not exists (select 1 from claims b where b.seller_order_id = s.id and b.state = 'done' and (b.shipping_back or b.done_at >= $3))
         group by s.id order by s.id limit $4";
    static FEES: (SellerId, DateTime<Utc>, DateTime<Utc>, i64) => FeeRow =
        "select c.id, c.purchase_order_id, c.seller_order_id, c.fee_total, c.fault, c.done_at
         from claims c join seller_orders s on s.id = c.seller_order_id
         where c.state = 'done' and c.done_at >= $2 and c.done_at < $3 and s.seller_id = $1 and c.fee_total <> 0
           and not exists (select 1 from settlement_lines l where l.claim_id = c.id and l.line_type = 'claim_fee')
         order by c.done_at, c.id limit $4";
}

/// What a run did.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Accrued {
    pub sellers: usize,
    pub lines: usize,
    /// Sellers whose rows contradict each other: left as they were, for people.
    pub failed: usize,
}

/// Accrues every seller.
pub async fn all(db: &Db, now: Now) -> Result<Accrued, Fault> {
    let until = kst_midnight(now.date());
    let mut done = Accrued::default();
    // Outside the loop: a connection in its head would be held through every turn.
    let work = WORK.all(&db.writer().await?, (until,)).await?;
    for (seller_id, since) in work {
        match one(db, seller_id, since, until, now).await {
            Ok(lines) => {
                done.sellers += 1;
                done.lines += lines;
            }
            Err(error) => {
                tracing::error!(%seller_id, %error, "a seller's lines were not accrued");
                done.failed += 1;
            }
        }
    }
    Ok(done)
}

async fn one(db: &Db, id: SellerId, since: DateTime<Utc>, until: DateTime<Utc>, now: Now) -> Result<usize, Fault> {
    let tx = db.begin().await?;
    let lines = seller(&tx, id, since, until, now).await?;
    tx.commit().await?;
    Ok(lines)
}

/// Accrues what became one seller's in `since..until`; answers how many lines it wrote.
pub async fn seller(
    tx: &Tx,
    id: SellerId,
    since: DateTime<Utc>,
    until: DateTime<Utc>,
    now: Now,
) -> Result<usize, Fault> {
    seller_lock::one(tx, id).await?;
    let mut written = 0;
    let mut behind = (since, ProductOrderId(Uuid::nil()));
    loop {
        let page = CONFIRMED.all(tx, (id, behind.0, behind.1, until, STEP)).await?;
        let Some((last, at)) = page.last() else { break };
        behind = (*at, *last);
        let page: Vec<ProductOrderId> = page.into_iter().map(|(line, _)| line).collect();
        // Claims change what remains of a line under the lock of its order.
        orders::lines::lock_lines(tx, &page, Some(id)).await?;
        let decided = DECIDED.all(tx, (page,)).await?;
        let parts: Vec<SellerOrderId> = decided.iter().map(|line| line.seller_order_id).collect();
        let products =
            decided.iter().map(|line| product(id, line, now).ok_or_else(unwritable)).collect::<Result<_, _>>()?;
        written += line::write(tx, products).await?;
        written += shipping(tx, id, parts, now).await?;
    }
    loop {
        let ended = ENDED.all(tx, (id, since, until, STEP)).await?;
        if ended.is_empty() {
            break;
        }
        written += progress(shipping(tx, id, ended.into_iter().map(|(part,)| part).collect(), now).await?)?;
    }
    loop {
        let fees = FEES.all(tx, (id, since, until, STEP)).await?;
        if fees.is_empty() {
            return Ok(written);
        }
        written += progress(line::write(tx, fees.iter().filter_map(|fee| claim_fee(id, fee, now)).collect()).await?)?;
    }
}

/// A step that writes nothing would be made for ever.
fn progress(written: usize) -> Result<usize, Fault> {
    if written == 0 { Err(unwritable()) } else { Ok(written) }
}

fn unwritable() -> Fault {
    Fault::internal("lines are due and cannot be written")
}

fn product(seller: SellerId, row: &DecidedRow, now: Now) -> Option<(NewLine, Option<Posting>)> {
    let terms = CommissionTerms {
        commission_rate: row.commission_rate,
        commission_base: row.commission_base,
        fee_vat_payer: row.fee_vat_payer,
    };
    let amounts = settle_remaining(row.remaining_quantity, row.remaining_gross, row.seller_discount, &terms)?;
    let new = NewLine {
        product_order_id: Some(row.id),
        seller_order_id: Some(row.seller_order_id),
        commission_rate: Some(row.commission_rate),
        ..NewLine::new(LineType::Product, seller, kst_date(row.decided_at?), amounts, now)
    };
    let funding = Funding {
        cash: row.remaining_paid,
        points: row.remaining_points,
        rewards: row.remaining_rewards,
        platform_discount: row.remaining_discount - row.seller_discount,
    };
    let posting = Posting::line_accrued(new.id, row.purchase_order_id, seller, funding, amounts, now);
    Some((new, Some(posting)))
}

async fn shipping(tx: &Tx, seller: SellerId, parts: Vec<SellerOrderId>, now: Now) -> Result<usize, Fault> {
    let rows = SHIPPING.all(tx, (parts,)).await?;
    line::write(tx, rows.iter().filter_map(|row| shipping_line(seller, row, now)).collect()).await
}

fn shipping_line(seller: SellerId, row: &ShippingRow, now: Now) -> Option<(NewLine, Option<Posting>)> {
    let amounts = settle_shipping(row.shipping_fee, row.remote_surcharge, row.seller_discount, row.gone_back)?;
    let new = NewLine {
        seller_order_id: Some(row.id),
        ..NewLine::new(LineType::Shipping, seller, kst_date(row.due_at?), amounts, now)
    };
    let funding = shipping_funding(row.shipping_fee + row.remote_surcharge, row.shipping_discount, row.seller_discount);
    let posting = Posting::line_accrued(new.id, row.purchase_order_id, seller, funding, amounts, now);
    Some((new, Some(posting)))
}

/// How shipping was paid for: in cash, and by the platform as far as its coupon went.
pub(crate) fn shipping_funding(charged: Money, discount: Money, sellers: Money) -> Funding {
    Funding { cash: charged - discount, platform_discount: discount - sellers, ..Funding::default() }
}

fn claim_fee(seller: SellerId, row: &FeeRow, now: Now) -> Option<(NewLine, Option<Posting>)> {
    let amounts = settle_claim_fee(row.fee_total)?;
    let new = NewLine {
        seller_order_id: Some(row.seller_order_id),
        claim_id: Some(row.id),
        ..NewLine::new(LineType::ClaimFee, seller, kst_date(row.done_at?), amounts, now)
    };
    // What is given back was recovered from the buyer, whoever is at fault now.
    let platform_pays = row.fault == AtFault::Platform && row.fee_total.is_positive();
    let posting = Posting::claim_fee_accrued(new.id, row.purchase_order_id, seller, row.fee_total, platform_pays, now);
    Some((new, Some(posting)))
}

#[cfg(test)]
#[path = "accrue_tests.rs"]
mod tests;
