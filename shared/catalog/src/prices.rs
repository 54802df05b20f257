//! A seller sets list and sale prices of products, now or at a set time.
//!
//! A cut holds at once, a raise on an approved product waits for inspection (a list price is only raised to be crossed
//! out). Half off or more is asked for twice. The price of a product in a campaign is locked. A later call replaces a
//! scheduled price; the price of today cancels it. Each product answers for itself.

use crate::price_outcome::{NewPrice, PriceOutcome, PricedRow, is_live, judge};
use audit::{Target, record};
use authz::SellerScope;
use chrono::{DateTime, Utc};
use db::{Json, Tx};
use kernel::{Failure, Fault, MemberId, Now, PriceHistoryId, ProductId, SellerId};
use serde::Serialize;
use std::collections::HashMap;

/// Prices of many products.
#[derive(Debug, Clone)]
pub struct ChangePrices {
    pub prices: Vec<NewPrice>,
    /// None: now.
    pub at: Option<DateTime<Utc>>,
    pub confirm_large_drop: bool,
    pub member_id: MemberId,
}

kernel::refusals! {
    /// Why a whole call is refused.
    pub enum PricesError {
        TimeInPast = 422 "price_time_in_past" at "/at", "A set time lies ahead.", "적용 시각은 현재 이후여야 합니다.";
        DuplicateProduct(ProductId) = 422 "duplicate_product" at "/prices", "A product may be named once.", "같은 상품이 두 번 들어 있습니다.";
    }
}

#[derive(Debug, Clone, Serialize)]
struct PriceRow {
    id: PriceHistoryId,
    #[serde(flatten)]
    price: NewPrice,
}

db::statements! {
    static LOCK: (Vec<ProductId>, SellerId, Now) => PricedRow =
        "select p.id, p.state, p.list_price, p.sale_price,
                coalesce((select min(k.price_delta) from product_skus k where k.product_id = p.id and k.usable), 0) as lowest_delta, p.pending_changes,
                exists (select from product_revisions r where r.product_id = p.id and r.state in ('submitted', 'in_review')) as under_review,
                exists (select from promotion_products pp join promotions pr on pr.id = pp.promotion_id
                        where pp.product_id = p.id and pp.state = 'approved' and pr.state in ('scheduled', 'running') and pr.ends_at > $3) as in_promotion
         from products p where p.id = any($1) and p.seller_id = $2 and p.state <> 'deleted' order by p.id for update of p";
    static SET: (Json<Vec<NewPrice>>, Now) => () =
        "update products p set list_price = n.list_price, sale_price = n.sale_price,
                               pending_changes = nullif(p.pending_changes - '{list_price,sale_price}'::text[], '{}'),
                               version = p.version + 1, updated_at = $2
         from jsonb_to_recordset($1) as n(product_id uuid, list_price bigint, sale_price bigint) where p.id = n.product_id";
    static WAIT: (Json<Vec<NewPrice>>, Now) => () =
        "update products p set pending_changes = coalesce(p.pending_changes, '{}') || jsonb_build_object('list_price', n.list_price, 'sale_price', n.sale_price),
                               version = p.version + 1, updated_at = $2
         from jsonb_to_recordset($1) as n(product_id uuid, list_price bigint, sale_price bigint) where p.id = n.product_id";
    /// Prices that have not begun are off.
    static UNSCHEDULE: (Vec<ProductId>, Now) => () = "delete from price_histories where product_id = any($1) and valid_from >= $2";
    static CLOSE: (Vec<ProductId>, Now, Option<DateTime<Utc>>) => () =
        "update price_histories set valid_to = $3 where product_id = any($1) and valid_from < $2 and (valid_to is null or valid_to > $2)";
    static BEGIN: (Json<Vec<PriceRow>>, MemberId, DateTime<Utc>) => () =
        "insert into price_histories (id, product_id, list_price, sale_price, changed_by_type, changed_by, valid_from)
         select n.id, n.product_id, n.list_price, n.sale_price, 'seller', $2, $3
         from jsonb_to_recordset($1) as n(id uuid, product_id uuid, list_price bigint, sale_price bigint)";
}

/// Sets the prices; answers per product, in the order asked.
pub async fn change_prices(
    tx: &Tx,
    by: SellerScope,
    now: Now,
    cmd: ChangePrices,
) -> Result<Vec<(ProductId, PriceOutcome)>, Failure<PricesError>> {
    if cmd.at.is_some_and(|at| at <= now.0) {
        return Err(PricesError::TimeInPast.into());
    }
    let ids: Vec<ProductId> = cmd.prices.iter().map(|price| price.product_id).collect();
    let locked = LOCK.all(tx, (ids, by.seller_id(), now)).await?;
    let known: HashMap<ProductId, PricedRow> = locked.into_iter().map(|row| (row.id, row)).collect();
    let mut judged: Vec<(NewPrice, PriceOutcome)> = Vec::new();
    for price in &cmd.prices {
        if judged.iter().any(|(before, _)| before.product_id == price.product_id) {
            return Err(PricesError::DuplicateProduct(price.product_id).into());
        }
        judged.push((*price, judge(price, known.get(&price.product_id), cmd.at, cmd.confirm_large_drop)));
    }
    let of = |outcome: PriceOutcome| -> Vec<NewPrice> {
        judged.iter().filter(|(_, o)| *o == outcome).map(|(price, _)| *price).collect()
    };
    let live = |prices: &[NewPrice]| -> Vec<NewPrice> {
        prices.iter().filter(|p| known.get(&p.product_id).is_some_and(|row| is_live(row.state))).copied().collect()
    };
    let changed = of(PriceOutcome::Changed);
    if !changed.is_empty() {
        SET.run(tx, (Json(changed.clone()), now)).await?;
        replace(tx, live(&changed), now, now.0, cmd.member_id).await?;
    }
    let scheduled = of(PriceOutcome::Scheduled);
    if let (Some(at), false) = (cmd.at, scheduled.is_empty()) {
        replace(tx, scheduled, now, at, cmd.member_id).await?;
    }
    let unchanged = of(PriceOutcome::Unchanged);
    if !unchanged.is_empty() {
        let ids: Vec<ProductId> = unchanged.iter().map(|price| price.product_id).collect();
        UNSCHEDULE.run(tx, (ids.clone(), now)).await?;
        CLOSE.run(tx, (ids, now, None)).await?;
        SET.run(tx, (Json(unchanged), now)).await?;
    }
    let waiting = of(PriceOutcome::WaitsForInspection);
    if !waiting.is_empty() {
        WAIT.run(tx, (Json(waiting), now)).await?;
    }
    let taken: Vec<NewPrice> =
        judged.iter().filter(|(_, outcome)| outcome.is_taken()).map(|(price, _)| *price).collect();
    audit_taken(tx, &taken, &known, &cmd, now).await?;
    Ok(judged.into_iter().map(|(price, outcome)| (price.product_id, outcome)).collect())
}

/// Writes down who took which prices; what was refused changed nothing.
async fn audit_taken(
    tx: &Tx,
    taken: &[NewPrice],
    known: &HashMap<ProductId, PricedRow>,
    cmd: &ChangePrices,
    now: Now,
) -> Result<(), Fault> {
    if taken.is_empty() {
        return Ok(());
    }
    let before = taken.iter().filter_map(|price| known.get(&price.product_id));
    let before: Vec<_> = before.map(|row| (row.id, row.list_price, row.sale_price)).collect();
    let after = serde_json::json!({ "at": cmd.at, "prices": taken });
    let (action, target) = ("price.changed", Target::table("products"));
    record(tx, cmd.member_id, action, target, serde_json::to_value(before).ok(), Some(after), now).await
}

/// Ends the present price at `from` and begins these.
async fn replace(
    tx: &Tx,
    prices: Vec<NewPrice>,
    now: Now,
    from: DateTime<Utc>,
    member_id: MemberId,
) -> Result<(), Fault> {
    if prices.is_empty() {
        return Ok(());
    }
    let ids: Vec<ProductId> = prices.iter().map(|price| price.product_id).collect();
    let rows = prices.into_iter().map(|price| PriceRow { id: PriceHistoryId::new(), price }).collect();
    UNSCHEDULE.run(tx, (ids.clone(), now)).await?;
    CLOSE.run(tx, (ids, now, Some(from))).await?;
    BEGIN.run(tx, (Json(rows), member_id, from)).await
}
