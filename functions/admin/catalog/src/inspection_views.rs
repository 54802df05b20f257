//! A submitted version as its inspector sees it.

use catalog::{Finding, FormerPrice, Inspection, InspectionRow, ProductContent, Remark, RevisionState, RightKind};
use chrono::{DateTime, NaiveDate, Utc};
use kernel::{ProductId, ProductRevisionId, SellerId};
use schemars::JsonSchema;
use serde::Serialize;

/// One waiting version.
#[derive(Debug, Serialize, JsonSchema)]
pub struct InspectionCard {
    pub id: ProductRevisionId,
    pub product_id: ProductId,
    pub revision_no: i32,
    pub state: RevisionState,
    pub product_name: String,
    pub seller_id: SellerId,
    pub seller_name: String,
    pub brand_name: String,
    pub category_name: String,
    /// Shoppers do not know the product yet.
    pub first_submission: bool,
    /// Findings, blocking ones counted thrice, and three for a first submission.
    pub risk: i32,
    pub findings: Vec<Finding>,
    /// The inspector who opened it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub opened_by: Option<String>,
    pub submitted_at: DateTime<Utc>,
}

/// The submitted version beside the live one. Prices in won.
#[derive(Debug, Serialize, JsonSchema)]
pub struct InspectionView {
    pub id: ProductRevisionId,
    pub product_id: ProductId,
    pub revision_no: i32,
    pub state: RevisionState,
    pub seller_id: SellerId,
    pub seller_name: String,
    pub brand_name: String,
    pub category_name: String,
    /// By what right the seller sells the brand; absent: by none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub right_kind: Option<RightKind>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub right_valid_to: Option<NaiveDate>,
    pub submitted: ProductContent,
    /// What shoppers see now; absent for a product they do not know yet.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub live: Option<ProductContent>,
    pub findings: Vec<Finding>,
    pub remarks: Vec<Remark>,
    /// The newest twenty.
    pub former_prices: Vec<FormerPrice>,
    pub submitted_at: DateTime<Utc>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub opened_at: Option<DateTime<Utc>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub decided_at: Option<DateTime<Utc>>,
}

impl From<InspectionRow> for InspectionCard {
    fn from(row: InspectionRow) -> InspectionCard {
        InspectionCard {
            id: row.id,
            product_id: row.product_id,
            revision_no: row.revision_no,
            state: row.state,
            product_name: row.product_name,
            seller_id: row.seller_id,
            seller_name: row.seller_name,
            brand_name: row.brand_name,
            category_name: row.category_name,
            first_submission: row.first_submission,
            risk: row.risk,
            findings: row.findings.0,
            opened_by: row.opened_by,
            submitted_at: row.submitted_at,
        }
    }
}

impl From<Inspection> for InspectionView {
    fn from(inspection: Inspection) -> InspectionView {
        let row = inspection.revision;
        InspectionView {
            id: row.id,
            product_id: row.product_id,
            revision_no: row.revision_no,
            state: row.state,
            seller_id: row.seller_id,
            seller_name: row.seller_name,
            brand_name: row.brand_name,
            category_name: row.category_name,
            right_kind: row.right_kind,
            right_valid_to: row.right_valid_to,
            submitted: row.content.0,
            live: inspection.live,
            findings: row.findings.0,
            remarks: row.remarks.0,
            former_prices: row.former_prices.0,
            submitted_at: row.submitted_at,
            opened_at: row.opened_at,
            decided_at: row.decided_at,
        }
    }
}
