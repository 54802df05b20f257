//! Batches of payouts: built by one, approved by another, sent, called off.

use crate::App;
use authz::{StepUp, admin as may};
use axum::extract::State;
use chrono::NaiveDate;
use kernel::{Cursor, Failure, Limit, Money, Page, PayoutBatchId};
use payments::Outcome;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use settlement::payouts::approve::{ApproveBatchError, Contents};
use settlement::payouts::build::BuildBatchError;
use settlement::payouts::cancel::CancelBatchError;
use settlement::payouts::submit::SubmitBatchError;
use settlement::payouts::{approve, build, cancel, follow, submit};
use settlement::state::{BatchState, PayoutState};
use settlement::views::batches::{self, BatchCard, BatchError, BatchFilter, BatchPayout};
use web::{Answer, Created, Ctx, IdempotencyKey, Json, Once, Path, Query};

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PayoutBatchesQuery {
    state: Option<BatchState>,
    /// First and last pay date.
    from: Option<NaiveDate>,
    to: Option<NaiveDate>,
    cursor: Option<Cursor>,
    limit: Option<Limit>,
}

pub async fn list(
    _: Ctx<may::SettlementsRead>,
    State(app): State<App>,
    Query(query): Query<PayoutBatchesQuery>,
) -> Answer<Json<Page<BatchCard>>> {
    let PayoutBatchesQuery { state, from, to, cursor, limit } = query;
    let on = app.boot.db.reader().await?;
    Ok(Json(batches::list(&on, BatchFilter { state, from, to }, cursor, limit.unwrap_or_default()).await?))
}

#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct BuildBatchBody {
    /// Moves to the next business day.
    pay_date: NaiveDate,
}

pub async fn build(
    ctx: Ctx<may::PayoutsOperate>,
    State(app): State<App>,
    key: IdempotencyKey,
    Json(body): Json<BuildBatchBody>,
) -> Answer<Once<Created<BatchCard>>, BuildBatchError> {
    let tx = app.boot.db.begin().await?;
    let taken = match key.take(&ctx, ctx.who.operator_id, &body, &tx).await? {
        Ok(taken) => taken,
        Err(answer) => return Ok(answer),
    };
    let id = build::build(&tx, &app.boot.vault, Some(ctx.who.operator_id), body.pay_date, ctx.now).await?;
    let view = card(&tx, id).await?;
    taken.commit(tx, 201, &view).await?;
    Ok(Once::Made(Created(view)))
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct BatchPayoutsQuery {
    cursor: Option<Cursor>,
    limit: Option<Limit>,
}

/// What the payout provider holds for us, in won.
#[derive(Debug, Serialize, JsonSchema)]
pub struct ProviderBalance {
    available: Money,
    /// Sold, not available yet.
    pending: Money,
}

/// A batch with a page of its payouts.
#[derive(Debug, Serialize, JsonSchema)]
pub struct PayoutBatchView {
    #[serde(flatten)]
    batch: BatchCard,
    payouts: Vec<BatchPayout>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_cursor: Option<String>,
    /// What is not sent yet.
    needed: Money,
    /// Absent while the provider does not answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    provider_balance: Option<ProviderBalance>,
}

pub async fn open(
    _: Ctx<may::SettlementsRead>,
    State(app): State<App>,
    Path(batch_id): Path<PayoutBatchId>,
    Query(query): Query<BatchPayoutsQuery>,
) -> Answer<Json<PayoutBatchView>, BatchError> {
    let on = app.boot.db.writer().await?;
    let batch = batches::one(&on, batch_id).await?;
    let (vault, limit) = (&app.boot.vault, query.limit.unwrap_or_default());
    let page = batches::payouts(&on, vault, batch.batch_no.clone(), query.cursor, limit).await?;
    drop(on);
    let balances = if let Outcome::Done(balances) = app.provider.balances().await { Some(balances) } else { None };
    let waiting = batch.totals.iter().filter(|total| total.state == PayoutState::Prepared);
    Ok(Json(PayoutBatchView {
        needed: waiting.map(|total| total.sum).sum(),
        provider_balance: balances.map(|b| ProviderBalance { available: b.available, pending: b.pending }),
        payouts: page.items,
        next_cursor: page.next_cursor,
        batch,
    }))
}

#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ApproveBatchBody {
    /// As read: both must be the batch's own.
    count: i32,
    sum: Money,
}

pub async fn approve(
    ctx: Ctx<StepUp<may::PayoutsApprove>>,
    State(app): State<App>,
    Path(batch_id): Path<PayoutBatchId>,
    Json(body): Json<ApproveBatchBody>,
) -> Answer<Json<BatchCard>, ApproveBatchError> {
    let tx = app.boot.db.begin().await?;
    let stated = Contents { count: body.count, sum: body.sum };
    approve::approve(&tx, ctx.who.operator_id, batch_id, stated, ctx.now).await?;
    let view = card(&tx, batch_id).await?;
    tx.commit().await?;
    Ok(Json(view))
}

pub async fn submit(
    ctx: Ctx<may::PayoutsOperate>,
    State(app): State<App>,
    Path(batch_id): Path<PayoutBatchId>,
    key: IdempotencyKey,
) -> Answer<Once<Json<BatchCard>>, SubmitBatchError> {
    submit::covered(&app.boot.db, &app.provider, batch_id).await?;
    let tx = app.boot.db.begin().await?;
    let taken = match key.take(&ctx, ctx.who.operator_id, &batch_id, &tx).await? {
        Ok(taken) => taken,
        Err(answer) => return Ok(answer),
    };
    submit::submit(&tx, ctx.who.operator_id, batch_id, ctx.now).await?;
    let view = card(&tx, batch_id).await?;
    taken.commit(tx, 200, &view).await?;
    app.nudge.relay().await;
    Ok(Once::Made(Json(view)))
}

pub async fn cancel(
    ctx: Ctx<may::PayoutsOperate>,
    State(app): State<App>,
    Path(batch_id): Path<PayoutBatchId>,
) -> Answer<Json<BatchCard>, CancelBatchError> {
    let tx = app.boot.db.begin().await?;
    let recall = cancel::cancel(&tx, ctx.who.operator_id, batch_id, ctx.now).await?;
    tx.commit().await?;
    follow::recall(&app.boot.db, &app.provider, recall, ctx.now).await?;
    Ok(Json(card(&app.boot.db.writer().await?, batch_id).await?))
}

/// A batch that was just there.
async fn card<E: kernel::Refusal>(on: &impl db::On, id: PayoutBatchId) -> Result<BatchCard, Failure<E>> {
    batches::one(on, id).await.map_err(|failure| match failure {
        Failure::Refused(BatchError::NotFound) => Failure::Fault(kernel::Fault::internal("a batch that vanished")),
        Failure::Fault(fault) => Failure::Fault(fault),
    })
}
