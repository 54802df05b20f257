//! Claims against my orders.

use crate::App;
use authz::seller as may;
use axum::extract::State;
use chrono::{DateTime, Utc};
use kernel::values::List;
use kernel::*;
use orders::ActorRef;
use orders::claims::approve_many::{ClaimResult, approve_many};
use orders::views::ClaimState;
use orders::views::claims::ShowClaimError;
use orders::views::seller::claim::{self, SellerClaimDetailView};
use orders::views::seller::claims::{self, SellerClaimFilter, SellerClaimPage};
use pricing::{AtFault, ClaimType};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use web::{Answer, Ctx, IdempotencyKey, Json, Once, Path, Query};

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SellerClaimsQuery {
    pub r#type: Option<ClaimType>,
    pub state: Option<ClaimState>,
    /// Who bears the cost.
    pub fault: Option<AtFault>,
    /// With a refund due by then.
    pub due_by: Option<DateTime<Utc>>,
    pub cursor: Option<Cursor>,
    pub limit: Option<Limit>,
}

pub async fn list(
    ctx: Ctx<may::ClaimsRead>,
    State(app): State<App>,
    Query(query): Query<SellerClaimsQuery>,
) -> Answer<Json<SellerClaimPage>> {
    let SellerClaimsQuery { r#type: claim_type, state, fault, due_by, cursor, limit } = query;
    let filter = SellerClaimFilter { claim_type, state, fault, due_by };
    let conn = app.boot.db.reader().await?;
    let limit = limit.unwrap_or_default();
    Ok(Json(claims::list(&conn, &app.boot.vault, ctx.who.scope(), filter, cursor, limit).await?))
}

pub async fn get(
    ctx: Ctx<may::ClaimsRead>,
    State(app): State<App>,
    Path(claim_id): Path<ClaimId>,
) -> Answer<Json<SellerClaimDetailView>, ShowClaimError> {
    let conn = app.boot.db.reader().await?;
    Ok(Json(claim::detail(&conn, &app.boot.vault, ctx.who.scope(), claim_id).await?))
}

/// The cancels to approve.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ApproveCancels {
    pub claim_ids: List<ClaimId, 1, 100>,
}

/// What became of each claim, in the order asked.
#[derive(Debug, Serialize, JsonSchema)]
pub struct ClaimResults {
    pub results: Vec<ClaimResult>,
}

pub async fn approve_cancels(
    ctx: Ctx<may::ClaimsWrite>,
    State(app): State<App>,
    key: IdempotencyKey,
    Json(body): Json<ApproveCancels>,
) -> Answer<Once<Json<ClaimResults>>> {
    let tx = app.boot.db.begin().await?;
    let taken = match key.take(&ctx, ctx.who.member_id, &body, &tx).await? {
        Ok(taken) => taken,
        Err(answer) => return Ok(answer),
    };
    let (by, actor, ids) = (ctx.who.scope(), ActorRef::from(&ctx.who), body.claim_ids.into_vec());
    let view = ClaimResults { results: approve_many(&tx, &app.boot.vault, by, actor, ids, ctx.now).await? };
    taken.commit(tx, 200, &view).await?;
    app.nudge.relay().await;
    Ok(Once::Made(Json(view)))
}
