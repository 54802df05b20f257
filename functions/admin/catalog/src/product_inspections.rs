//! Inspections: the queue, one version, the decision.

use crate::App;
use crate::inspection_views::{InspectionCard, InspectionView};
use authz::admin as may;
use axum::extract::State;
use catalog::{Approve, Decided, InspectionError, InspectionQuery, InspectionSort, Reject, Remark, RevisionState};
use kernel::values::{List, Text};
use kernel::{BrandId, CategoryId, CertificationId, Cursor, Limit, OperatorId, Page, ProductRevisionId, SellerId};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use web::{Answer, Ctx, Json, Path, Query};

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct InspectionsQuery {
    /// Longest waiting first unless asked otherwise.
    pub sort: Option<InspectionSort>,
    pub seller_id: Option<SellerId>,
    pub brand_id: Option<BrandId>,
    /// With everything below it.
    pub category_id: Option<CategoryId>,
    /// `submitted`: nobody has opened it; `in_review`: somebody has.
    pub state: Option<RevisionState>,
    /// Opened by this inspector.
    pub opened_by: Option<OperatorId>,
    pub cursor: Option<Cursor>,
    pub limit: Option<Limit>,
}

pub async fn list(
    _: Ctx<may::InspectionsReview>,
    State(app): State<App>,
    Query(query): Query<InspectionsQuery>,
) -> Answer<Json<Page<InspectionCard>>> {
    let InspectionsQuery { sort, seller_id, brand_id, category_id, state, opened_by, cursor, limit } = query;
    let limit = limit.unwrap_or_default();
    let query = InspectionQuery { sort, seller_id, brand_id, category_id, state, opened_by, cursor, limit };
    let page = catalog::inspections(&app.boot.db.reader().await?, query).await?;
    Ok(Json(page.map(InspectionCard::from)))
}

/// From here the seller can no longer take the version back.
pub async fn open(
    ctx: Ctx<may::InspectionsReview>,
    State(app): State<App>,
    Path(inspection_id): Path<ProductRevisionId>,
) -> Answer<Json<InspectionView>, InspectionError> {
    let tx = app.boot.db.begin().await?;
    let inspection = catalog::inspect(&tx, ctx.who.operator_id, ctx.now, inspection_id).await?;
    tx.commit().await?;
    Ok(Json(inspection.into()))
}

#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ApproveInspections {
    pub inspections: List<ApproveInspection, 1, 50>,
}

/// One version to approve.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ApproveInspection {
    pub inspection_id: ProductRevisionId,
    /// Certifications whose numbers I found in the registry.
    pub verified_certification_ids: Option<List<CertificationId, 0, 20>>,
}

/// How it ended per version.
#[derive(Debug, Serialize, JsonSchema)]
pub struct DecidedInspectionsView {
    pub results: Vec<Decided>,
}

pub async fn approve(
    ctx: Ctx<may::InspectionsReview>,
    State(app): State<App>,
    Json(body): Json<ApproveInspections>,
) -> Answer<Json<DecidedInspectionsView>> {
    let versions = body.inspections.into_vec().into_iter().map(|one| Approve {
        inspection_id: one.inspection_id,
        verified_certification_ids: one.verified_certification_ids.map(List::into_vec).unwrap_or_default(),
    });
    let tx = app.boot.db.begin().await?;
    let results = catalog::approve(&tx, ctx.who.operator_id, ctx.now, versions.collect()).await?;
    tx.commit().await?;
    app.nudge.relay().await;
    Ok(Json(DecidedInspectionsView { results }))
}

#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RejectInspections {
    pub inspections: List<RejectInspection, 1, 50>,
}

/// One version to send back, with what is wrong field by field.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RejectInspection {
    pub inspection_id: ProductRevisionId,
    pub remarks: List<InspectionRemark, 1, 50>,
}

/// What is wrong with one field.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct InspectionRemark {
    /// Path of the form: `/pictures/0`.
    pub field: Text<1, 100>,
    /// Reason code: `wrong_category`, `picture_quality` …
    pub code: Text<1, 50>,
    pub message: Option<Text<1, 500>>,
}

impl From<InspectionRemark> for Remark {
    fn from(remark: InspectionRemark) -> Remark {
        let InspectionRemark { field, code, message } = remark;
        Remark { field: field.into_string(), code: code.into_string(), message: message.map(Text::into_string) }
    }
}

pub async fn reject(
    ctx: Ctx<may::InspectionsReview>,
    State(app): State<App>,
    Json(body): Json<RejectInspections>,
) -> Answer<Json<DecidedInspectionsView>> {
    let versions = body.inspections.into_vec().into_iter().map(|one| Reject {
        inspection_id: one.inspection_id,
        remarks: one.remarks.into_vec().into_iter().map(Remark::from).collect(),
    });
    let tx = app.boot.db.begin().await?;
    let results = catalog::reject(&tx, ctx.who.operator_id, ctx.now, versions.collect()).await?;
    tx.commit().await?;
    app.nudge.relay().await;
    Ok(Json(DecidedInspectionsView { results }))
}
