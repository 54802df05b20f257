//! A product's options and SKUs as a shopper chooses them. How many are left is told when it is five or fewer.

use crate::EditorGroup;
use crate::product_page::PageError;
use chrono::NaiveDate;
use db::{Json, On};
use kernel::{Failure, Money, Now, OptionValueId, ProductId, SkuId};
use serde::Deserialize;

kernel::text_enum! {
    /// How much is left.
    pub enum StockBand { InStock = "in_stock", Low = "low", SoldOut = "sold_out" }
}

/// The most pieces whose exact number is told.
pub const EXACT_UP_TO: i32 = 5;

/// Options of one product.
#[derive(Debug, Clone)]
pub struct ProductOptions {
    pub groups: Vec<EditorGroup>,
    pub skus: Vec<SkuChoice>,
    pub min_per_order: i32,
    pub max_per_order: Option<i32>,
    pub max_per_user: Option<i32>,
}

/// One SKU to choose.
#[derive(Debug, Clone)]
pub struct SkuChoice {
    pub sku_id: SkuId,
    pub value_ids: Vec<OptionValueId>,
    /// Won on top of the product's price, may be negative.
    pub price_delta: Money,
    /// What anyone pays for one piece now.
    pub price: Money,
    pub stock: StockBand,
    /// Exact when five or fewer.
    pub left: Option<i32>,
    pub restock_expected_on: Option<NaiveDate>,
}

db::row! {
    struct OptionsRow { groups: Json<Vec<EditorGroup>>, skus: Json<Vec<SkuRow>>, min_per_order: i32, max_per_order: Option<i32>, max_per_user: Option<i32> }
}

#[derive(Debug, Clone, Deserialize)]
struct SkuRow {
    id: SkuId,
    value_ids: Vec<OptionValueId>,
    price_delta: Money,
    price: Money,
    available: i32,
    restock_expected_on: Option<NaiveDate>,
}

db::statements! {
    /// A SKU that is switched off is sold out.
    static OPTIONS: (ProductId, Now) => OptionsRow =
        "select coalesce((select jsonb_agg(jsonb_build_object('id', g.id, 'name', g.name, 'kind', g.kind,
                              'values', coalesce((select jsonb_agg(jsonb_build_object('id', v.id, 'value', v.value, 'standard_code', v.standard_code, 'swatch_hex', v.swatch_hex) order by v.position)
                                         from option_values v where v.option_group_id = g.id), '[]')) order by g.position)
                          from option_groups g where g.product_id = p.id), '[]') as groups,
                coalesce((select jsonb_agg(jsonb_build_object('id', k.id, 'value_ids', array_remove(array[k.value1_id, k.value2_id, k.value3_id], null),
                              'price_delta', k.price_delta, 'price', coalesce(promo.promo_price, p.sale_price) + k.price_delta,
                              'available', case when k.usable then coalesce(st.on_hand - st.reserved, 0) else 0 end, 'restock_expected_on', k.restock_expected_on)
                              order by v1.position, v2.position, v3.position, k.id)
                          from product_skus k
                          left join sku_stocks st on st.sku_id = k.id
                          left join option_values v1 on v1.id = k.value1_id
                          left join option_values v2 on v2.id = k.value2_id
                          left join option_values v3 on v3.id = k.value3_id
                          where k.product_id = p.id), '[]') as skus,
                p.min_per_order, p.max_per_order, p.max_per_user
         from products p join brands b on b.id = p.brand_id and b.state = 'active'
         left join lateral running_promotion(p.id, p.sale_price, $2) promo on true
         where p.id = $1 and p.state in ('on_sale', 'paused', 'ended') and p.on_sale_at is not null";
}

/// The options of one product as they stand now.
pub async fn product_options(on: &impl On, id: ProductId, now: Now) -> Result<ProductOptions, Failure<PageError>> {
    let product = OPTIONS.opt(on, (id, now)).await?.ok_or(PageError::ProductNotFound)?;
    let skus = product.skus.0.into_iter().map(|row| {
        let (stock, left) = band(row.available);
        SkuChoice {
            sku_id: row.id,
            value_ids: row.value_ids,
            price_delta: row.price_delta,
            price: row.price,
            stock,
            left,
            restock_expected_on: row.restock_expected_on,
        }
    });
    Ok(ProductOptions {
        skus: skus.collect(),
        groups: product.groups.0,
        min_per_order: product.min_per_order,
        max_per_order: product.max_per_order,
        max_per_user: product.max_per_user,
    })
}

fn band(available: i32) -> (StockBand, Option<i32>) {
    match available {
        ..=0 => (StockBand::SoldOut, None),
        1..=EXACT_UP_TO => (StockBand::Low, Some(available)),
        _ => (StockBand::InStock, None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn few_pieces_are_counted_many_are_not() {
        assert_eq!(band(0), (StockBand::SoldOut, None));
        assert_eq!(band(5), (StockBand::Low, Some(5)));
        assert_eq!(band(6), (StockBand::InStock, None));
    }
}
