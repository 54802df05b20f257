//! Order lines, as their customer acts on them.

use crate::App;
use authz::service as may;
use axum::extract::State;
use kernel::values::List;
use kernel::*;
use orders::ActorRef;
use orders::decide::{self, DecideError};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use web::{Answer, Ctx, Json, NoContent};

/// The lines to confirm, all of them or none.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ConfirmPurchase {
    pub product_order_ids: List<ProductOrderId, 1, 100>,
}

pub async fn confirm(
    ctx: Ctx<may::Customer>,
    State(app): State<App>,
    Json(body): Json<ConfirmPurchase>,
) -> Answer<NoContent, DecideError> {
    let tx = app.boot.db.begin().await?;
    decide::by_customer(&tx, ctx.who.scope(), ActorRef::from(&ctx.who), ctx.now, body.product_order_ids.into_vec())
        .await?;
    tx.commit().await?;
    app.nudge.relay().await;
    Ok(NoContent)
}
