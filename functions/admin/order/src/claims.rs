//! Claims over all sellers, and rulings on them.

use crate::App;
use authz::admin as may;
use axum::extract::State;
use chrono::{DateTime, Utc};
use kernel::values::Text;
use kernel::*;
use orders::claims::approve::DecideClaimError;
use orders::claims::rule;
use orders::views::ClaimState;
use orders::views::admin::claim::{self, AdminClaimView};
use orders::views::admin::claims::{self, AdminClaimFilter, AdminClaimSummaryView};
use orders::views::claims::ShowClaimError;
use pricing::ClaimType;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use web::{Answer, Ctx, IdempotencyKey, Json, NoContent, Once, Path, Query};

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AdminClaimsQuery {
    pub r#type: Option<ClaimType>,
    pub state: Option<ClaimState>,
    pub reason_code: Option<Text<1, 50>>,
    pub seller_id: Option<SellerId>,
    /// Not ended and with a refund due by then.
    pub due_by: Option<DateTime<Utc>>,
    pub held: Option<bool>,
    pub cursor: Option<Cursor>,
    pub limit: Option<Limit>,
}

pub async fn list(
    _: Ctx<may::OrdersRead>,
    State(app): State<App>,
    Query(query): Query<AdminClaimsQuery>,
) -> Answer<Json<Page<AdminClaimSummaryView>>> {
    let AdminClaimsQuery { r#type: claim_type, state, reason_code, seller_id, due_by, held, cursor, limit } = query;
    let reason_code = reason_code.map(Text::into_string);
    let filter = AdminClaimFilter { claim_type, state, reason_code, seller_id, due_by, held };
    let conn = app.boot.db.reader().await?;
    Ok(Json(claims::list(&conn, filter, cursor, limit.unwrap_or_default()).await?))
}

pub async fn get(
    _: Ctx<may::OrdersRead>,
    State(app): State<App>,
    Path(claim_id): Path<ClaimId>,
) -> Answer<Json<AdminClaimView>, ShowClaimError> {
    Ok(Json(claim::detail(&app.boot.db.reader().await?, claim_id).await?))
}

/// Why the operator decides in the seller's place; kept in the audit log.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ApproveClaim {
    pub reason: Text<1, 500>,
}

pub async fn approve(
    ctx: Ctx<may::ClaimsApprove>,
    State(app): State<App>,
    Path(claim_id): Path<ClaimId>,
    key: IdempotencyKey,
    Json(body): Json<ApproveClaim>,
) -> Answer<Once<NoContent>, DecideClaimError> {
    let tx = app.boot.db.begin().await?;
    let taken = match key.take(&ctx, ctx.who.operator_id, &body, &tx).await? {
        Ok(taken) => taken,
        Err(answer) => return Ok(answer),
    };
    let (by, ip, reason) = (&ctx.who, ctx.request.ip, body.reason.as_str());
    rule::approve(&tx, &app.boot.vault, by, ip, claim_id, reason, ctx.now).await?;
    taken.commit(tx, 204, &()).await?;
    app.nudge.relay().await;
    Ok(Once::Made(NoContent))
}

/// Why the claim is refused; the buyer reads it.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RejectClaim {
    pub reason: Text<1, 500>,
}

pub async fn reject(
    ctx: Ctx<may::ClaimsApprove>,
    State(app): State<App>,
    Path(claim_id): Path<ClaimId>,
    key: IdempotencyKey,
    Json(body): Json<RejectClaim>,
) -> Answer<Once<NoContent>, DecideClaimError> {
    let tx = app.boot.db.begin().await?;
    let taken = match key.take(&ctx, ctx.who.operator_id, &body, &tx).await? {
        Ok(taken) => taken,
        Err(answer) => return Ok(answer),
    };
    let (by, ip, reason) = (&ctx.who, ctx.request.ip, body.reason.as_str());
    rule::reject(&tx, by, ip, claim_id, reason, ctx.now).await?;
    taken.commit(tx, 204, &()).await?;
    app.nudge.relay().await;
    Ok(Once::Made(NoContent))
}
