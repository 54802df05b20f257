//! Holds on sellers' payouts.

use crate::App;
use authz::admin as may;
use axum::extract::State;
use kernel::values::Text;
use kernel::{Cursor, Limit, Page, SellerId, SettlementHoldId, SettlementId};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use settlement::hold::{self, NewHold, PlaceHoldError, ReleaseHoldError};
use settlement::payouts::follow;
use settlement::state::HoldReason;
use settlement::views::holds::{self, HoldFilter, HoldView};
use web::{Answer, Created, Ctx, IdempotencyKey, Json, Once, Path, Query};

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PayoutHoldsQuery {
    seller_id: Option<SellerId>,
    reason: Option<HoldReason>,
    /// True: those that stand. False: those that were released.
    open: Option<bool>,
    cursor: Option<Cursor>,
    limit: Option<Limit>,
}

pub async fn list(
    ctx: Ctx<may::SettlementsRead>,
    State(app): State<App>,
    Query(query): Query<PayoutHoldsQuery>,
) -> Answer<Json<Page<HoldView>>> {
    let PayoutHoldsQuery { seller_id, reason, open, cursor, limit } = query;
    let filter = HoldFilter { seller_id, reason, open };
    let on = app.boot.db.reader().await?;
    Ok(Json(holds::list(&on, filter, cursor, limit.unwrap_or_default(), ctx.now).await?))
}

#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PlaceHoldBody {
    seller_id: SellerId,
    /// One statement; absent: everything.
    settlement_id: Option<SettlementId>,
    reason: HoldReason,
    /// Never told to the seller. A seizure needs its court's case number here.
    detail: Option<Text<1, 500>>,
}

pub async fn place(
    ctx: Ctx<may::HoldsWrite>,
    State(app): State<App>,
    key: IdempotencyKey,
    Json(body): Json<PlaceHoldBody>,
) -> Answer<Once<Created<HoldView>>, PlaceHoldError> {
    let tx = app.boot.db.begin().await?;
    let taken = match key.take(&ctx, ctx.who.operator_id, &body, &tx).await? {
        Ok(taken) => taken,
        Err(answer) => return Ok(answer),
    };
    let PlaceHoldBody { seller_id, settlement_id, reason, detail } = body;
    let new = NewHold { seller_id, settlement_id, reason, detail: detail.map(Text::into_string) };
    let placed = hold::place(&tx, Some(ctx.who.operator_id), new, ctx.now).await?;
    let view = holds::one(&tx, placed.hold_id, ctx.now).await?;
    taken.commit(tx, 201, &view).await?;
    follow::recall(&app.boot.db, &app.provider, placed.recall, ctx.now).await?;
    app.nudge.relay().await;
    Ok(Once::Made(Created(view)))
}

pub async fn release(
    ctx: Ctx<may::HoldsWrite>,
    State(app): State<App>,
    Path(hold_id): Path<SettlementHoldId>,
) -> Answer<Json<HoldView>, ReleaseHoldError> {
    let tx = app.boot.db.begin().await?;
    hold::release(&tx, ctx.who.operator_id, hold_id, ctx.now).await?;
    let view = holds::one(&tx, hold_id, ctx.now).await?;
    tx.commit().await?;
    app.nudge.relay().await;
    Ok(Json(view))
}
