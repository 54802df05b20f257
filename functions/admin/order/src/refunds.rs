//! Refunds the payment gateway refused.

use crate::App;
use authz::admin as may;
use axum::extract::State;
use kernel::RefundId;
use kernel::values::Text;
use orders::claims::retry_refund::{self, RetryRefundError};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use web::{Answer, Created, Ctx, IdempotencyKey, Json, Once, Path};

/// What was done about the refusal; kept in the audit log.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RetryRefund {
    pub reason: Text<1, 500>,
}

/// The refund that goes on for the refused one.
#[derive(Debug, Serialize, JsonSchema)]
pub struct RetriedRefundView {
    pub refund_id: RefundId,
}

pub async fn retry(
    ctx: Ctx<may::RefundsExecute>,
    State(app): State<App>,
    Path(refund_id): Path<RefundId>,
    key: IdempotencyKey,
    Json(body): Json<RetryRefund>,
) -> Answer<Once<Created<RetriedRefundView>>, RetryRefundError> {
    let tx = app.boot.db.begin().await?;
    let taken = match key.take(&ctx, ctx.who.operator_id, &body, &tx).await? {
        Ok(taken) => taken,
        Err(answer) => return Ok(answer),
    };
    let (by, ip, reason) = (&ctx.who, ctx.request.ip, body.reason.as_str());
    let refund_id = retry_refund::retry(&tx, &app.boot.vault, by, ip, refund_id, reason, ctx.now).await?;
    let view = RetriedRefundView { refund_id };
    taken.commit(tx, 201, &view).await?;
    app.nudge.relay().await;
    Ok(Once::Made(Created(view)))
}
