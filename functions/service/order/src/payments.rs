//! Payments: confirmed after the gateway's window, polled while nobody knows, given up when it was closed.

use crate::App;
use ::payments::{PaymentRow, PaymentState};
use authz::service as may;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use chrono::{DateTime, Utc};
use kernel::values::{Amount, Text};
use kernel::*;
use orders::paying::confirm::{self, ConfirmError, Returned};
use orders::paying::poll::{self, PollError};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use web::{Accepted, Answer, Ctx, Json, Path, Reply, Spec};

/// What the window handed back.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ConfirmPayment {
    pub payment_key: Text<1, 200>,
    /// `orderId` of the window.
    pub order_id: Text<6, 64>,
    pub amount: Amount,
}

/// A payment as it stands.
#[derive(Debug, Serialize, JsonSchema)]
pub struct PaymentView {
    pub payment_id: PaymentId,
    pub purchase_order_id: PurchaseOrderId,
    pub state: PaymentState,
    pub method: Option<String>,
    pub amount: Money,
    pub captured_amount: Money,
    pub refunded_amount: Money,
    pub approved_at: Option<DateTime<Utc>>,
    pub expires_at: Option<DateTime<Utc>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub failure_code: Option<String>,
}

impl From<PaymentRow> for PaymentView {
    fn from(row: PaymentRow) -> PaymentView {
        PaymentView {
            payment_id: row.id,
            purchase_order_id: row.purchase_order_id,
            state: row.state,
            method: row.method.map(|method| method.as_str().to_owned()),
            amount: row.amount,
            captured_amount: row.captured_amount,
            refunded_amount: row.refunded_amount,
            approved_at: row.approved_at,
            expires_at: row.expires_at,
            failure_code: row.failure_code,
        }
    }
}

/// 200 when the result is known, 202 while it is not.
pub struct Known(PaymentRow);

impl IntoResponse for Known {
    fn into_response(self) -> Response {
        let pending = matches!(self.0.state, PaymentState::Unknown | PaymentState::InProgress);
        let view = PaymentView::from(self.0);
        if pending { Accepted(view).into_response() } else { Json(view).into_response() }
    }
}

impl Reply for Known {
    fn describe(spec: &mut Spec) {
        <Json<PaymentView> as Reply>::describe(spec);
        <Accepted<PaymentView> as Reply>::describe(spec);
    }
}

pub async fn confirm(
    ctx: Ctx<may::Customer>,
    State(app): State<App>,
    Json(body): Json<ConfirmPayment>,
) -> Answer<Known, ConfirmError> {
    let returned = Returned {
        payment_key: body.payment_key.into_string(),
        pg_order_id: body.order_id.into_string(),
        amount: body.amount.money(),
    };
    let payment = confirm::confirm(&app.boot, app.gateway.as_ref(), ctx.who.scope(), returned, ctx.now).await?;
    app.nudge.relay().await;
    Ok(Known(payment))
}

pub async fn get(
    ctx: Ctx<may::Customer>,
    State(app): State<App>,
    Path(payment): Path<PaymentId>,
) -> Answer<Json<PaymentView>, PollError> {
    let row = poll::poll(&app.boot, app.gateway.as_ref(), ctx.who.scope(), payment, ctx.now).await?;
    app.nudge.relay().await;
    Ok(Json(row.into()))
}

pub async fn abandon(
    ctx: Ctx<may::Customer>,
    State(app): State<App>,
    Path(payment): Path<PaymentId>,
) -> Answer<Json<PaymentView>, PollError> {
    let row = poll::abandon(&app.boot, app.gateway.as_ref(), ctx.who.scope(), payment, ctx.now).await?;
    app.nudge.relay().await;
    Ok(Json(row.into()))
}
