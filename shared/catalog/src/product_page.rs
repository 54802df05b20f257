//! The top of a product's page. Sold out and ended products still have one, with what they are now; what is hidden or
//! banned has none.

use crate::browse::discount_percent;
use crate::{DeliveryAttribute, Gender, PictureRole, ProductState, PromotionKind};
use chrono::{DateTime, Duration, NaiveDate, Utc};
use db::{Json, On};
use kernel::{BrandId, CategoryId, Failure, Money, Now, OptionValueId, ProductId, SellerId};
use rust_decimal::Decimal;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

kernel::text_enum! {
    /// Whether and why it can be bought.
    pub enum PageSaleState {
        OnSale = "on_sale",
        SoldOut = "sold_out",
        /// Its sale has not begun.
        Coming = "coming",
        Paused = "paused",
        Ended = "ended",
    }
}

kernel::text_enum! {
    /// What is said beside the name.
    pub enum Badge { New = "new", TimeSale = "time_sale", PreOrder = "pre_order", TodayDispatch = "today_dispatch", MadeToOrder = "made_to_order" }
}

/// One picture of the page.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct PagePicture {
    /// Path under the file host.
    pub key: String,
    pub role: PictureRole,
    /// The colour it shows; absent: the product as a whole.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub option_value_id: Option<OptionValueId>,
}

/// One step of the category path.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct PageCategory {
    pub id: CategoryId,
    pub name: String,
}

/// A product's page. Prices in won.
#[derive(Debug, Clone)]
pub struct ProductPage {
    pub row: PageRow,
    pub sale_state: PageSaleState,
    /// What anyone pays for the basic option now.
    pub price: Money,
    pub discount_percent: i64,
    pub badges: Vec<Badge>,
}

db::row! {
    pub struct PageRow {
        pub id: ProductId, pub name: String, pub name_en: Option<String>, pub style_no: Option<String>, pub gender: Option<Gender>, pub season: Option<String>,
        pub state: ProductState, pub open: bool, pub sale_starts_at: Option<DateTime<Utc>>, pub on_sale_at: Option<DateTime<Utc>>,
        pub list_price: Money, pub sale_price: Money, pub promo_price: Option<Money>, pub promotion_kind: Option<PromotionKind>,
        pub promotion_ends_at: Option<DateTime<Utc>>, pub former_price: Option<Money>, pub available: i64,
        pub delivery_attribute: DeliveryAttribute, pub preorder_dispatch_on: Option<NaiveDate>, pub made_to_order: bool,
        pub like_count: i32, pub review_count: i32, pub rating_avg: Option<Decimal>,
        pub brand_id: BrandId, pub brand_name: String, pub brand_name_en: Option<String>, pub brand_logo_key: Option<String>,
        pub seller_id: SellerId, pub seller_name: String, pub categories: Json<Vec<PageCategory>>, pub pictures: Json<Vec<PagePicture>>,
    }
}

kernel::refusals! {
    /// Why a page is not shown.
    pub enum PageError {
        ProductNotFound = 404 "product_not_found", "There is no such product.", "존재하지 않는 상품입니다.";
    }
}

db::statements! {
    static PAGE: (ProductId, Now, NaiveDate) => PageRow =
        "select p.id, p.name, p.name_en, p.style_no, p.gender, p.season, p.state,
                s.state = 'active' and coalesce(bs.valid_from <= $3 and coalesce(bs.valid_to >= $3, true), false)
                    and not coalesce(s.sales_paused_from <= $2 and (s.sales_paused_until is null or s.sales_paused_until > $2), false)
                    and coalesce(p.sale_ends_at > $2, true) as open,
                p.sale_starts_at, p.on_sale_at, p.list_price, p.sale_price, promo.promo_price, promo.kind as promotion_kind, promo.ends_at as promotion_ends_at,
                former.price as former_price,
                coalesce((select sum(st.on_hand - st.reserved) from product_skus k join sku_stocks st on st.sku_id = k.id
                          where k.product_id = p.id and k.usable), 0)::bigint as available,
                p.delivery_attribute, p.preorder_dispatch_on, p.made_to_order, p.like_count, p.review_count, p.rating_avg,
                b.id as brand_id, b.name_ko as brand_name, b.name_en as brand_name_en, logo.object_key as brand_logo_key,
                s.id as seller_id, coalesce(s.display_name, s.company_name) as seller_name,
                (select jsonb_agg(jsonb_build_object('id', up.id, 'name', up.name) order by up.depth)
                 from categories c join categories up on up.id = c.id or starts_with(c.path, up.path || '/') where c.id = p.category_id) as categories,
                coalesce((select jsonb_agg(jsonb_build_object('key', u.object_key, 'role', i.role, 'option_value_id', i.option_value_id)
                                           order by i.role = 'main' and i.option_value_id is null desc, i.position)
                          from product_images i join uploads u on u.id = i.file_id where i.product_id = p.id), '[]') as pictures
         from products p
         join sellers s on s.id = p.seller_id
         join brands b on b.id = p.brand_id and b.state = 'active'
         left join brand_sellers bs on bs.brand_id = p.brand_id and bs.seller_id = p.seller_id
         left join uploads logo on logo.id = b.logo_file_id
         left join lateral (
             select cur.valid_from from price_histories cur
             where cur.product_id = p.id and cur.valid_from <= $2 and coalesce(cur.valid_to > $2, true)) present on true
         left join lateral running_promotion(p.id, p.sale_price, $2) promo on true
         left join lateral former_price(p.id, coalesce(promo.starts_at, present.valid_from)) former on true
         where p.id = $1 and p.state in ('on_sale', 'paused', 'ended') and p.on_sale_at is not null";
}

/// The page of one product.
pub async fn product_page(on: &impl On, id: ProductId, now: Now) -> Result<ProductPage, Failure<PageError>> {
    let row = PAGE.opt(on, (id, now, now.date())).await?.ok_or(PageError::ProductNotFound)?;
    let sale_state = sale_state(&row, now);
    let price = row.promo_price.unwrap_or(row.sale_price);
    Ok(ProductPage {
        sale_state,
        price,
        discount_percent: discount_percent(row.former_price, price),
        badges: badges(&row, now),
        row,
    })
}

fn sale_state(row: &PageRow, now: Now) -> PageSaleState {
    match row.state {
        ProductState::Ended => PageSaleState::Ended,
        ProductState::OnSale if row.open && row.sale_starts_at.is_some_and(|at| at > now.0) => PageSaleState::Coming,
        ProductState::OnSale if row.open && row.available > 0 => PageSaleState::OnSale,
        ProductState::OnSale if row.open => PageSaleState::SoldOut,
        ProductState::Draft
        | ProductState::InReview
        | ProductState::Rejected
        | ProductState::OnSale
        | ProductState::Paused
        | ProductState::Suspended
        | ProductState::Deleted => PageSaleState::Paused,
    }
}

/// New for two weeks.
const NEW_FOR: Duration = Duration::days(14);

fn badges(row: &PageRow, now: Now) -> Vec<Badge> {
    let mut badges = Vec::new();
    let mut add = |when: bool, badge: Badge| badges.extend(when.then_some(badge));
    add(row.on_sale_at.is_some_and(|at| at + NEW_FOR > now.0), Badge::New);
    add(row.promotion_kind == Some(PromotionKind::TimeSale), Badge::TimeSale);
    add(row.delivery_attribute == DeliveryAttribute::PreOrder, Badge::PreOrder);
    add(row.delivery_attribute == DeliveryAttribute::Today, Badge::TodayDispatch);
    add(row.made_to_order, Badge::MadeToOrder);
    badges
}
