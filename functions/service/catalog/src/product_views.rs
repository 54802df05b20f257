//! Products as shoppers see them.

use catalog::{
    Badge, CardRow, DeliveryAttribute, Disclosure, EditorGroup, Gender, PageCategory, PagePicture, PageSaleState,
    ProductOptions, ProductPage, ShownBlock, ShownCertification, ShownDescription, ShownDisclosure, SkuChoice,
    StockBand,
};
use chrono::{DateTime, NaiveDate, Utc};
use kernel::{BrandId, Money, OptionValueId, ProductId, SellerId, SkuId};
use schemars::JsonSchema;
use serde::Serialize;

/// One product of a list. Prices in won.
#[derive(Debug, Serialize, JsonSchema)]
pub struct ProductCard {
    pub id: ProductId,
    pub name: String,
    pub brand_id: BrandId,
    pub brand_name: String,
    pub seller_id: SellerId,
    /// Path under the file host.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub image_key: Option<String>,
    pub list_price: Money,
    /// What anyone pays for the basic option now.
    pub price: Money,
    /// The lowest price in the 20 days before this one began: what may be crossed out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub former_price: Option<Money>,
    /// Below the former price, whole percent.
    pub discount_percent: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub promotion_ends_at: Option<DateTime<Utc>>,
    pub in_stock: bool,
    pub like_count: i32,
}

/// The top of a product page. Prices in won.
#[derive(Debug, Serialize, JsonSchema)]
pub struct ProductPageView {
    pub id: ProductId,
    pub name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name_en: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub style_no: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub gender: Option<Gender>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub season: Option<String>,
    pub sale_state: PageSaleState,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sale_starts_at: Option<DateTime<Utc>>,
    pub list_price: Money,
    /// Before a running promotion.
    pub sale_price: Money,
    /// What anyone pays for the basic option now.
    pub price: Money,
    /// The lowest price in the 20 days before this one began: what may be crossed out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub former_price: Option<Money>,
    /// Below the former price, whole percent.
    pub discount_percent: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub promotion_ends_at: Option<DateTime<Utc>>,
    pub badges: Vec<Badge>,
    pub delivery_attribute: DeliveryAttribute,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub preorder_dispatch_on: Option<NaiveDate>,
    pub made_to_order: bool,
    /// From the root down.
    pub categories: Vec<PageCategory>,
    pub pictures: Vec<PagePicture>,
    pub brand: ProductBrandView,
    pub seller: ProductSellerView,
    pub like_count: i32,
    pub review_count: i32,
    /// 1 to 5 with two decimals; absent without reviews.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rating: Option<String>,
}

#[derive(Debug, Serialize, JsonSchema)]
pub struct ProductBrandView {
    pub id: BrandId,
    pub name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name_en: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub logo_key: Option<String>,
}

#[derive(Debug, Serialize, JsonSchema)]
pub struct ProductSellerView {
    pub id: SellerId,
    pub name: String,
}

/// Options and SKUs.
#[derive(Debug, Serialize, JsonSchema)]
pub struct ProductOptionsView {
    pub groups: Vec<EditorGroup>,
    pub skus: Vec<SkuChoiceView>,
    pub min_per_order: i32,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_per_order: Option<i32>,
    /// Over all orders of one customer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_per_user: Option<i32>,
}

/// One SKU to choose. Prices in won.
#[derive(Debug, Serialize, JsonSchema)]
pub struct SkuChoiceView {
    pub sku_id: SkuId,
    pub value_ids: Vec<OptionValueId>,
    pub price_delta: Money,
    /// What anyone pays for one piece now.
    pub price: Money,
    pub stock: StockBand,
    /// Pieces left, told when five or fewer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub left: Option<i32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub restock_expected_on: Option<NaiveDate>,
}

/// The statutory product information (상품정보제공고시).
#[derive(Debug, Serialize, JsonSchema)]
pub struct DisclosureView {
    pub items: Vec<DisclosureItemView>,
    /// Country of origin, ISO 3166 in two letters.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub origin_code: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub importer: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub return_cost_reason: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub no_refund_reason: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub quality_assurance: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub compensation_procedure: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub troubleshooting: Option<String>,
    pub certifications: Vec<ShownCertification>,
}

/// One statement, in the order of the form.
#[derive(Debug, Serialize, JsonSchema)]
pub struct DisclosureItemView {
    pub label: String,
    pub value: String,
}

/// The long description.
#[derive(Debug, Serialize, JsonSchema)]
pub struct DescriptionView {
    pub content_hash: String,
    pub blocks: Vec<ShownBlock>,
}

impl From<CardRow> for ProductCard {
    fn from(row: CardRow) -> ProductCard {
        ProductCard {
            discount_percent: row.discount_percent(),
            former_price: row.former_price.filter(|former| *former > row.price),
            id: row.id,
            name: row.name,
            brand_id: row.brand_id,
            brand_name: row.brand_name,
            seller_id: row.seller_id,
            image_key: row.image_key,
            list_price: row.list_price,
            price: row.price,
            promotion_ends_at: row.promotion_ends_at,
            in_stock: row.in_stock,
            like_count: row.like_count,
        }
    }
}

impl From<ProductPage> for ProductPageView {
    fn from(page: ProductPage) -> ProductPageView {
        let row = page.row;
        ProductPageView {
            id: row.id,
            name: row.name,
            name_en: row.name_en,
            style_no: row.style_no,
            gender: row.gender,
            season: row.season,
            sale_state: page.sale_state,
            sale_starts_at: row.sale_starts_at,
            list_price: row.list_price,
            sale_price: row.sale_price,
            price: page.price,
            former_price: row.former_price.filter(|former| *former > page.price),
            discount_percent: page.discount_percent,
            promotion_ends_at: row.promotion_ends_at,
            badges: page.badges,
            delivery_attribute: row.delivery_attribute,
            preorder_dispatch_on: row.preorder_dispatch_on,
            made_to_order: row.made_to_order,
            categories: row.categories.0,
            pictures: row.pictures.0,
            brand: ProductBrandView {
                id: row.brand_id,
                name: row.brand_name,
                name_en: row.brand_name_en,
                logo_key: row.brand_logo_key,
            },
            seller: ProductSellerView { id: row.seller_id, name: row.seller_name },
            like_count: row.like_count,
            review_count: row.review_count,
            rating: row.rating_avg.map(|rating| rating.to_string()),
        }
    }
}

impl From<SkuChoice> for SkuChoiceView {
    fn from(sku: SkuChoice) -> SkuChoiceView {
        let SkuChoice { sku_id, value_ids, price_delta, price, stock, left, restock_expected_on } = sku;
        SkuChoiceView { sku_id, value_ids, price_delta, price, stock, left, restock_expected_on }
    }
}

impl From<ProductOptions> for ProductOptionsView {
    fn from(options: ProductOptions) -> ProductOptionsView {
        let ProductOptions { groups, skus, min_per_order, max_per_order, max_per_user } = options;
        let skus = skus.into_iter().map(SkuChoiceView::from).collect();
        ProductOptionsView { groups, skus, min_per_order, max_per_order, max_per_user }
    }
}

impl From<ShownDisclosure> for DisclosureView {
    fn from(shown: ShownDisclosure) -> DisclosureView {
        let certifications = shown.certifications;
        let text = |text: Option<kernel::values::Text<1, 500>>| text.map(kernel::values::Text::into_string);
        let Some(stated) = shown.disclosure else {
            return DisclosureView { certifications, ..DisclosureView::empty() };
        };
        DisclosureView {
            items: items(&stated),
            origin_code: Some(stated.origin_code),
            importer: text(stated.importer),
            return_cost_reason: text(stated.return_cost_reason),
            no_refund_reason: text(stated.no_refund_reason),
            quality_assurance: text(stated.quality_assurance),
            compensation_procedure: text(stated.compensation_procedure),
            troubleshooting: text(stated.troubleshooting),
            certifications,
        }
    }
}

impl DisclosureView {
    fn empty() -> DisclosureView {
        DisclosureView {
            items: Vec::new(),
            origin_code: None,
            importer: None,
            return_cost_reason: None,
            no_refund_reason: None,
            quality_assurance: None,
            compensation_procedure: None,
            troubleshooting: None,
            certifications: Vec::new(),
        }
    }
}

fn items(stated: &Disclosure) -> Vec<DisclosureItemView> {
    let stated_for = |key: &str| stated.fields.get(key).map(|value| value.as_str().to_owned());
    let fields = stated.notice_type.fields().iter();
    let item = |field: &catalog::NoticeField| {
        stated_for(field.key).map(|value| DisclosureItemView { label: field.label.to_owned(), value })
    };
    fields.filter_map(item).collect()
}

impl From<ShownDescription> for DescriptionView {
    fn from(shown: ShownDescription) -> DescriptionView {
        DescriptionView { content_hash: shown.content_hash, blocks: shown.blocks }
    }
}
