//! A product as its seller sees it.

use catalog::{
    DeliveryAttribute, EditorGroup, EditorRevision, EditorSku, ProductContent, ProductState, RevisionState,
    SellerProduct, SellerProductRow,
};
use chrono::{DateTime, NaiveDate, Utc};
use kernel::{FieldError, Money, ProductId, ShippingPolicyId};
use schemars::JsonSchema;
use serde::Serialize;
use std::collections::BTreeMap;

/// One product of the list. Prices in won.
#[derive(Debug, Serialize, JsonSchema)]
pub struct SellerProductCard {
    pub id: ProductId,
    pub name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub style_no: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub seller_product_code: Option<String>,
    pub state: ProductState,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub state_reason: Option<String>,
    pub brand_name: String,
    pub category_name: String,
    pub list_price: Money,
    pub sale_price: Money,
    /// Path under the file host.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub image_key: Option<String>,
    pub sku_count: i64,
    /// Pieces that can still be bought, over all SKUs in use.
    pub available: i64,
    pub has_pending_changes: bool,
    /// State of the newest submitted version.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub inspection: Option<RevisionState>,
    pub updated_at: DateTime<Utc>,
}

/// One page of products; `counts` are per state and ignore the state filter.
#[derive(Debug, Serialize, JsonSchema)]
pub struct SellerProductPage {
    pub items: Vec<SellerProductCard>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next_cursor: Option<String>,
    pub counts: BTreeMap<String, i64>,
}

/// A product opened for editing. The live version and the one that waits come side by side.
#[derive(Debug, Serialize, JsonSchema)]
pub struct SellerProductView {
    pub id: ProductId,
    pub state: ProductState,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub state_reason: Option<String>,
    pub version: i32,
    pub seller_product_code: Option<String>,
    pub live: ProductContent,
    /// With the edits that wait for inspection; absent without any.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub waiting: Option<ProductContent>,
    /// The newest submitted version with the inspector's remarks.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub revision: Option<EditorRevision>,
    /// What a submission would be refused for.
    pub missing: Vec<FieldError>,
    pub options: Vec<EditorGroup>,
    pub skus: Vec<EditorSku>,
    pub delivery: SellerDeliveryView,
    pub limits: SellerLimitsView,
    pub updated_at: DateTime<Utc>,
}

/// How it is delivered.
#[derive(Debug, Serialize, JsonSchema)]
pub struct SellerDeliveryView {
    /// Absent: the store's default policy.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub shipping_policy_id: Option<ShippingPolicyId>,
    pub attribute: DeliveryAttribute,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub preorder_dispatch_on: Option<NaiveDate>,
    pub made_to_order: bool,
}

/// How it may be bought.
#[derive(Debug, Serialize, JsonSchema)]
pub struct SellerLimitsView {
    pub min_per_order: i32,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_per_order: Option<i32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_per_user: Option<i32>,
    pub point_usable: bool,
    pub feed_exposed: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sale_starts_at: Option<DateTime<Utc>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sale_ends_at: Option<DateTime<Utc>>,
}

impl From<SellerProductRow> for SellerProductCard {
    fn from(row: SellerProductRow) -> SellerProductCard {
        SellerProductCard {
            id: row.id,
            name: row.name,
            style_no: row.style_no,
            seller_product_code: row.seller_product_code,
            state: row.state,
            state_reason: row.state_reason,
            brand_name: row.brand_name,
            category_name: row.category_name,
            list_price: row.list_price,
            sale_price: row.sale_price,
            image_key: row.image_key,
            sku_count: row.sku_count,
            available: row.available,
            has_pending_changes: row.has_pending_changes,
            inspection: row.inspection,
            updated_at: row.updated_at,
        }
    }
}

impl From<SellerProduct> for SellerProductView {
    fn from(product: SellerProduct) -> SellerProductView {
        let rest = product.rest;
        SellerProductView {
            id: product.id,
            state: product.state,
            state_reason: product.state_reason,
            version: product.version,
            seller_product_code: rest.seller_product_code,
            live: product.live,
            waiting: product.waiting,
            revision: rest.revision.map(|revision| revision.0),
            missing: product.missing,
            options: rest.groups.0,
            skus: rest.skus.0,
            delivery: SellerDeliveryView {
                shipping_policy_id: rest.shipping_policy_id,
                attribute: rest.delivery_attribute,
                preorder_dispatch_on: rest.preorder_dispatch_on,
                made_to_order: rest.made_to_order,
            },
            limits: SellerLimitsView {
                min_per_order: rest.min_per_order,
                max_per_order: rest.max_per_order,
                max_per_user: rest.max_per_user,
                point_usable: rest.point_usable,
                feed_exposed: rest.feed_exposed,
                sale_starts_at: rest.sale_starts_at,
                sale_ends_at: rest.sale_ends_at,
            },
            updated_at: product.updated_at,
        }
    }
}
