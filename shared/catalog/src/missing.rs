//! What a version still lacks before an inspector may see it, by the path of the form.

use crate::draft::price_problem;
use crate::{CertificationKind, FilterAttribute, NoticeType, PictureRole, ProductContent, attributes};
use chrono::NaiveDate;
use db::{Json, On};
use kernel::{BrandId, CategoryId, Fault, FieldError, Now, ProductId, SellerId};

db::row! {
    /// What the rows around a product say.
    pub(crate) struct Around { pub category: bool, pub notice_type: NoticeType, pub brand: bool, pub shipping_policy: bool, pub attributes: Json<Vec<FilterAttribute>> }
}

db::statements! {
    static AROUND: (CategoryId, BrandId, SellerId, ProductId, NaiveDate) => Around =
        "select c.active and not exists (select from categories below where below.parent_id = c.id and below.active) as category,
                c.notice_type,
                exists (select from brand_sellers bs join brands b on b.id = bs.brand_id
                        where bs.brand_id = $2 and bs.seller_id = $3 and b.state = 'active'
                          and bs.valid_from <= $5 and coalesce(bs.valid_to >= $5, true)) as brand,
                exists (select from shipping_policies sp where sp.seller_id = $3 and sp.retired_at is null
                        and (sp.is_default or sp.id = (select p.shipping_policy_id from products p where p.id = $4))) as shipping_policy,
                (select coalesce(jsonb_agg(a.attribute), '[]')
                 from categories up cross join lateral jsonb_array_elements(up.attribute_schema) as a(attribute)
                 where up.id = c.id or starts_with(c.path, up.path || '/')) as attributes
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
    let mut found = attributes::problems(&content.attributes, &around.attributes.0);
    found.extend(price_problem(content.list_price, content.sale_price));
    let mut lacks = |unless: bool, path: &str, code: &str| {
        if !unless {
            found.push(FieldError::new(path, code));
        }
    };
    lacks(around.category, "/category_id", "category_not_usable");
    lacks(around.brand, "/brand_id", "brand_not_yours");
    lacks(content.skus.iter().any(|sku| sku.usable), "/options/skus", "missing");
    lacks(
        content.skus.iter().all(|sku| !sku.usable)
            || content.skus.iter().any(|sku| sku.usable && sku.price_delta.is_zero()),
        "/options/skus",
        "no_sku_at_base_price",
    );
    lacks(
        content.pictures.iter().any(|picture| picture.role == PictureRole::Main && picture.option_value_id.is_none()),
        "/pictures",
        "main_missing",
    );
    lacks(!content.certifications.is_empty(), "/certifications", "missing");
    // The category may have become one of children's goods after the certifications were stated.
    let certified = |c: &crate::Certification| matches!(c.kind, CertificationKind::Kc | CertificationKind::Child);
    lacks(
        around.notice_type != NoticeType::Kids
            || content.certifications.is_empty()
            || content.certifications.iter().any(certified),
        "/certifications",
        "children_s_goods_need_one",
    );
    lacks(around.shipping_policy, "/delivery/shipping_policy_id", "missing");
    match &content.disclosure {
        Some(disclosure) => found.extend(disclosure.problems(around.notice_type).into_iter().map(below_disclosure)),
        None => found.push(FieldError::new("/disclosure", "missing")),
    }
    found
}

fn below_disclosure(problem: FieldError) -> FieldError {
    FieldError { field: format!("/disclosure{}", problem.field), ..problem }
}
