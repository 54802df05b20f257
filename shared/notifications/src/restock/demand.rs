//! What shoppers wait for: SKUs by how many wait, for a seller its own, for operators everybody's. Numbers alone, and small
//! ones only as small, so that nobody can be made out.

use authz::SellerScope;
use chrono::NaiveDate;
use db::On;
use kernel::*;

/// From how many on a number is told.
const TOLD_FROM: i64 = 5;

db::row! {
    /// One SKU that is waited for.
    pub struct DemandRow {
        pub sku_id: SkuId, pub product_id: ProductId, pub seller_id: SellerId, pub seller_name: String, pub product_name: String,
        pub option_text: Option<String>, pub seller_sku: Option<String>,
        /// One less than what is told stands for all below it.
        pub waiting: i64,
        pub available: i32, pub restock_expected_on: Option<NaiveDate>,
    }
}

impl DemandRow {
    /// How many wait: `17`, or `<5`.
    pub fn shown(&self) -> String {
        if self.waiting < TOLD_FROM { format!("<{TOLD_FROM}") } else { self.waiting.to_string() }
    }
}

db::statements! {
    static DEMAND: (Option<SellerId>, i64, Option<i64>, Option<SkuId>, i64) => DemandRow =
        "with waited as (
             select w.sku_id, greatest(count(*), $2 - 1) as waiting
             from restock_subscriptions w join product_skus k on k.id = w.sku_id join products p on p.id = k.product_id
             where w.state = 'waiting' and p.state <> 'deleted' and ($1::uuid is null or p.seller_id = $1)
             group by w.sku_id)
         select k.id as sku_id, p.id as product_id, p.seller_id, coalesce(x.display_name, x.company_name) as seller_name, p.name as product_name,
                nullif(concat_ws(' / ', v1.value, v2.value, v3.value), '') as option_text, k.seller_sku, a.waiting,
                coalesce(s.on_hand - s.reserved, 0) as available, k.restock_expected_on
         from waited a
         join product_skus k on k.id = a.sku_id
         join products p on p.id = k.product_id
         join sellers x on x.id = p.seller_id
         left join sku_stocks s on s.sku_id = k.id
         left join option_values v1 on v1.id = k.value1_id
         left join option_values v2 on v2.id = k.value2_id
         left join option_values v3 on v3.id = k.value3_id
         where $3::bigint is null or (a.waiting, a.sku_id) < ($3, $4)
         order by a.waiting desc, a.sku_id desc limit $5";
}

/// One page of what a seller's shoppers wait for, most wanted first.
pub async fn of_seller(
    on: &impl On,
    by: SellerScope,
    cursor: Option<Cursor>,
    limit: Limit,
) -> Result<Page<DemandRow>, Fault> {
    page(on, Some(by.seller_id()), cursor, limit).await
}

/// One page over all sellers, or of one.
pub async fn of_all(
    on: &impl On,
    seller: Option<SellerId>,
    cursor: Option<Cursor>,
    limit: Limit,
) -> Result<Page<DemandRow>, Fault> {
    page(on, seller, cursor, limit).await
}

async fn page(
    on: &impl On,
    seller: Option<SellerId>,
    cursor: Option<Cursor>,
    limit: Limit,
) -> Result<Page<DemandRow>, Fault> {
    let (waiting, sku) = cursor.and_then(|cursor| cursor.decode::<(i64, SkuId)>()).unzip();
    let rows = DEMAND.all(on, (seller, TOLD_FROM, waiting, sku, limit.fetch())).await?;
    Ok(Page::of(rows, limit, |row| (row.waiting, row.sku_id)))
}
