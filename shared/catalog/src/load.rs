//! Reads the live version of a product as a whole, in one statement.

use crate::{
    Attributes, Certification, ContentSku, DescriptionBlock, Disclosure, Gender, PendingChanges, ProductContent,
    ProductPicture, ProductState,
};
use chrono::{DateTime, Utc};
use db::{Json, On};
use kernel::{BrandId, CategoryId, Fault, Money, ProductId, SellerId};

db::row! {
    struct LoadedRow {
        id: ProductId, state: ProductState, state_reason: Option<String>, version: i32,
        name: String, name_en: Option<String>, brand_id: BrandId, category_id: CategoryId, style_no: Option<String>,
        gender: Option<Gender>, season: Option<String>, list_price: Money, sale_price: Money, search_tags: Vec<String>, attributes: Json<Attributes>,
        description: Json<Vec<DescriptionBlock>>, pictures: Json<Vec<ProductPicture>>, disclosure: Option<Json<Disclosure>>,
        certifications: Json<Vec<Certification>>, skus: Json<Vec<ContentSku>>, pending_changes: Option<Json<PendingChanges>>,
        updated_at: DateTime<Utc>,
    }
}

db::statements! {
    static LOAD: (ProductId, Option<SellerId>) => LoadedRow =
        "select p.id, p.state, p.state_reason, p.version, p.name, p.name_en, p.brand_id, p.category_id, p.style_no, p.gender, p.season,
                p.list_price, p.sale_price, p.search_tags, p.attributes, p.description,
                coalesce((select jsonb_agg(jsonb_build_object('file_id', i.file_id, 'role', i.role, 'option_value_id', i.option_value_id) order by i.position, i.id)
                          from product_images i where i.product_id = p.id), '[]') as pictures,
                (select to_jsonb(n) - '{product_id,updated_at}'::text[] from product_notices n where n.product_id = p.id) as disclosure,
                coalesce((select jsonb_agg(jsonb_build_object('id', c.id, 'kind', c.kind, 'certification_no', c.certification_no,
                                                              'exemption_reason', c.exemption_reason, 'verified_at', c.verified_at) order by c.id)
                          from product_certifications c where c.product_id = p.id), '[]') as certifications,
                coalesce((select jsonb_agg(jsonb_build_object('sku_id', k.id, 'option_text', nullif(concat_ws(' / ', v1.value, v2.value, v3.value), ''),
                                                              'price_delta', k.price_delta, 'usable', k.usable)
                                           order by v1.position, v2.position, v3.position, k.id)
                          from product_skus k
                          left join option_values v1 on v1.id = k.value1_id
                          left join option_values v2 on v2.id = k.value2_id
                          left join option_values v3 on v3.id = k.value3_id
                          where k.product_id = p.id), '[]') as skus,
                p.pending_changes, p.updated_at
         from products p where p.id = $1 and ($2::uuid is null or p.seller_id = $2) and p.state <> 'deleted'";
}

/// A product as it lives, and what waits to become of it.
#[derive(Debug, Clone)]
pub(crate) struct Loaded {
    pub id: ProductId,
    pub state: ProductState,
    pub state_reason: Option<String>,
    pub version: i32,
    pub live: ProductContent,
    pub pending: PendingChanges,
    pub updated_at: DateTime<Utc>,
}

/// The product, of this seller when one is given.
pub(crate) async fn load(
    on: &impl On,
    product_id: ProductId,
    seller_id: Option<SellerId>,
) -> Result<Option<Loaded>, Fault> {
    Ok(LOAD.opt(on, (product_id, seller_id)).await?.map(Loaded::from))
}

impl From<LoadedRow> for Loaded {
    fn from(row: LoadedRow) -> Loaded {
        Loaded {
            id: row.id,
            state: row.state,
            state_reason: row.state_reason,
            version: row.version,
            live: ProductContent {
                name: row.name,
                name_en: row.name_en,
                brand_id: row.brand_id,
                category_id: row.category_id,
                style_no: row.style_no,
                gender: row.gender,
                season: row.season,
                list_price: row.list_price,
                sale_price: row.sale_price,
                search_tags: row.search_tags,
                attributes: row.attributes.0,
                pictures: row.pictures.0,
                description: row.description.0,
                disclosure: row.disclosure.map(|Json(disclosure)| disclosure),
                certifications: row.certifications.0,
                skus: row.skus.0,
            },
            pending: row.pending_changes.map(|Json(changes)| changes).unwrap_or_default(),
            updated_at: row.updated_at,
        }
    }
}
