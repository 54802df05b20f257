//! Shoppers browse: one page of product cards by category, brand, seller or word, sorted and filtered, in one statement.
//!
//! The price is the one anyone gets now: the sale price, or that of the running promotion. A crossed-out price must be a
//! real former one: the lowest that was charged in the 20 days before the present price began, whatever the list price
//! says. Sold-out products are shown unless they are filtered out.

use crate::Gender;
use crate::browse_text::{Asked, ProductSort};
use chrono::{DateTime, NaiveDate, Utc};
use db::On;
use kernel::{BrandId, CategoryId, Cursor, Fault, Limit, Money, Now, Page, ProductId, SellerId};
use serde::{Deserialize, Serialize};

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

db::shaped! {
    /// What a card shows is read for the cards of the page alone.
    static BROWSE: Asked, (Option<CategoryId>, Option<BrandId>, Option<SellerId>, Option<String>, Option<Money>, Option<Money>, Option<Gender>,
                           Now, NaiveDate, Option<DateTime<Utc>>, Option<i64>, Option<ProductId>, i64) => CardRow;
}

/// One page of cards. A cursor of another sort starts at the top.
pub async fn browse(on: &impl On, now: Now, query: BrowseQuery) -> Result<Page<CardRow>, Fault> {
    let sort = query.sort.unwrap_or(ProductSort::Newest);
    let key = query.cursor.and_then(|cursor| cursor.decode::<Key>()).filter(|key| key.0 == sort);
    let asked = Asked {
        sort,
        after: key.is_some(),
        category: query.category_id.is_some(),
        brand: query.brand_id.is_some(),
        seller: query.seller_id.is_some(),
        keyword: query.keyword.is_some(),
        price: query.min_price.is_some() || query.max_price.is_some(),
        gender: query.gender.is_some(),
        in_stock: query.in_stock,
    };
    let filters = (
        query.category_id,
        query.brand_id,
        query.seller_id,
        query.keyword.map(|word| contains(&word)),
        query.min_price,
        query.max_price,
        query.gender,
        now,
        now.date(),
        key.as_ref().map(|key| key.1),
        key.as_ref().map(|key| key.2),
        key.as_ref().map(|key| key.3),
        query.limit.fetch(),
    );
    let rows = BROWSE.of(asked).all(on, filters).await?;
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
