//! A seller finds its products.

use crate::{ProductState, RevisionState};
use authz::SellerScope;
use chrono::{DateTime, Utc};
use db::On;
use kernel::{BrandId, CategoryId, Cursor, Fault, Limit, Money, Page, ProductId, SellerId};

kernel::text_enum! {
    /// Products with something to sell, or with nothing left.
    pub enum ProductStock { InStock = "in_stock", SoldOut = "sold_out" }
}

/// What is asked for.
#[derive(Debug, Clone, Default)]
pub struct SellerProductQuery {
    /// Part of the name, or the start of a style code, own code or own SKU code.
    pub keyword: Option<String>,
    pub state: Option<ProductState>,
    /// With everything below it.
    pub category_id: Option<CategoryId>,
    pub brand_id: Option<BrandId>,
    pub stock: Option<ProductStock>,
    /// State of the newest submitted version.
    pub inspection: Option<RevisionState>,
    pub cursor: Option<Cursor>,
    pub limit: Limit,
}

db::row! {
    /// One product in the seller's list. Prices in won.
    pub struct SellerProductRow {
        pub id: ProductId, pub name: String, pub style_no: Option<String>, pub seller_product_code: Option<String>, pub state: ProductState,
        pub state_reason: Option<String>, pub brand_name: String, pub category_name: String, pub list_price: Money, pub sale_price: Money,
        pub image_key: Option<String>, pub sku_count: i64, pub available: i64,
        /// Edits wait to be submitted or inspected.
        pub has_pending_changes: bool,
        pub inspection: Option<RevisionState>, pub updated_at: DateTime<Utc>,
    }
}

db::statements! {
    static LIST: (SellerId, Option<String>, Option<ProductState>, Option<CategoryId>, Option<BrandId>, Option<ProductStock>, Option<RevisionState>, Option<DateTime<Utc>>, Option<ProductId>, i64) => SellerProductRow =
        "with found as (
             select p.id, p.brand_id, p.category_id, p.name, p.style_no, p.seller_product_code, p.state, p.state_reason, p.list_price, p.sale_price,
                    p.pending_changes is not null as has_pending_changes, p.updated_at, s.sku_count, s.available, r.state as inspection
             from products p
             cross join lateral (select count(*) as sku_count, coalesce(sum(st.on_hand - st.reserved) filter (where k.usable), 0)::bigint as available,
                                        coalesce(bool_or($2 is not null and starts_with(k.seller_sku, $2)), false) as by_code
                                 from product_skus k left join sku_stocks st on st.sku_id = k.id where k.product_id = p.id) s
             left join lateral (select r.state from product_revisions r where r.product_id = p.id order by r.revision_no desc limit 1) r on true
             where p.seller_id = $1 and p.state <> 'deleted'
               and ($2::text is null or strpos(lower(p.name), lower($2)) > 0 or starts_with(p.style_no, $2) or starts_with(p.seller_product_code, $2) or s.by_code)
               and ($3::text is null or p.state = $3)
               and ($4::uuid is null or p.category_id in (select below.id from categories top join categories below on below.id = top.id or starts_with(below.path, top.path || '/') where top.id = $4))
               and ($5::uuid is null or p.brand_id = $5)
               and case $6::text when 'in_stock' then s.available > 0 when 'sold_out' then s.available = 0 else true end
               and ($7::text is null or r.state = $7)
               and ($8::timestamptz is null or (p.updated_at, p.id) < ($8, $9))
             order by p.updated_at desc, p.id desc limit $10)
         select f.id, f.name, f.style_no, f.seller_product_code, f.state, f.state_reason, b.name_ko as brand_name, c.name as category_name,
                f.list_price, f.sale_price, u.object_key as image_key, f.sku_count, f.available, f.has_pending_changes, f.inspection, f.updated_at
         from found f
         join brands b on b.id = f.brand_id
         join categories c on c.id = f.category_id
         left join product_images i on i.product_id = f.id and i.role = 'main' and i.option_value_id is null
         left join uploads u on u.id = i.file_id
         order by f.updated_at desc, f.id desc";
    /// The same products, whatever their state.
    static COUNTS: (SellerId, Option<String>, Option<CategoryId>, Option<BrandId>, Option<ProductStock>, Option<RevisionState>) => (ProductState, i64) =
        "select p.state, count(*)
         from products p
         cross join lateral (select coalesce(sum(st.on_hand - st.reserved) filter (where k.usable), 0)::bigint as available,
                                    coalesce(bool_or($2 is not null and starts_with(k.seller_sku, $2)), false) as by_code
                             from product_skus k left join sku_stocks st on st.sku_id = k.id where k.product_id = p.id) s
         left join lateral (select r.state from product_revisions r where r.product_id = p.id order by r.revision_no desc limit 1) r on true
         where p.seller_id = $1 and p.state <> 'deleted'
           and ($2::text is null or strpos(lower(p.name), lower($2)) > 0 or starts_with(p.style_no, $2) or starts_with(p.seller_product_code, $2) or s.by_code)
           and ($3::uuid is null or p.category_id in (select below.id from categories top join categories below on below.id = top.id or starts_with(below.path, top.path || '/') where top.id = $3))
           and ($4::uuid is null or p.brand_id = $4)
           and case $5::text when 'in_stock' then s.available > 0 when 'sold_out' then s.available = 0 else true end
           and ($6::text is null or r.state = $6)
         group by p.state order by p.state";
}

/// One page, last changed first, and how many products there are per state with the same filters but the state's.
pub async fn seller_products(
    on: &impl On,
    by: SellerScope,
    query: SellerProductQuery,
) -> Result<(Page<SellerProductRow>, Vec<(ProductState, i64)>), Fault> {
    let SellerProductQuery { keyword, state, category_id, brand_id, stock, inspection, cursor, limit } = query;
    let (time, id) = cursor.and_then(|cursor| cursor.decode::<(DateTime<Utc>, ProductId)>()).unzip();
    let of = by.seller_id();
    let counts = COUNTS.all(on, (of, keyword.clone(), category_id, brand_id, stock, inspection)).await?;
    let filters = (of, keyword, state, category_id, brand_id, stock, inspection, time, id, limit.fetch());
    let rows = LIST.all(on, filters).await?;
    Ok((Page::of(rows, limit, |row| (row.updated_at, row.id)), counts))
}
