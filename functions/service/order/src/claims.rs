//! Claims: previewed, filed, taken back.

use crate::App;
use authz::service as may;
use axum::extract::State;
use chrono::{DateTime, Utc};
use kernel::values::{List, Quantity, Text};
use kernel::*;
use orders::ActorRef;
use orders::claims::approve::{self, DecideClaimError};
use orders::claims::cancel;
use orders::claims::choose::{CancelError, Chosen, Part};
use orders::claims::preview;
use orders::claims::reasons::{self, Reason};
use orders::views;
use orders::views::claims::{ClaimDetailView, ClaimSummaryView, ShowClaimError};
use pricing::ClaimType;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use web::{Answer, Created, Ctx, IdempotencyKey, Json, NoContent, Once, Path, Query};

/// Reasons a customer may give.
#[derive(Debug, Serialize, JsonSchema)]
pub struct ClaimReasons {
    pub items: Vec<ClaimReasonView>,
}

/// One reason.
#[derive(Debug, Serialize, JsonSchema)]
pub struct ClaimReasonView {
    pub code: String,
    pub claim_types: Vec<String>,
    pub name: String,
    /// Who bears the cost: `buyer`, `seller` or `platform`.
    pub fault: &'static str,
    pub needs_evidence: bool,
}

impl From<Reason> for ClaimReasonView {
    fn from(reason: Reason) -> ClaimReasonView {
        ClaimReasonView {
            code: reason.code,
            claim_types: reason.claim_types,
            name: reason.name,
            fault: reason.fault.as_str(),
            needs_evidence: reason.needs_evidence,
        }
    }
}

pub async fn reasons(_: Ctx<may::Anyone>, State(app): State<App>) -> Answer<Json<ClaimReasons>> {
    let found = reasons::of_customers(&app.boot.db.reader().await?).await?;
    Ok(Json(ClaimReasons { items: found.into_iter().map(Into::into).collect() }))
}

/// Pieces of one line.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ClaimedPieces {
    pub product_order_id: ProductOrderId,
    pub quantity: Quantity,
}

/// What to calculate.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PreviewClaim {
    /// Only `cancel` for now.
    pub claim_type: PreviewType,
    pub items: List<ClaimedPieces, 1, 100>,
    pub reason_code: Text<1, 50>,
}

/// What can be previewed.
#[derive(Debug, Clone, Copy, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum PreviewType {
    Cancel,
}

/// What would come back. Amounts in won.
#[derive(Debug, Serialize, JsonSchema)]
pub struct ClaimPreviewView {
    /// Send it with the claim; it seals these amounts.
    pub preview_token: String,
    pub expires_at: DateTime<Utc>,
    pub refund_cash: Money,
    pub refund_points: Money,
    pub refund_rewards: Money,
    pub parts: Vec<ClaimPartView>,
}

/// One seller's part.
#[derive(Debug, Serialize, JsonSchema)]
pub struct ClaimPartView {
    pub seller_order_id: SellerOrderId,
    /// Who bears the cost.
    pub fault: &'static str,
    /// Whether it needs no answer of the seller.
    pub instant: bool,
    pub goods_cash: Money,
    pub goods_points: Money,
    pub goods_rewards: Money,
    pub shipping_refund: Money,
    /// Shipping that had been free and is not any more; negative when given back.
    pub fee_recovered_outbound: Money,
    pub fee_total: Money,
    pub refund_cash: Money,
    pub refund_points: Money,
    pub refund_rewards: Money,
}

impl From<&Part> for ClaimPartView {
    fn from(part: &Part) -> ClaimPartView {
        let (fees, refund) = (&part.money.fees, &part.money.refund);
        ClaimPartView {
            seller_order_id: part.loaded.seller_order_id,
            fault: part.at_fault.as_str(),
            instant: part.instant,
            goods_cash: refund.goods_cash,
            goods_points: refund.goods_points,
            goods_rewards: refund.goods_rewards,
            shipping_refund: refund.shipping_refund,
            fee_recovered_outbound: fees.fee_recovered_outbound,
            fee_total: fees.fee_total,
            refund_cash: refund.refund_cash,
            refund_points: refund.refund_points,
            refund_rewards: refund.refund_rewards,
        }
    }
}

fn chosen(items: &List<ClaimedPieces, 1, 100>) -> Vec<Chosen> {
    items
        .as_slice()
        .iter()
        .map(|item| Chosen { product_order_id: item.product_order_id, quantity: item.quantity.get() })
        .collect()
}

pub async fn preview(
    ctx: Ctx<may::Customer>,
    State(app): State<App>,
    Json(body): Json<PreviewClaim>,
) -> Answer<Json<ClaimPreviewView>, CancelError> {
    let tx = app.boot.db.begin().await?;
    let shown = preview::preview(
        &tx,
        &app.boot.vault,
        ctx.who.scope(),
        &chosen(&body.items),
        body.reason_code.as_str(),
        ctx.now,
    )
    .await?;
    let sum = |of: fn(&ClaimPartView) -> Money, parts: &[ClaimPartView]| parts.iter().map(of).sum();
    let parts: Vec<ClaimPartView> = shown.parts.iter().map(Into::into).collect();
    Ok(Json(ClaimPreviewView {
        preview_token: shown.token,
        expires_at: shown.expires_at,
        refund_cash: sum(|part| part.refund_cash, &parts),
        refund_points: sum(|part| part.refund_points, &parts),
        refund_rewards: sum(|part| part.refund_rewards, &parts),
        parts,
    }))
}

/// The cancel that was previewed.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct FileCancel {
    pub items: List<ClaimedPieces, 1, 100>,
    pub reason_code: Text<1, 50>,
    pub reason_detail: Option<Text<1, 500>>,
    pub preview_token: Text<1, 300>,
}

/// The claims that were made, one per seller.
#[derive(Debug, Serialize, JsonSchema)]
pub struct FiledClaims {
    pub claim_ids: Vec<ClaimId>,
}

pub async fn cancel(
    ctx: Ctx<may::Customer>,
    State(app): State<App>,
    key: IdempotencyKey,
    Json(body): Json<FileCancel>,
) -> Answer<Once<Created<FiledClaims>>, CancelError> {
    let tx = app.boot.db.begin().await?;
    let taken = match key.take(&ctx, ctx.who.user_id, &body, &tx).await? {
        Ok(taken) => taken,
        Err(answer) => return Ok(answer),
    };
    let cmd = cancel::Cancel {
        items: chosen(&body.items),
        reason_code: body.reason_code.as_str().to_owned(),
        reason_detail: body.reason_detail.as_ref().map(|text| text.as_str().to_owned()),
        preview_token: body.preview_token.as_str().to_owned(),
    };
    let claim_ids =
        cancel::cancel(&tx, &app.boot.vault, ctx.who.scope(), ActorRef::from(&ctx.who), cmd, ctx.now).await?;
    let view = FiledClaims { claim_ids };
    taken.commit(tx, 201, &view).await?;
    app.nudge.relay().await;
    Ok(Once::Made(Created(view)))
}

pub async fn withdraw(
    ctx: Ctx<may::Customer>,
    State(app): State<App>,
    Path(claim): Path<ClaimId>,
) -> Answer<NoContent, DecideClaimError> {
    let tx = app.boot.db.begin().await?;
    approve::withdraw(&tx, ctx.who.scope(), ActorRef::from(&ctx.who), claim, ctx.now).await?;
    tx.commit().await?;
    app.nudge.relay().await;
    Ok(NoContent)
}

/// Which claims to list.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ListClaims {
    pub claim_type: Option<ClaimType>,
    #[serde(skip_serializing)]
    pub cursor: Option<Cursor>,
    #[serde(skip_serializing)]
    pub limit: Option<Limit>,
}

pub async fn list(
    ctx: Ctx<may::Customer>,
    State(app): State<App>,
    Query(query): Query<ListClaims>,
) -> Answer<Json<Page<ClaimSummaryView>>> {
    let conn = app.boot.db.reader().await?;
    Ok(Json(
        views::claims::list(&conn, ctx.who.scope(), query.claim_type, query.cursor, query.limit.unwrap_or_default())
            .await?,
    ))
}

pub async fn get(
    ctx: Ctx<may::Customer>,
    State(app): State<App>,
    Path(claim): Path<ClaimId>,
) -> Answer<Json<ClaimDetailView>, ShowClaimError> {
    let conn = app.boot.db.writer().await?;
    Ok(Json(views::claims::detail(&conn, ctx.who.scope(), claim).await?))
}
