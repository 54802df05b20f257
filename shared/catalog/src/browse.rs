//! Shoppers browse: one page of product cards by category, brand, seller or word, sorted and filtered, in one statement.
//!
//! The price is the one anyone gets now: the sale price, or that of the running promotion. A crossed-out price must be a
//! real former one: the lowest that was charged in the 20 days before the present price began, whatever the list price
//! says. Sold-out products are shown unless they are filtered out.

use crate::Gender;
use chrono::{DateTime, NaiveDate, Utc};
use db::On;
use kernel::{BrandId, CategoryId, Cursor, Fault, Limit, Money, Now, Page, ProductId, SellerId};
use serde::{Deserialize, Serialize};

kernel::text_enum! {
    /// What comes first.
    pub enum ProductSort { Newest = "newest", PriceAsc = "price_asc", PriceDesc = "price_desc", Popular = "popular" }
}

/// What is asked for.
#[derive(Debug, Clone, Default)]
pub struct BrowseQuery {
    /// With everything below it.
    pub category_id: Option<CategoryId>,
    pub brand_id: Option<BrandId>,
    pub seller_id: Option<SellerId>,
    /// Part of the name or the brand's name, or a search tag.
    pub keyword: Option<String>,
    pub min_price: Option<Money>,
    pub max_price: Option<Money>,
    pub gender: Option<Gender>,
    pub in_stock: bool,
    pub sort: Option<ProductSort>,
    pub cursor: Option<Cursor>,
    pub limit: Limit,
}

/// Where a page ended: the sort it belongs to and the last card's key.
#[derive(Debug, Serialize, Deserialize)]
struct Key(ProductSort, DateTime<Utc>, i64, ProductId);

db::row! {
    /// One product card. Prices in won.
    pub struct CardRow {
        pub id: ProductId, pub name: String, pub brand_id: BrandId, pub brand_name: String, pub seller_id: SellerId,
        pub image_key: Option<String>, pub list_price: Money,
        /// What anyone pays for the basic option now.
        pub price: Money,
        /// The lowest price in the 20 days before this one began.
        pub former_price: Option<Money>,
        pub promotion_ends_at: Option<DateTime<Utc>>, pub in_stock: bool, pub like_count: i32, pub on_sale_at: DateTime<Utc>,
    }
}

impl CardRow {
    /// Whole percent below the former price, 0 when it is not below.
    pub fn discount_percent(&self) -> i64 {
        discount_percent(self.former_price, self.price)
    }
}

/// Whole percent that `price` lies below a real former price.
pub fn discount_percent(former: Option<Money>, price: Money) -> i64 {
    let former = former.filter(|former| *former > price);
    former.map_or(0, |former| (former - price).times(100).get() / former.get())
}

/// What a list holds of products `p`: on sale now, of active sellers and brands that may sell them, and what is asked for.
/// The checks of seller, brand and right look rows up one by one, never as joins: they pass nearly always, and only so does
/// the planner walk the index of the order and stop at the end of the page.
macro_rules! shown {
    () => {
        "p.state = 'on_sale' and p.on_sale_at is not null
               and coalesce(p.sale_starts_at <= $10, true) and coalesce(p.sale_ends_at > $10, true)
               and (select s.state = 'active' and not coalesce(s.sales_paused_from <= $10 and (s.sales_paused_until is null or s.sales_paused_until > $10), false)
                    from sellers s where s.id = p.seller_id)
               and (select b.state = 'active' from brands b where b.id = p.brand_id)
               and (select bs.valid_from <= $11 and coalesce(bs.valid_to >= $11, true)
                    from brand_sellers bs where bs.brand_id = p.brand_id and bs.seller_id = p.seller_id)
               and ($2::uuid is null or p.category_id = any(array(
                    select below.id from categories top join categories below on below.id = top.id or starts_with(below.path, top.path || '/') where top.id = $2)))
               and ($3::uuid is null or p.brand_id = $3)
               and ($4::uuid is null or p.seller_id = $4)
               and ($5::text is null or p.name ilike $5 or exists (select from unnest(p.search_tags) tag where tag ilike $5)
                    or p.brand_id = any(array(select b.id from brands b where b.name_ko ilike $5 or b.name_en ilike $5)))
               and ($8::text is null or p.gender = $8 or ($8 in ('m', 'w') and p.gender = 'u'))
               and (not $9 or exists (select from product_skus k join sku_stocks st on st.sku_id = k.id where k.product_id = p.id and k.usable and st.on_hand > st.reserved))"
    };
}

/// Columns of a product `p` that its card shows.
macro_rules! card {
    () => {
        "p.id, p.name, p.brand_id, p.seller_id, p.list_price, p.sale_price, p.like_count, p.on_sale_at"
    };
}

/// The lowest running promotion of each product that has one.
macro_rules! running {
    () => {
        "select pp.product_id, min(pp.promo_price) as promo_price
                 from promotions pr join promotion_products pp on pp.promotion_id = pr.id
                 where pp.state = 'approved' and coalesce(pp.sold_quantity < pp.quantity_limit, true)
                   and pr.kind in ('seller_discount', 'time_sale', 'exhibition') and pr.state in ('scheduled', 'running')
                   and pr.starts_at <= $10 and pr.ends_at > $10
                 group by pp.product_id"
    };
}

/// The cards of the products of `page`, in the order of the page.
macro_rules! cards {
    () => {
        "
         select p.id, p.name, p.brand_id, (select b.name_ko from brands b where b.id = p.brand_id) as brand_name, p.seller_id,
                (select u.object_key from product_images i join uploads u on u.id = i.file_id
                 where i.product_id = p.id and i.role = 'main' and i.option_value_id is null) as image_key, p.list_price,
                coalesce(promo.promo_price, p.sale_price) as price, former.price as former_price, promo.ends_at as promotion_ends_at,
                exists (select from product_skus k join sku_stocks st on st.sku_id = k.id where k.product_id = p.id and k.usable and st.on_hand > st.reserved) as in_stock,
                p.like_count, coalesce(p.on_sale_at, $10) as on_sale_at
         from page p
         left join lateral running_promotion(p.id, p.sale_price, $10) promo on true
         left join lateral (
             select cur.valid_from from price_histories cur
             where cur.product_id = p.id and cur.valid_from <= $10 and coalesce(cur.valid_to > $10, true)) present on true
         left join lateral former_price(p.id, coalesce(promo.starts_at, present.valid_from)) former on true
         order by case when $1 = 'newest' then p.on_sale_at end desc,
                  case when $1 = 'price_asc' then p.price end,
                  case when $1 = 'price_desc' then p.price end desc,
                  case when $1 = 'popular' then p.like_count end desc, p.id desc"
    };
}

db::statements! {
    /// Newest or most liked first. The promotion is looked up for every product only where the price filters; what a card
    /// shows is read for the cards of the page alone.
    static BROWSE: (ProductSort, Option<CategoryId>, Option<BrandId>, Option<SellerId>, Option<String>, Option<Money>, Option<Money>, Option<Gender>, bool,
                    Now, NaiveDate, Option<DateTime<Utc>>, Option<i64>, Option<ProductId>, i64) => CardRow = concat!(
        "with page as (
             select ", card!(), ", coalesce(promo.promo_price, p.sale_price) as price
             from products p
             left join (", running!(), ") promo
                 on promo.product_id = p.id and promo.promo_price < p.sale_price and ($6::bigint is not null or $7::bigint is not null)
             where ", shown!(), "
               and ($6::bigint is null or coalesce(promo.promo_price, p.sale_price) >= $6)
               and ($7::bigint is null or coalesce(promo.promo_price, p.sale_price) <= $7)
               and case when $14::uuid is null then true
                        when $1 = 'popular' then (p.like_count, p.id) < ($13::int, $14)
                        else (p.on_sale_at, p.id) < ($12, $14) end
             order by case when $1 = 'newest' then p.on_sale_at end desc, case when $1 = 'popular' then p.like_count end desc, p.id desc
             limit $15)", cards!());
    /// By what anyone pays now: the page of what has no running promotion, by the index of prices, and the page of what has
    /// one, merged. A keyset of `(price, id)` reads upwards by price and downwards by id, so the price leads it alone and the
    /// id decides among equals.
    static BROWSE_BY_PRICE: (ProductSort, Option<CategoryId>, Option<BrandId>, Option<SellerId>, Option<String>, Option<Money>, Option<Money>, Option<Gender>, bool,
                             Now, NaiveDate, Option<DateTime<Utc>>, Option<i64>, Option<ProductId>, i64) => CardRow = concat!(
        "with running as materialized (", running!(), "),
         page as (
             select id, name, brand_id, seller_id, list_price, sale_price, like_count, on_sale_at, price from (
                 (select ", card!(), ", p.sale_price as price
                  from products p
                  where ", shown!(), "
                    and (select count(*) from running_promotion(p.id, p.sale_price, $10)) = 0
                    and ($6::bigint is null or p.sale_price >= $6) and ($7::bigint is null or p.sale_price <= $7)
                    and case when $14::uuid is null then true
                             when $1 = 'price_asc' then p.sale_price >= $13 else p.sale_price <= $13 end
                    and case when $14::uuid is null then true
                             when $1 = 'price_asc' then p.sale_price > $13 or p.id < $14 else p.sale_price < $13 or p.id < $14 end
                  order by case when $1 = 'price_asc' then p.sale_price end, case when $1 = 'price_desc' then p.sale_price end desc, p.id desc
                  limit $15)
                 union all
                 (select ", card!(), ", r.promo_price as price
                  from running r join products p on p.id = r.product_id and r.promo_price < p.sale_price
                  where ", shown!(), "
                    and ($6::bigint is null or r.promo_price >= $6) and ($7::bigint is null or r.promo_price <= $7)
                    and case when $14::uuid is null then true
                             when $1 = 'price_asc' then r.promo_price > $13 or (r.promo_price = $13 and p.id < $14)
                             else (r.promo_price, p.id) < ($13, $14) end
                  order by case when $1 = 'price_asc' then r.promo_price end, case when $1 = 'price_desc' then r.promo_price end desc, p.id desc
                  limit $15)) both_ways
             order by case when $1 = 'price_asc' then price end, case when $1 = 'price_desc' then price end desc, id desc
             limit $15)", cards!());
}

/// One page of cards. A cursor of another sort starts at the top.
pub async fn browse(on: &impl On, now: Now, query: BrowseQuery) -> Result<Page<CardRow>, Fault> {
    let sort = query.sort.unwrap_or(ProductSort::Newest);
    let key = query.cursor.and_then(|cursor| cursor.decode::<Key>()).filter(|key| key.0 == sort);
    let keyword = query.keyword.map(|word| contains(&word));
    let filters = (
        sort,
        query.category_id,
        query.brand_id,
        query.seller_id,
        keyword,
        query.min_price,
        query.max_price,
        query.gender,
        query.in_stock,
        now,
        now.date(),
        key.as_ref().map(|key| key.1),
        key.as_ref().map(|key| key.2),
        key.as_ref().map(|key| key.3),
        query.limit.fetch(),
    );
    let rows = match sort {
        ProductSort::Newest | ProductSort::Popular => BROWSE.all(on, filters).await?,
        ProductSort::PriceAsc | ProductSort::PriceDesc => BROWSE_BY_PRICE.all(on, filters).await?,
    };
    Ok(Page::of(rows, query.limit, |row| {
        let number = match sort {
            ProductSort::PriceAsc | ProductSort::PriceDesc => row.price.get(),
            ProductSort::Newest | ProductSort::Popular => i64::from(row.like_count),
        };
        Key(sort, row.on_sale_at, number, row.id)
    }))
}

/// A LIKE pattern for texts that hold the word; LIKE's own signs are taken literally.
fn contains(word: &str) -> String {
    let word = word.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_");
    ["%", &word, "%"].concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_discount_is_counted_from_a_real_former_price_only() {
        let percent = |former: Option<i64>, price| discount_percent(former.map(Money::won), Money::won(price));
        assert_eq!(percent(Some(30_000), 19_900), 33);
        assert_eq!(percent(Some(30_000), 30_000), 0);
        assert_eq!(percent(Some(20_000), 30_000), 0);
        assert_eq!(percent(None, 30_000), 0);
        assert_eq!(contains("100%_면"), "%100\\%\\_면%");
    }
}
