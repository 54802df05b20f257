//! An order holds the pieces of its lines until it is paid or given up. All lines or none: a customer who cannot have
//! everything decides what to leave out, so the refusal names the SKUs that are short.

use crate::EXACT_UP_TO;
use crate::changed::{Changed, tell};
use chrono::{DateTime, Utc};
use db::{Json, Tx};
use kernel::{Code, Failure, FieldError, Now, ProductId, ProductOrderId, Refusal, ReservationId, SellerId, SkuId};
use serde::Serialize;

/// The hold of one order line.
#[derive(Debug, Clone, Serialize)]
pub struct Reserve {
    pub reservation_id: ReservationId,
    pub product_order_id: ProductOrderId,
    pub sku_id: SkuId,
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

db::row! {
    struct Wanted {
        sku_id: SkuId, requested: i32, left: i32, held: bool,
        product_id: Option<ProductId>, seller_id: Option<SellerId>, available: Option<i32>, version: Option<i32>,
    }
}

db::statements! {
    /// Two lines of one SKU count together; the stock rows are locked in SKU order before any of them is compared.
    static RESERVE: (Json<Vec<Reserve>>, Now) => Wanted =
        "with line as (
             select * from jsonb_to_recordset($1) as l(reservation_id uuid, product_order_id uuid, sku_id uuid, quantity int, expires_at timestamptz)),
         wanted as (select sku_id, sum(quantity)::int as quantity from line group by sku_id),
         locked as materialized (
             select s.sku_id, s.on_hand - s.reserved as left_over, w.quantity
             from sku_stocks s join wanted w on w.sku_id = s.sku_id order by s.sku_id for update of s),
         short as (
             select w.sku_id from wanted w left join locked l on l.sku_id = w.sku_id
             where coalesce(l.left_over, 0) < w.quantity),
         taken as (
             update sku_stocks s set reserved = s.reserved + l.quantity, version = s.version + 1, updated_at = $2
             from locked l
             where s.sku_id = l.sku_id and s.on_hand - s.reserved >= l.quantity and not exists (select from short)
             returning s.sku_id, s.on_hand - s.reserved as available, s.version),
         held as (
             insert into stock_reservations (id, sku_id, product_order_id, quantity, expires_at, created_at)
             select reservation_id, sku_id, product_order_id, quantity, expires_at, $2 from line
             where not exists (select from short)
             returning 1)
         select w.sku_id, w.quantity as requested, coalesce(l.left_over, 0) as left, t.sku_id is not null as held,
                p.id as product_id, p.seller_id, t.available, t.version
         from wanted w
         left join locked l on l.sku_id = w.sku_id
         left join taken t on t.sku_id = w.sku_id
         left join product_skus k on k.id = w.sku_id
         left join products p on p.id = k.product_id
         order by w.sku_id";
}

/// Holds the pieces of all lines, or none.
pub async fn reserve(tx: &Tx, lines: &[Reserve], now: Now) -> Result<(), Failure<OutOfStock>> {
    let wanted = RESERVE.all(tx, (Json(lines.to_vec()), now)).await?;
    if wanted.iter().any(|sku| !sku.held) {
        return Err(OutOfStock { lines: short(&wanted) }.into());
    }
    let changed = wanted.into_iter().filter_map(|sku| {
        let (product_id, seller_id) = (sku.product_id?, sku.seller_id?);
        Some(Changed { sku_id: sku.sku_id, product_id, seller_id, available: sku.available?, version: sku.version? })
    });
    Ok(tell(tx, changed.collect(), now).await?)
}

fn short(wanted: &[Wanted]) -> Vec<ShortLine> {
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
        let none = (None, None, None, None);
        let (product_id, seller_id, available, version) = none;
        Wanted { sku_id: SkuId::new(), requested, left, held: false, product_id, seller_id, available, version }
    }

    #[test]
    fn a_refusal_names_the_short_skus_and_tells_small_numbers_only() {
        let lines = short(&[wanted(2, 30), wanted(7, 5), wanted(9, 8), wanted(1, 0)]);
        let told: Vec<_> = lines.iter().map(|line| (line.requested, line.left)).collect();
        assert_eq!(told, [(7, Some(5)), (9, None), (1, Some(0))]);
    }
}
