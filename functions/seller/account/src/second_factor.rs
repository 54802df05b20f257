//! My authenticator.

use crate::App;
use authz::seller as may;
use axum::extract::State;
use identity::wire::{EnrollmentView, RecoveryCodesView};
use kernel::TicketId;
use kernel::values::OneTimeCode;
use schemars::JsonSchema;
use sellers::second_factor::{self, EnrollError};
use serde::Deserialize;
use web::{Answer, Created, Ctx, Json};

#[derive(Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct EnrollmentConfirmBody {
    enrollment_id: TicketId,
    code: OneTimeCode,
}

pub async fn enroll(ctx: Ctx<may::Member>, State(app): State<App>) -> Answer<Created<EnrollmentView>, EnrollError> {
    let enrollment = second_factor::enroll(&app.boot.db, &app.identity, &ctx.who, ctx.now).await?;
    Ok(Created(enrollment.into()))
}

pub async fn confirm(
    ctx: Ctx<may::Member>,
    State(app): State<App>,
    Json(body): Json<EnrollmentConfirmBody>,
) -> Answer<Json<RecoveryCodesView>, EnrollError> {
    let (db, identity) = (&app.boot.db, &app.identity);
    let codes = second_factor::confirm(db, identity, &ctx.who, body.enrollment_id, &body.code, ctx.now).await?;
    Ok(Json(codes.into()))
}
