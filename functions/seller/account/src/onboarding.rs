//! My application to sell here.

use crate::App;
use authz::seller as may;
use axum::extract::State;
use chrono::{DateTime, Utc};
use kernel::SellerApplicationId;
use schemars::JsonSchema;
use sellers::applications::{self, Application, ApplicationState, OnboardingSteps, SubmitError};
use serde::Serialize;
use web::{Answer, Ctx, Json};

#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct OnboardingView {
    application_id: SellerApplicationId,
    company_name: String,
    business_no: String,
    state: ApplicationState,
    submitted_at: Option<DateTime<Utc>>,
    decided_at: Option<DateTime<Utc>>,
    /// The reviewer's remark.
    reason: Option<String>,
    steps: OnboardingSteps,
}

impl OnboardingView {
    fn of(application: Application, steps: OnboardingSteps) -> OnboardingView {
        OnboardingView {
            application_id: application.id,
            company_name: application.company_name,
            business_no: application.business_no,
            state: application.state,
            submitted_at: application.submitted_at,
            decided_at: application.decided_at,
            reason: application.reason,
            steps,
        }
    }
}

pub async fn show(ctx: Ctx<may::OnboardingRead>, State(app): State<App>) -> Answer<Json<OnboardingView>, SubmitError> {
    let on = app.boot.db.writer().await?;
    let found = applications::of_seller(&on, ctx.who.seller_id).await?.ok_or(SubmitError::NotFound)?;
    Ok(Json(OnboardingView::of(found, applications::steps(&on, ctx.who.seller_id).await?)))
}

pub async fn submit(
    ctx: Ctx<may::OnboardingWrite>,
    State(app): State<App>,
) -> Answer<Json<OnboardingView>, SubmitError> {
    let tx = app.boot.db.begin().await?;
    let sent = applications::submit(&tx, &ctx.who, ctx.now).await?;
    let steps = applications::steps(&tx, ctx.who.seller_id).await?;
    tx.commit().await?;
    Ok(Json(OnboardingView::of(sent, steps)))
}
