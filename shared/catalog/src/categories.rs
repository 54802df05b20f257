//! The category tree.

use crate::FilterAttribute;
use authz::SellerScope;
use chrono::NaiveDate;
use db::{Json, On};
use kernel::{BrandId, CategoryId, Failure, Fault, Now, Rate, SellerId};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

db::row! {
    /// One node, parents before children.
    pub struct CategoryRow { pub id: CategoryId, pub parent_id: Option<CategoryId>, pub name: String, pub depth: i16, pub position: i32, pub leaf: bool }
}

db::row! {
    /// One node as a seller sees it.
    pub struct SellerCategoryRow {
        pub id: CategoryId, pub parent_id: Option<CategoryId>, pub name: String, pub depth: i16, pub leaf: bool,
        /// Share of the price the platform keeps on a product here; None without a contract.
        pub commission_rate: Option<Rate>,
    }
}

/// One step of the way from the root.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct CategoryStep {
    pub id: CategoryId,
    pub name: String,
}

/// A brand to show at the top of a category.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct FeaturedBrand {
    pub id: BrandId,
    pub name: String,
    pub logo_key: Option<String>,
}

db::row! {
    /// One category's landing.
    pub struct CategoryLanding {
        pub id: CategoryId, pub name: String, pub path: Json<Vec<CategoryStep>>, pub children: Json<Vec<CategoryStep>>,
        pub attributes: Json<Vec<FilterAttribute>>, pub brands: Json<Vec<FeaturedBrand>>,
    }
}

kernel::refusals! {
    /// Why a category is not shown.
    pub enum CategoryError {
        CategoryNotFound = 404 "category_not_found", "There is no such category.", "존재하지 않는 카테고리입니다.";
    }
}

db::statements! {
    static TREE: () => CategoryRow =
        "select c.id, c.parent_id, c.name, c.depth, c.position,
                not exists (select from categories below where below.parent_id = c.id and below.active) as leaf
         from categories c where c.active order by c.depth, c.position, c.name";
    /// The rate of the nearest category that has one, else of the seller, else the contract's; own rates before general ones.
    static SELLER_TREE: (SellerId, NaiveDate) => SellerCategoryRow =
        "select c.id, c.parent_id, c.name, c.depth,
                not exists (select from categories below where below.parent_id = c.id and below.active) as leaf,
                case when k.id is not null then coalesce(rate.rate, k.commission_rate) end as commission_rate
         from categories c
         left join seller_contracts k on k.seller_id = $1 and k.state <> 'draft' and k.effective_from <= $2 and coalesce(k.effective_to > $2, true)
         left join lateral (
             select r.rate from commission_rates r left join categories at on at.id = r.category_id
             where r.effective_from <= $2 and coalesce(r.effective_to > $2, true) and (r.seller_id is null or r.seller_id = $1)
               and r.product_id is null and r.brand_id is null
               and (r.category_id is null or at.id = c.id or starts_with(c.path, at.path || '/'))
             order by at.depth desc nulls last, r.seller_id nulls last limit 1) rate on true
         where c.active order by c.depth, c.position, c.name";
    /// Featured: the brands most liked by what they sell here.
    static LANDING: (CategoryId,) => CategoryLanding =
        "select c.id, c.name,
                (select jsonb_agg(jsonb_build_object('id', up.id, 'name', up.name) order by up.depth)
                 from categories up where up.id = c.id or starts_with(c.path, up.path || '/')) as path,
                coalesce((select jsonb_agg(jsonb_build_object('id', d.id, 'name', d.name) order by d.position, d.name)
                          from categories d where d.parent_id = c.id and d.active), '[]') as children,
                (select coalesce(jsonb_agg(a.attribute order by up.depth, a.position), '[]')
                 from categories up cross join lateral jsonb_array_elements(up.attribute_schema) with ordinality as a(attribute, position)
                 where up.id = c.id or starts_with(c.path, up.path || '/')) as attributes,
                coalesce((select jsonb_agg(jsonb_build_object('id', t.id, 'name', t.name_ko, 'logo_key', t.object_key) order by t.likes desc, t.id)
                          from (select b.id, b.name_ko, u.object_key, sum(p.like_count) as likes
                                from categories d
                                join products p on p.category_id = d.id and p.state = 'on_sale'
                                join brands b on b.id = p.brand_id and b.state = 'active'
                                left join uploads u on u.id = b.logo_file_id
                                where d.id = c.id or starts_with(d.path, c.path || '/')
                                group by b.id, b.name_ko, u.object_key order by likes desc, b.id limit 10) t), '[]') as brands
         from categories c where c.id = $1 and c.active";
}

/// The active tree.
pub async fn category_tree(on: &impl On) -> Result<Vec<CategoryRow>, Fault> {
    TREE.all(on, ()).await
}

/// The active tree with what selling there costs this seller.
pub async fn seller_category_tree(on: &impl On, by: SellerScope, now: Now) -> Result<Vec<SellerCategoryRow>, Fault> {
    SELLER_TREE.all(on, (by.seller_id(), now.date())).await
}

/// One category's landing.
pub async fn category_landing(on: &impl On, id: CategoryId) -> Result<CategoryLanding, Failure<CategoryError>> {
    Ok(LANDING.opt(on, (id,)).await?.ok_or(CategoryError::CategoryNotFound)?)
}
