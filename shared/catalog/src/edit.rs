//! A seller edits what a product is called, where it hangs and how it may be bought.
//!
//! On a product that was approved, names, category and brand wait for inspection while the live version keeps selling;
//! the rest holds at once. Nothing that an inspector looks at changes while a campaign runs on it.

use crate::draft::usable;
use crate::open::{Opened, edit_refusals, open, open_for_review};
use crate::{Attributes, Gender, PendingChanges, attributes};
use authz::SellerScope;
use chrono::{DateTime, Utc};
use db::{Json, Tx};
use kernel::fault::RefuseOn;
use kernel::{BrandId, CategoryId, Failure, FieldError, Now, ProductId};

/// Changes; None leaves a field as it is, `Some(None)` clears it.
#[derive(Debug, Clone, Default)]
pub struct EditProduct {
    pub name: Option<String>,
    pub name_en: Option<String>,
    pub category_id: Option<CategoryId>,
    pub brand_id: Option<BrandId>,
    pub gender: Option<Gender>,
    pub season: Option<Option<String>>,
    /// Those of the category's form, all at once.
    pub attributes: Option<Attributes>,
    pub search_tags: Option<Vec<String>>,
    pub min_per_order: Option<i32>,
    pub max_per_order: Option<Option<i32>>,
    pub max_per_user: Option<Option<i32>>,
    pub sale_starts_at: Option<Option<DateTime<Utc>>>,
    pub sale_ends_at: Option<Option<DateTime<Utc>>>,
    pub feed_exposed: Option<bool>,
    pub point_usable: Option<bool>,
}

edit_refusals! {
    /// Why an edit is refused.
    pub enum EditError {
        CategoryNotUsable = 422 "category_not_usable" at "/category_id", "Products hang on active leaf categories only.", "상품을 등록할 수 없는 카테고리입니다.";
        BrandNotYours = 422 "brand_not_yours" at "/brand_id", "You have no right to sell this brand.", "판매 권한이 없는 브랜드입니다.";
        PromotionLocked = 409 "promotion_locked", "The product is in a campaign; this cannot be changed until it ends.", "진행 중인 프로모션이 끝날 때까지 변경할 수 없습니다.";
        AttributesInvalid(Vec<FieldError>) = 422 "attributes_invalid" each field, "Some attributes are not of this category.", "카테고리 속성 정보를 확인해 주세요.";
        OrderLimits = 422 "order_limits_invalid" at "/max_per_order", "The most per order is at least the least.", "최대 구매 수량은 최소 구매 수량보다 작을 수 없습니다.";
        SalePeriod = 422 "sale_period_invalid" at "/sale_ends_at", "The sale ends after it starts.", "판매 종료일은 시작일보다 뒤여야 합니다.";
    }
}

db::statements! {
    static EDIT: (ProductId, Option<Gender>, bool, Option<String>, Option<Json<Attributes>>, Option<Vec<String>>, Option<i32>, Json<Limits>, Option<bool>, Option<bool>, Now) => () =
        "update products set
             gender = coalesce($2, gender),
             season = case when $3 then $4 else season end,
             attributes = coalesce($5, attributes),
             search_tags = coalesce($6, search_tags),
             min_per_order = coalesce($7, min_per_order),
             max_per_order = case when $8 ? 'max_per_order' then ($8->>'max_per_order')::int else max_per_order end,
             max_per_user = case when $8 ? 'max_per_user' then ($8->>'max_per_user')::int else max_per_user end,
             sale_starts_at = case when $8 ? 'sale_starts_at' then ($8->>'sale_starts_at')::timestamptz else sale_starts_at end,
             sale_ends_at = case when $8 ? 'sale_ends_at' then ($8->>'sale_ends_at')::timestamptz else sale_ends_at end,
             feed_exposed = coalesce($9, feed_exposed),
             point_usable = coalesce($10, point_usable),
             version = version + 1, updated_at = $11
         where id = $1";
    static RENAME: (ProductId, Option<String>, Option<String>, Option<CategoryId>, Option<BrandId>) => () =
        "update products set name = coalesce($2, name), name_en = coalesce($3, name_en), category_id = coalesce($4, category_id), brand_id = coalesce($5, brand_id) where id = $1";
}

/// Fields that may be cleared: present means set, null means cleared.
#[derive(Debug, serde::Serialize)]
struct Limits {
    #[serde(skip_serializing_if = "Option::is_none")]
    max_per_order: Option<Option<i32>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    max_per_user: Option<Option<i32>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    sale_starts_at: Option<Option<DateTime<Utc>>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    sale_ends_at: Option<Option<DateTime<Utc>>>,
}

/// Applies an edit. What waits for inspection is kept until the product is submitted.
pub async fn edit(
    tx: &Tx,
    by: SellerScope,
    product_id: ProductId,
    now: Now,
    mut cmd: EditProduct,
) -> Result<(), Failure<EditError>> {
    let reviewed = PendingChanges {
        name: cmd.name.take(),
        name_en: cmd.name_en.take(),
        category_id: cmd.category_id,
        brand_id: cmd.brand_id,
        ..PendingChanges::default()
    };
    let opened = if reviewed.is_empty() {
        open(tx, by, product_id, now).await.map_err(Failure::widen)?
    } else {
        open_for_review(tx, by, product_id, now).await.map_err(Failure::widen)?
    };
    if let Some(said) = &cmd.attributes {
        let category_id = cmd.category_id.unwrap_or(opened.working_category());
        let problems = attributes::problems(said, &attributes::of_category(tx, category_id).await?);
        if !problems.is_empty() {
            return Err(EditError::AttributesInvalid(problems).into());
        }
    }
    if !reviewed.is_empty() {
        review(tx, by, &opened, reviewed, now).await?;
    }
    at_once(tx, product_id, now, cmd).await
}

/// What an inspector looks at: kept on an approved product, written to a draft.
async fn review(
    tx: &Tx,
    by: SellerScope,
    opened: &Opened,
    changes: PendingChanges,
    now: Now,
) -> Result<(), Failure<EditError>> {
    if opened.in_promotion {
        return Err(EditError::PromotionLocked.into());
    }
    let category_id = changes.category_id.unwrap_or(opened.working_category());
    let brand_id = changes.brand_id.or(opened.pending().brand_id).unwrap_or(opened.brand_id);
    let (category, brand) = usable(tx, by, category_id, brand_id, now).await?;
    if changes.category_id.is_some() && !category {
        return Err(EditError::CategoryNotUsable.into());
    }
    if changes.brand_id.is_some() && !brand {
        return Err(EditError::BrandNotYours.into());
    }
    if opened.is_live() {
        return Ok(opened.keep(tx, changes, now).await?);
    }
    let PendingChanges { name, name_en, category_id, brand_id, .. } = changes;
    Ok(RENAME.run(tx, (opened.id, name, name_en, category_id, brand_id)).await?)
}

/// What nobody inspects.
async fn at_once(tx: &Tx, product_id: ProductId, now: Now, cmd: EditProduct) -> Result<(), Failure<EditError>> {
    let limits = Limits {
        max_per_order: cmd.max_per_order,
        max_per_user: cmd.max_per_user,
        sale_starts_at: cmd.sale_starts_at,
        sale_ends_at: cmd.sale_ends_at,
    };
    let (new_season, season) = (cmd.season.is_some(), cmd.season.flatten());
    let row = (
        product_id,
        cmd.gender,
        new_season,
        season,
        cmd.attributes.map(Json),
        cmd.search_tags,
        cmd.min_per_order,
        Json(limits),
        cmd.feed_exposed,
        cmd.point_usable,
        now,
    );
    let edited = EDIT.run(tx, row).await;
    match edited.as_ref().err().and_then(|fault| fault.constraint()) {
        Some("products_order_limits") => Err(EditError::OrderLimits.into()),
        _ => edited.refuse_on("products_sale_period", EditError::SalePeriod),
    }
}
