//! A product opened for editing: the live version and the one that waits, side by side, with what is missing and what
//! the inspector remarked.

use crate::load::load;
use crate::missing::{around, missing};
use crate::{DeliveryAttribute, OptionKind, ProductContent, ProductState, Remark, RevisionState};
use authz::SellerScope;
use chrono::{DateTime, NaiveDate, Utc};
use db::{Json, On};
use kernel::{
    Failure, FieldError, Money, Now, OptionGroupId, OptionValueId, ProductId, ProductRevisionId, SellerId,
    ShippingPolicyId, SkuId,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

kernel::refusals! {
    /// Why a product is not shown.
    pub enum ProductError {
        ProductNotFound = 404 "product_not_found", "There is no such product.", "존재하지 않는 상품입니다.";
    }
}

/// Everything an editor shows.
#[derive(Debug, Clone)]
pub struct SellerProduct {
    pub id: ProductId,
    pub state: ProductState,
    pub state_reason: Option<String>,
    pub version: i32,
    pub live: ProductContent,
    /// The live version with the edits that wait; None without any.
    pub waiting: Option<ProductContent>,
    /// What a submission would be refused for.
    pub missing: Vec<FieldError>,
    pub rest: SellerProductRest,
    pub updated_at: DateTime<Utc>,
}

/// One SKU with its stock.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct EditorSku {
    pub sku_id: SkuId,
    pub value_ids: Vec<OptionValueId>,
    pub seller_sku: Option<String>,
    pub barcode: Option<String>,
    pub location_code: Option<String>,
    /// Won on top of the product's price.
    pub price_delta: Money,
    pub usable: bool,
    pub low_stock_threshold: Option<i32>,
    pub restock_expected_on: Option<NaiveDate>,
    pub on_hand: i32,
    pub reserved: i32,
    pub stock_version: i32,
}

/// One option axis.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct EditorGroup {
    pub id: OptionGroupId,
    pub name: String,
    pub kind: OptionKind,
    pub values: Vec<EditorValue>,
}

/// One value on an axis.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct EditorValue {
    pub id: OptionValueId,
    pub value: String,
    pub standard_code: Option<String>,
    pub swatch_hex: Option<String>,
}

/// The newest submitted version.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct EditorRevision {
    pub id: ProductRevisionId,
    pub revision_no: i32,
    pub state: RevisionState,
    pub submitted_at: DateTime<Utc>,
    pub decided_at: Option<DateTime<Utc>>,
    /// The inspector's, by field.
    pub remarks: Vec<Remark>,
}

db::row! {
    /// What is edited in place.
    pub struct SellerProductRest {
        pub seller_product_code: Option<String>, pub delivery_attribute: DeliveryAttribute, pub preorder_dispatch_on: Option<NaiveDate>,
        pub made_to_order: bool, pub shipping_policy_id: Option<ShippingPolicyId>, pub min_per_order: i32, pub max_per_order: Option<i32>,
        pub max_per_user: Option<i32>, pub point_usable: bool, pub feed_exposed: bool, pub sale_starts_at: Option<DateTime<Utc>>,
        pub sale_ends_at: Option<DateTime<Utc>>, pub groups: Json<Vec<EditorGroup>>, pub skus: Json<Vec<EditorSku>>,
        pub revision: Option<Json<EditorRevision>>,
    }
}

db::statements! {
    static REST: (ProductId, SellerId) => SellerProductRest =
        "select p.seller_product_code, p.delivery_attribute, p.preorder_dispatch_on, p.made_to_order, p.shipping_policy_id,
                p.min_per_order, p.max_per_order, p.max_per_user, p.point_usable, p.feed_exposed, p.sale_starts_at, p.sale_ends_at,
                coalesce((select jsonb_agg(jsonb_build_object('id', g.id, 'name', g.name, 'kind', g.kind,
                              'values', coalesce((select jsonb_agg(jsonb_build_object('id', v.id, 'value', v.value, 'standard_code', v.standard_code, 'swatch_hex', v.swatch_hex) order by v.position)
                                         from option_values v where v.option_group_id = g.id), '[]')) order by g.position)
                          from option_groups g where g.product_id = p.id), '[]') as groups,
                coalesce((select jsonb_agg(jsonb_build_object('sku_id', k.id, 'value_ids', to_jsonb(array_remove(array[k.value1_id, k.value2_id, k.value3_id], null)),
                              'seller_sku', k.seller_sku, 'barcode', k.barcode, 'location_code', k.location_code, 'price_delta', k.price_delta, 'usable', k.usable,
                              'low_stock_threshold', k.low_stock_threshold, 'restock_expected_on', k.restock_expected_on,
                              'on_hand', s.on_hand, 'reserved', s.reserved, 'stock_version', s.version) order by k.id)
                          from product_skus k join sku_stocks s on s.sku_id = k.id where k.product_id = p.id), '[]') as skus,
                (select jsonb_build_object('id', r.id, 'revision_no', r.revision_no, 'state', r.state, 'submitted_at', r.submitted_at,
                                           'decided_at', r.decided_at, 'remarks', r.remarks)
                 from product_revisions r where r.product_id = p.id order by r.revision_no desc limit 1) as revision
         from products p where p.id = $1 and p.seller_id = $2";
}

/// Opens one of the seller's products.
pub async fn seller_product(
    on: &impl On,
    by: SellerScope,
    product_id: ProductId,
    now: Now,
) -> Result<SellerProduct, Failure<ProductError>> {
    let loaded = load(on, product_id, Some(by.seller_id())).await?.ok_or(ProductError::ProductNotFound)?;
    let rest = REST.opt(on, (product_id, by.seller_id())).await?.ok_or(ProductError::ProductNotFound)?;
    let version = loaded.live.clone().with(&loaded.pending);
    let around = around(on, product_id, by.seller_id(), &version, now).await?;
    Ok(SellerProduct {
        id: loaded.id,
        state: loaded.state,
        state_reason: loaded.state_reason,
        version: loaded.version,
        missing: missing(&version, &around),
        waiting: (!loaded.pending.is_empty()).then_some(version),
        live: loaded.live,
        rest,
        updated_at: loaded.updated_at,
    })
}
