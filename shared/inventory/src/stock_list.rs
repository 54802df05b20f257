//! A seller's shelf: what lies on it, what orders hold, how fast it sells.

use authz::SellerScope;
use chrono::{DateTime, Duration, NaiveDate, Utc};
use db::On;
use kernel::clock::kst_midnight;
use kernel::{Cursor, Fault, Limit, Now, Page, ProductId, SkuId};

kernel::text_enum! {
    /// Which SKUs are shown.
    pub enum StockFilter { InStock = "in_stock", Low = "low", SoldOut = "sold_out" }
}

/// What is asked for. An unreadable cursor starts at the top.
#[derive(Debug, Clone, Default)]
pub struct StockQuery {
    pub product_id: Option<ProductId>,
    /// Part of the product's name, or the start of a style code, own SKU code or barcode.
    pub keyword: Option<String>,
    pub stock: Option<StockFilter>,
    pub cursor: Option<Cursor>,
    pub limit: Limit,
}

db::row! {
    /// One SKU on the shelf.
    pub struct StockRow {
        pub sku_id: SkuId, pub product_id: ProductId, pub product_name: String, pub option_text: Option<String>,
        pub seller_sku: Option<String>, pub barcode: Option<String>, pub location_code: Option<String>, pub usable: bool,
        pub on_hand: i32, pub reserved: i32, pub available: i32, pub version: i32, pub low_stock_threshold: Option<i32>, pub low_stock: bool,
        /// Net pieces sold in the seven days up to last midnight (KST).
        pub sold_7_days: i64,
        pub restock_expected_on: Option<NaiveDate>, pub updated_at: DateTime<Utc>,
    }
}

db::statements! {
    static STOCKS: (kernel::SellerId, Option<ProductId>, Option<String>, Option<StockFilter>, Option<SkuId>, DateTime<Utc>, DateTime<Utc>, i64) => StockRow =
        "select k.id as sku_id, p.id as product_id, p.name as product_name,
                nullif(concat_ws(' / ', v1.value, v2.value, v3.value), '') as option_text,
                k.seller_sku, k.barcode, k.location_code, k.usable, s.on_hand, s.reserved, s.on_hand - s.reserved as available, s.version, k.low_stock_threshold,
                coalesce(s.on_hand - s.reserved <= k.low_stock_threshold, false) as low_stock,
                coalesce((select -sum(m.quantity) from stock_movements m
                          where m.sku_id = k.id and m.kind in ('sale', 'sale_reversal') and m.occurred_at >= $6 and m.occurred_at < $7), 0)::bigint as sold_7_days,
                k.restock_expected_on, s.updated_at
         from products p
         join product_skus k on k.product_id = p.id
         join sku_stocks s on s.sku_id = k.id
         left join option_values v1 on v1.id = k.value1_id
         left join option_values v2 on v2.id = k.value2_id
         left join option_values v3 on v3.id = k.value3_id
         where p.seller_id = $1 and p.state <> 'deleted'
           and ($2::uuid is null or p.id = $2)
           and ($3::text is null or strpos(lower(p.name), lower($3)) > 0 or starts_with(p.style_no, $3) or starts_with(k.seller_sku, $3) or starts_with(k.barcode, $3))
           and case $4::text when 'in_stock' then s.on_hand > s.reserved when 'sold_out' then s.on_hand = s.reserved
                             when 'low' then coalesce(s.on_hand - s.reserved <= k.low_stock_threshold, false) else true end
           and ($5::uuid is null or k.id < $5)
         order by k.id desc limit $8";
}

/// One page of the seller's SKUs, newest first.
pub async fn stocks(on: &impl On, by: SellerScope, now: Now, query: StockQuery) -> Result<Page<StockRow>, Fault> {
    let after = query.cursor.and_then(|cursor| cursor.decode::<SkuId>());
    let today = kst_midnight(now.date());
    let params = (
        by.seller_id(),
        query.product_id,
        query.keyword,
        query.stock,
        after,
        today - Duration::days(7),
        today,
        query.limit.fetch(),
    );
    let rows = STOCKS.all(on, params).await?;
    Ok(Page::of(rows, query.limit, |row| row.sku_id))
}
