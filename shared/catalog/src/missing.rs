//! What a version still lacks before an inspector may see it, by the path of the form.

use crate::draft::valid_prices;
use crate::{NoticeType, PictureRole, ProductContent};
use chrono::NaiveDate;
use db::On;
use kernel::{BrandId, CategoryId, Fault, FieldError, Now, ProductId, SellerId};

db::row! {
    /// What the rows around a product say.
    pub(crate) struct Around { pub category: bool, pub notice_type: NoticeType, pub brand: bool, pub shipping_policy: bool }
}

db::statements! {
    static AROUND: (CategoryId, BrandId, SellerId, ProductId, NaiveDate) => Around =
        "select c.active and not exists (select from categories below where below.parent_id = c.id and below.active) as category,
                c.notice_type,
                exists (select from brand_sellers bs join brands b on b.id = bs.brand_id
                        where bs.brand_id = $2 and bs.seller_id = $3 and b.state = 'active'
                          and bs.valid_from <= $5 and coalesce(bs.valid_to >= $5, true)) as brand,
                exists (select from shipping_policies sp where sp.seller_id = $3 and sp.retired_at is null
                        and (sp.is_default or sp.id = (select p.shipping_policy_id from products p where p.id = $4))) as shipping_policy
         from categories c where c.id = $1";
}

/// Reads what the version depends on.
pub(crate) async fn around(
    on: &impl On,
    product_id: ProductId,
    seller_id: SellerId,
    content: &ProductContent,
    now: Now,
) -> Result<Around, Fault> {
    AROUND.one(on, (content.category_id, content.brand_id, seller_id, product_id, now.date())).await
}

/// Everything that is missing or invalid; empty means it may be submitted.
pub(crate) fn missing(content: &ProductContent, around: &Around) -> Vec<FieldError> {
    let mut found = Vec::new();
    let mut lacks = |unless: bool, path: &str, code: &str| {
        if !unless {
            found.push(FieldError::new(path, code));
        }
    };
    lacks(around.category, "/category_id", "category_not_usable");
    lacks(around.brand, "/brand_id", "brand_not_yours");
    lacks(valid_prices(content.list_price, content.sale_price), "/sale_price", "price_invalid");
    lacks(content.skus.iter().any(|sku| sku.usable), "/options/skus", "missing");
    lacks(
        content.skus.iter().any(|sku| sku.usable && sku.price_delta.is_zero()),
        "/options/skus",
        "no_sku_at_base_price",
    );
    lacks(
        content.pictures.iter().any(|picture| picture.role == PictureRole::Main && picture.option_value_id.is_none()),
        "/pictures",
        "main_missing",
    );
    lacks(!content.certifications.is_empty(), "/certifications", "missing");
    lacks(around.shipping_policy, "/delivery/shipping_policy_id", "missing");
    match &content.disclosure {
        Some(disclosure) => found.extend(disclosure.problems(around.notice_type)),
        None => found.push(FieldError::new("/disclosure", "missing")),
    }
    found
}
