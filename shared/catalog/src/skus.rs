//! A seller edits SKUs together: price difference, codes, warehouse place, whether they are sold, when to reorder.
//! Quantities are changed in the stock screens. At least one usable SKU costs what the product's page says.

use crate::open::{TOUCH, edit_refusals, open};
use crate::sold_again;
use authz::SellerScope;
use chrono::NaiveDate;
use db::{Json, Tx};
use kernel::{Failure, FieldError, Money, Now, ProductId, SellerId, SkuId};
use serde::Serialize;
use std::collections::HashSet;

/// Changes of one SKU; None leaves a field as it is, `Some(None)` clears it.
#[derive(Debug, Clone, Serialize)]
pub struct SkuEdit {
    pub sku_id: SkuId,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub price_delta: Option<Money>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub usable: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub seller_sku: Option<Option<String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub barcode: Option<Option<String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub location_code: Option<Option<String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub low_stock_threshold: Option<Option<i32>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub restock_expected_on: Option<Option<NaiveDate>>,
}

edit_refusals! {
    /// Why SKU edits are refused.
    pub enum SkusError {
        SkusInvalid(Vec<FieldError>) = 422 "skus_invalid" each field, "Some SKUs cannot be changed like this.", "수정할 수 없는 옵션이 있습니다.";
        NoBasePrice = 422 "no_sku_at_base_price", "At least one SKU in use must cost no more and no less than the product.", "추가 금액이 0원인 옵션이 하나 이상 있어야 합니다.";
        PriceTooLow = 422 "sku_price_too_low", "A SKU would cost less than 10 won.", "옵션 가격은 10원 이상이어야 합니다.";
        SellerSkuTaken(Vec<String>) = 409 "seller_sku_taken", "Another SKU of yours has this code.", "이미 사용 중인 옵션 코드입니다.";
    }
}

db::row! { struct Checked { base: bool, too_low: bool, taken: Vec<String> } }

db::statements! {
    static EDIT: (ProductId, Json<Vec<SkuEdit>>) => (SkuId,) =
        "update product_skus k set
             price_delta = coalesce((e.edit->>'price_delta')::bigint, k.price_delta),
             usable = coalesce((e.edit->>'usable')::boolean, k.usable),
             seller_sku = case when e.edit ? 'seller_sku' then e.edit->>'seller_sku' else k.seller_sku end,
             barcode = case when e.edit ? 'barcode' then e.edit->>'barcode' else k.barcode end,
             location_code = case when e.edit ? 'location_code' then e.edit->>'location_code' else k.location_code end,
             low_stock_threshold = case when e.edit ? 'low_stock_threshold' then (e.edit->>'low_stock_threshold')::int else k.low_stock_threshold end,
             restock_expected_on = case when e.edit ? 'restock_expected_on' then (e.edit->>'restock_expected_on')::date else k.restock_expected_on end,
             version = k.version + 1
         from jsonb_array_elements($2) as e(edit)
         where k.product_id = $1 and k.id = (e.edit->>'sku_id')::uuid
         returning k.id";
    /// Two products of a store never take one code at the same time.
    static LOCK_CODES: (SellerId,) => (SellerId,) = "select id from sellers where id = $1 for no key update";
    /// Looked at after the change, under the product's lock. The lowest price of a SKU is in its lowest promotion, or still
    /// to come: scheduled, or waiting for inspection.
    static CHECK: (ProductId, SellerId, Now) => Checked =
        "select coalesce(bool_or(k.usable and k.price_delta = 0), false) as base,
                coalesce(bool_or(k.usable and k.price_delta + least(p.sale_price, promo.lowest, ahead.lowest, (p.pending_changes->>'sale_price')::bigint) < 10), false) as too_low,
                array(select distinct mine.seller_sku from product_skus mine
                      join product_skus other on other.seller_sku = mine.seller_sku and other.id <> mine.id
                      join products op on op.id = other.product_id and op.seller_id = $2 and op.state <> 'deleted'
                      where mine.product_id = $1) as taken
         from products p
         left join product_skus k on k.product_id = p.id
         left join lateral (select min(pp.promo_price) as lowest from promotion_products pp join promotions pr on pr.id = pp.promotion_id
                            where pp.product_id = p.id and pp.state = 'approved' and pr.state in ('scheduled', 'running') and pr.ends_at > $3) promo on true
         left join lateral (select min(h.sale_price) as lowest from price_histories h where h.product_id = p.id and h.valid_from > $3) ahead on true
         where p.id = $1 group by p.id";
}

/// Applies the edits, all or none.
pub async fn edit_skus(
    tx: &Tx,
    by: SellerScope,
    product_id: ProductId,
    now: Now,
    edits: Vec<SkuEdit>,
) -> Result<(), Failure<SkusError>> {
    open(tx, by, product_id, now).await.map_err(Failure::widen)?;
    let mut problems = problems(&edits, now.date());
    let ids: Vec<SkuId> = edits.iter().map(|edit| edit.sku_id).collect();
    let used = edits.iter().any(|edit| edit.usable == Some(true));
    let edited: HashSet<SkuId> = EDIT.all(tx, (product_id, Json(edits))).await?.into_iter().map(|(id,)| id).collect();
    for (at, id) in ids.iter().enumerate().filter(|(_, id)| !edited.contains(id)) {
        problems.push(FieldError {
            message: Some(id.to_string()),
            ..FieldError::new(format!("/skus/{at}/sku_id"), "sku_not_found")
        });
    }
    if !problems.is_empty() {
        return Err(SkusError::SkusInvalid(problems).into());
    }
    check(tx, by, product_id, now).await.map_err(Failure::widen)?;
    if used {
        sold_again::tell(tx, vec![product_id], now).await?;
    }
    Ok(TOUCH.run(tx, (product_id, now)).await?)
}

kernel::refusals! {
    /// What must hold of a product's SKUs together.
    pub(crate) enum SkuRules {
        NoBasePrice = 422 "no_sku_at_base_price", "At least one SKU in use must cost no more and no less than the product.", "추가 금액이 0원인 옵션이 하나 이상 있어야 합니다.";
        PriceTooLow = 422 "sku_price_too_low", "A SKU would cost less than 10 won.", "옵션 가격은 10원 이상이어야 합니다.";
        SellerSkuTaken(Vec<String>) = 409 "seller_sku_taken", "Another SKU of yours has this code.", "이미 사용 중인 옵션 코드입니다.";
    }
}

impl From<SkuRules> for SkusError {
    fn from(broken: SkuRules) -> SkusError {
        match broken {
            SkuRules::NoBasePrice => SkusError::NoBasePrice,
            SkuRules::PriceTooLow => SkusError::PriceTooLow,
            SkuRules::SellerSkuTaken(codes) => SkusError::SellerSkuTaken(codes),
        }
    }
}

/// Checks the SKUs as they are now in this transaction.
pub(crate) async fn check(tx: &Tx, by: SellerScope, product_id: ProductId, now: Now) -> Result<(), Failure<SkuRules>> {
    LOCK_CODES.opt(tx, (by.seller_id(),)).await?;
    let checked = CHECK.one(tx, (product_id, by.seller_id(), now)).await?;
    if !checked.base {
        return Err(SkuRules::NoBasePrice.into());
    }
    if checked.too_low {
        return Err(SkuRules::PriceTooLow.into());
    }
    if checked.taken.is_empty() { Ok(()) } else { Err(SkuRules::SellerSkuTaken(checked.taken).into()) }
}

/// Why a price difference cannot be.
pub(crate) fn delta_problem(delta: Money) -> Option<&'static str> {
    let bounded = (-Money::MAX..=Money::MAX).contains(&delta);
    match (bounded, delta.get() % 10) {
        (false, _) => Some("out_of_range"),
        (true, 0) => None,
        (true, _) => Some("not_in_units_of_10_won"),
    }
}

fn problems(edits: &[SkuEdit], today: NaiveDate) -> Vec<FieldError> {
    let mut found = Vec::new();
    let mut named = HashSet::new();
    for (at, edit) in edits.iter().enumerate() {
        let mut wrong = |field: &str, code: &str| found.push(FieldError::new(format!("/skus/{at}/{field}"), code));
        if !named.insert(edit.sku_id) {
            wrong("sku_id", "named_twice");
        }
        if let Some(code) = edit.price_delta.and_then(delta_problem) {
            wrong("price_delta", code);
        }
        if edit.restock_expected_on.flatten().is_some_and(|day| day <= today) {
            wrong("restock_expected_on", "not_in_the_future");
        }
    }
    found
}
