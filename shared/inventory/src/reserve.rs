//! An order holds the pieces of its lines until it is paid or given up. All lines or none: a customer who cannot have
//! everything decides what to leave out, so the refusal names the SKUs that are short.
//!
//! Context: in a flash sale everybody wants one row of `sku_stocks`, and who has it makes all others wait. Left to the row's own lock,
//! every waiter that wakes finds a newer version of the row, looks at it again and queues once more.
//! Decision: whoever wants a SKU queues for it by an advisory lock of the transaction, which is handed on in turn, and only then looks
//! at the row. The hold is the last thing an order does and travels with the commit ([`Tx::commit_with`]), and the commit lets go of
//! the row before it is on the disk ([`Tx::early_lock_release`]): the SKU is locked for one statement, never while the database waits
//! for a function, a disk or another zone. That statement writes counter, reservations and events;
//! the counter's own check (`reserved between 0 and on_hand`) stands against the commit, so that nothing is sold twice whatever
//! the function believes, and what is short is looked up after it. All of this holds however many functions the buyers are in.
//! Rejected: slots of a SKU's stock taken with `skip locked`, and slices of it leased to appended reservations (every reader
//! adds them up, the last pieces lie scattered, and a law has to hold over all of them; worth it once the statement that holds
//! is what limits a sale, which is not so while an order costs far more to write); batches of waiting buyers in one
//! commit (buyers are in functions of their own, so it takes a queue and a leader that prices and writes other people's orders, and
//! one bad order must not fail its batch; measured on two processors, the three tiers of an order of three lines take 922 µs in a
//! statement of its own and 577 µs in one of twenty orders, for what they cost is rows, indexes and checks).
//! Consequences: orders of one SKU take it one after the other and wait for the disk together. Those of many SKUs do not wait for each
//! other. A flash sale is as fast with 256 buyers as with 16, and what limits it is what an order takes of the processors
//! (docs/benchmarks.md), neither the lock nor the commit: where a commit takes 3 ms more, 64 buyers placed 234 orders a second while
//! it was waited for under the lock, and 520 since.

use crate::EXACT_UP_TO;
use chrono::{DateTime, Utc};
use db::{Json, On, Tx};
use events::StockChanged;
use futures::try_join;
use jobs::outbox::Outbox;
use kernel::fault::RefuseOn;
use kernel::{
    Code, Failure, Fault, FieldError, Now, ProductId, ProductOrderId, Refusal, ReservationId, SellerId, SkuId,
};
use serde::Serialize;
use serde_json::Value;
use std::collections::BTreeMap;

/// The hold of one order line.
#[derive(Debug, Clone, Serialize)]
pub struct Reserve {
    pub reservation_id: ReservationId,
    pub product_order_id: ProductOrderId,
    pub sku_id: SkuId,
    pub product_id: ProductId,
    pub seller_id: SellerId,
    pub quantity: i32,
    /// When an unpaid order loses it.
    pub expires_at: DateTime<Utc>,
}

/// Some SKUs have fewer pieces left than the lines ask for together. Nothing was held.
#[derive(Debug, Clone)]
pub struct OutOfStock {
    pub lines: Vec<ShortLine>,
}

/// One SKU that is short.
#[derive(Debug, Clone, Serialize)]
pub struct ShortLine {
    pub sku_id: SkuId,
    pub requested: i32,
    /// Pieces that could be had, told when they are five or fewer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub left: Option<i32>,
}

impl ShortLine {
    /// One SKU of which fewer pieces are left than are asked for.
    pub fn new(sku_id: SkuId, requested: i32, left: i32) -> ShortLine {
        ShortLine { sku_id, requested, left: (left <= EXACT_UP_TO).then_some(left.max(0)) }
    }
}

const OUT_OF_STOCK: Code =
    Code::new("out_of_stock", 409, "Some items are out of stock.", "품절되었거나 재고가 부족한 상품이 있습니다.");

impl Refusal for OutOfStock {
    const CODES: &'static [Code] = &[OUT_OF_STOCK];
    fn code(&self) -> &'static Code {
        &OUT_OF_STOCK
    }
    fn fields(&self) -> Vec<FieldError> {
        Vec::new()
    }
    fn details(&self) -> Option<serde_json::Value> {
        serde_json::to_value(&self.lines).ok()
    }
}

db::row! { struct Wanted { sku_id: SkuId, requested: i32, left: i32 } }

db::statements! {
    /// Whoever wants a SKU queues for it here, in SKU order.
    static QUEUE_UP: (Vec<SkuId>,) => (bool,) =
        "select bool_and(pg_advisory_xact_lock(hashtextextended('stock:' || sku_id, 0)) is null) from (select unnest($1::uuid[]) as sku_id order by 1) s";
    /// Two lines of one SKU count together; stock rows are locked in SKU order. A SKU without a stock row leaves its reservation
    /// without a SKU, which the schema refuses.
    static RESERVE: (Json<Vec<Reserve>>, Now, Json<Vec<Value>>) => () =
        "with line as (
             select * from jsonb_to_recordset($1) as l(reservation_id uuid, product_order_id uuid, sku_id uuid, quantity int, expires_at timestamptz)),
         wanted as (select sku_id, sum(quantity)::int as quantity from line group by sku_id),
         locked as materialized (
             select s.sku_id, w.quantity from sku_stocks s join wanted w on w.sku_id = s.sku_id order by s.sku_id for update of s),
         taken as (
             update sku_stocks s set reserved = s.reserved + l.quantity, version = s.version + 1, updated_at = $2
             from locked l where s.sku_id = l.sku_id
             returning s.sku_id, s.on_hand - s.reserved as available, s.version),
         held as (
             insert into stock_reservations (id, sku_id, product_order_id, quantity, expires_at, created_at)
             select l.reservation_id, t.sku_id, l.product_order_id, l.quantity, l.expires_at, $2
             from line l left join taken t on t.sku_id = l.sku_id)
         insert into outbox_events (id, event, aggregate_type, aggregate_id, trace_id, payload, occurred_at)
         select e.id, e.event, e.aggregate_type, e.aggregate_id, e.trace_id,
                e.payload || jsonb_build_object('available', t.available, 'version', t.version), e.occurred_at
         from jsonb_populate_recordset(null::outbox_events, $3) e join taken t on t.sku_id = e.aggregate_id";
    /// Of the SKUs of these lines.
    static LEFT: (Json<Vec<Reserve>>,) => Wanted =
        "select l.sku_id, sum(l.quantity)::int as requested, coalesce(max(s.on_hand - s.reserved), 0)::int as left
         from jsonb_to_recordset($1) as l(sku_id uuid, quantity int) left join sku_stocks s on s.sku_id = l.sku_id
         group by l.sku_id order by l.sku_id";
}

/// Holds the pieces of all lines, or none. Made to travel with the commit: what is not there is said by the database, and the
/// refusal names no lines yet, see [`short`].
pub async fn reserve(tx: &Tx, lines: &[Reserve], now: Now) -> Result<(), Failure<OutOfStock>> {
    let mut skus: BTreeMap<SkuId, &Reserve> = BTreeMap::new();
    for line in lines {
        skus.entry(line.sku_id).or_insert(line);
    }
    let wanted = skus.keys().copied().collect();
    let mut outbox = Outbox::new();
    for Reserve { sku_id, product_id, seller_id, .. } in skus.into_values() {
        // What is left and the version are known where the row is locked: the statement puts them in.
        let (sku_id, product_id, seller_id) = (*sku_id, *product_id, *seller_id);
        outbox.add(&StockChanged { sku_id, product_id, seller_id, available: 0, version: 0 }, now)?;
    }
    let stock = (Json(lines.to_vec()), now, outbox.rows()?);
    let held = try_join!(QUEUE_UP.one(tx, (wanted,)), RESERVE.run(tx, stock)).map(drop);
    held.refuse_on("sku_stocks_reserved_within_on_hand", OutOfStock { lines: Vec::new() })
}

/// Which lines were refused for want of pieces, looked up after it.
///
/// # Errors
/// [`Fault::Contention`] when pieces came free at that very moment: the same call may succeed now.
pub async fn short(on: &impl On, lines: &[Reserve]) -> Result<OutOfStock, Fault> {
    let lines = short_of(&LEFT.all(on, (Json(lines.to_vec()),)).await?);
    if lines.is_empty() {
        return Err(Fault::Contention { source: "pieces came free while an order was refused for them".into() });
    }
    Ok(OutOfStock { lines })
}

fn short_of(wanted: &[Wanted]) -> Vec<ShortLine> {
    wanted
        .iter()
        .filter(|sku| sku.left < sku.requested)
        .map(|sku| ShortLine::new(sku.sku_id, sku.requested, sku.left))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wanted(requested: i32, left: i32) -> Wanted {
        Wanted { sku_id: SkuId::new(), requested, left }
    }

    #[test]
    fn a_refusal_names_the_short_skus_and_tells_small_numbers_only() {
        let lines = short_of(&[wanted(2, 30), wanted(7, 5), wanted(9, 8), wanted(1, 0)]);
        let told: Vec<_> = lines.iter().map(|line| (line.requested, line.left)).collect();
        assert_eq!(told, [(7, Some(5)), (9, None), (1, Some(0))]);
    }
}
