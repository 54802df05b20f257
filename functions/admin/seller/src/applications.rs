//! Applications to sell here.

use crate::App;
use crate::contracts::{ContractTermsBody, ContractView};
use authz::admin as may;
use axum::extract::State;
use kernel::{SellerApplicationId, SellerId};
use schemars::JsonSchema;
use sellers::applications::ApplicationState;
use sellers::approve::{self, ApproveError};
use serde::{Deserialize, Serialize};
use web::{Answer, Ctx, Json, Path};

#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ApplicationApproveBody {
    /// Of the contract draft that comes with the decision.
    terms: ContractTermsBody,
}

#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct ApplicationApprovedView {
    application_id: SellerApplicationId,
    state: ApplicationState,
    seller_id: Option<SellerId>,
    contract: ContractView,
}

pub async fn approve(
    ctx: Ctx<may::ApplicationsApprove>,
    State(app): State<App>,
    Path(application_id): Path<SellerApplicationId>,
    Json(body): Json<ApplicationApproveBody>,
) -> Answer<Json<ApplicationApprovedView>, ApproveError> {
    let tx = app.boot.db.begin().await?;
    let (application, contract) = approve::approve(&tx, &ctx.who, application_id, ctx.now, body.terms.into()).await?;
    tx.commit().await?;
    Ok(Json(ApplicationApprovedView {
        application_id: application.id,
        state: application.state,
        seller_id: application.seller_id,
        contract: contract.into(),
    }))
}
