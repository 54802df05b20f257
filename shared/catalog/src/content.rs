//! One version of a product: what a shopper sees, what an inspector compares, what waits.
//!
//! A draft is edited in place. Once a product was approved, edits of what an inspector looked at (names, brand, category,
//! pictures, disclosure, certifications, a higher price) are collected as [`PendingChanges`] while the live version keeps selling. A
//! submission freezes live and pending together as [`ProductContent`].

use crate::{Attributes, CertificationKind, Disclosure, Gender, PictureRole};
use aws_lc_rs::digest::{SHA256, digest};
use chrono::{DateTime, Utc};
use kernel::values::Text;
use kernel::{BrandId, CategoryId, CertificationId, Fault, Money, OptionValueId, SkuId, UploadId};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// One picture, in the order shown; of the whole product or of one colour.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ProductPicture {
    pub file_id: UploadId,
    pub role: PictureRole,
    pub option_value_id: Option<OptionValueId>,
}

/// One block of the long description. There is no HTML: text is shown as text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum DescriptionBlock {
    Heading { text: Text<1, 100> },
    Text { text: Text<1, 3000> },
    Picture { file_id: UploadId, alt: Option<Text<1, 200>> },
    Video { file_id: UploadId },
}

/// One certification or exemption. A number is believed once it was found in the registry.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Certification {
    pub id: CertificationId,
    pub kind: CertificationKind,
    pub certification_no: Option<String>,
    pub exemption_reason: Option<String>,
    pub verified_at: Option<DateTime<Utc>>,
}

/// One SKU as far as a version shows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ContentSku {
    pub sku_id: SkuId,
    pub option_text: Option<String>,
    /// Won on top of the product's price, may be negative.
    pub price_delta: Money,
    pub usable: bool,
}

/// One version. Prices in won.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ProductContent {
    pub name: String,
    pub name_en: Option<String>,
    pub brand_id: BrandId,
    pub category_id: CategoryId,
    pub style_no: Option<String>,
    pub gender: Option<Gender>,
    pub season: Option<String>,
    pub list_price: Money,
    pub sale_price: Money,
    pub search_tags: Vec<String>,
    pub attributes: Attributes,
    pub pictures: Vec<ProductPicture>,
    pub description: Vec<DescriptionBlock>,
    pub disclosure: Option<Disclosure>,
    pub certifications: Vec<Certification>,
    pub skus: Vec<ContentSku>,
}

/// Edits of an approved product that wait for inspection; absent means unchanged.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct PendingChanges {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name_en: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub brand_id: Option<BrandId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub category_id: Option<CategoryId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub list_price: Option<Money>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sale_price: Option<Money>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pictures: Option<Vec<ProductPicture>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub disclosure: Option<Disclosure>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub certifications: Option<Vec<Certification>>,
}

impl PendingChanges {
    /// These changes with newer ones on top.
    pub fn then(self, newer: PendingChanges) -> PendingChanges {
        PendingChanges {
            name: newer.name.or(self.name),
            name_en: newer.name_en.or(self.name_en),
            brand_id: newer.brand_id.or(self.brand_id),
            category_id: newer.category_id.or(self.category_id),
            list_price: newer.list_price.or(self.list_price),
            sale_price: newer.sale_price.or(self.sale_price),
            pictures: newer.pictures.or(self.pictures),
            disclosure: newer.disclosure.or(self.disclosure),
            certifications: newer.certifications.or(self.certifications),
        }
    }

    pub fn is_empty(&self) -> bool {
        *self == PendingChanges::default()
    }
}

impl ProductContent {
    /// The version these changes make of the live one.
    pub fn with(mut self, changes: &PendingChanges) -> ProductContent {
        let changes = changes.clone();
        self.name = changes.name.unwrap_or(self.name);
        self.name_en = changes.name_en.or(self.name_en);
        self.brand_id = changes.brand_id.unwrap_or(self.brand_id);
        self.category_id = changes.category_id.unwrap_or(self.category_id);
        self.list_price = changes.list_price.unwrap_or(self.list_price);
        self.sale_price = changes.sale_price.unwrap_or(self.sale_price);
        self.pictures = changes.pictures.unwrap_or(self.pictures);
        self.disclosure = changes.disclosure.or(self.disclosure);
        self.certifications = changes.certifications.unwrap_or(self.certifications);
        self
    }

    /// SHA-256 of the version: equal content, equal hash.
    pub fn hash(&self) -> Result<Vec<u8>, Fault> {
        let bytes = serde_json::to_vec(self).map_err(Fault::internal)?;
        Ok(digest(&SHA256, &bytes).as_ref().to_vec())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn newer_changes_win_and_older_ones_stay() {
        let older =
            PendingChanges {
                name: Some("옛 이름".into()), sale_price: Some(Money::won(9_900)), ..Default::default()
            };
        let both = older.then(PendingChanges { name: Some("새 이름".into()), ..Default::default() });
        assert_eq!((both.name.as_deref(), both.sale_price), (Some("새 이름"), Some(Money::won(9_900))));
        assert!(PendingChanges::default().is_empty() && !both.is_empty());
    }
}
