//! What a product says of itself at length: the description and the statutory information.

use crate::product_page::PageError;
use crate::{CertificationKind, DescriptionBlock, Disclosure};
use aws_lc_rs::digest::{SHA256, digest};
use db::{Json, On};
use kernel::{Failure, Fault, ProductId, UploadId};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::HashMap;

/// One block to show; pictures and videos by their path under the file host.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum ShownBlock {
    Heading {
        text: String,
    },
    Text {
        text: String,
    },
    Picture {
        key: String,
        #[serde(skip_serializing_if = "Option::is_none")]
        alt: Option<String>,
    },
    Video {
        key: String,
    },
}

/// A description with the hash of its content.
#[derive(Debug, Clone)]
pub struct ShownDescription {
    pub content_hash: String,
    pub blocks: Vec<ShownBlock>,
}

/// One certification as shoppers see it.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct ShownCertification {
    pub kind: CertificationKind,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub certification_no: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub exemption_reason: Option<String>,
}

/// The statutory information.
#[derive(Debug, Clone)]
pub struct ShownDisclosure {
    pub disclosure: Option<Disclosure>,
    pub certifications: Vec<ShownCertification>,
}

db::row! { struct DescriptionRow { description: Json<Vec<DescriptionBlock>>, keys: Json<HashMap<UploadId, String>> } }
db::row! { struct DisclosureRow { disclosure: Option<Json<Disclosure>>, certifications: Json<Vec<ShownCertification>> } }

db::statements! {
    static DESCRIPTION: (ProductId,) => DescriptionRow =
        "select p.description, coalesce((select jsonb_object_agg(u.id, u.object_key) from jsonb_array_elements(p.description) block
                                         join uploads u on u.id = (block->>'file_id')::uuid), '{}') as keys
         from products p join brands b on b.id = p.brand_id and b.state = 'active'
         where p.id = $1 and p.state in ('on_sale', 'paused', 'ended') and p.on_sale_at is not null";
    static DISCLOSURE: (ProductId,) => DisclosureRow =
        "select (select to_jsonb(n) - '{product_id,updated_at}'::text[] from product_notices n where n.product_id = p.id) as disclosure,
                coalesce((select jsonb_agg(jsonb_build_object('kind', c.kind, 'certification_no', c.certification_no, 'exemption_reason', c.exemption_reason) order by c.id)
                          from product_certifications c where c.product_id = p.id), '[]') as certifications
         from products p join brands b on b.id = p.brand_id and b.state = 'active'
         where p.id = $1 and p.state in ('on_sale', 'paused', 'ended') and p.on_sale_at is not null";
}

/// The long description.
pub async fn product_description(on: &impl On, id: ProductId) -> Result<ShownDescription, Failure<PageError>> {
    let row = DESCRIPTION.opt(on, (id,)).await?.ok_or(PageError::ProductNotFound)?;
    let blocks: Vec<ShownBlock> = row.description.0.into_iter().filter_map(|block| shown(block, &row.keys.0)).collect();
    let bytes = serde_json::to_vec(&blocks).map_err(Fault::internal)?;
    Ok(ShownDescription { content_hash: hex::encode(&digest(&SHA256, &bytes).as_ref()[..12]), blocks })
}

/// The statutory information.
pub async fn product_disclosure(on: &impl On, id: ProductId) -> Result<ShownDisclosure, Failure<PageError>> {
    let row = DISCLOSURE.opt(on, (id,)).await?.ok_or(PageError::ProductNotFound)?;
    let disclosure = row.disclosure.map(|Json(disclosure)| disclosure);
    Ok(ShownDisclosure { disclosure, certifications: row.certifications.0 })
}

/// A block whose file is gone is left out.
fn shown(block: DescriptionBlock, keys: &HashMap<UploadId, String>) -> Option<ShownBlock> {
    Some(match block {
        DescriptionBlock::Heading { text } => ShownBlock::Heading { text: text.into_string() },
        DescriptionBlock::Text { text } => ShownBlock::Text { text: text.into_string() },
        DescriptionBlock::Picture { file_id, alt } => {
            ShownBlock::Picture { key: keys.get(&file_id)?.clone(), alt: alt.map(|alt| alt.into_string()) }
        }
        DescriptionBlock::Video { file_id } => ShownBlock::Video { key: keys.get(&file_id)?.clone() },
    })
}
