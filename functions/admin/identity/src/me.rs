//! Who I am here, and what my menu is built from. Every endpoint checks again.

use crate::App;
use authz::admin as may;
use axum::extract::State;
use identity::roles;
use kernel::OperatorId;
use operators::operator::{self, OperatorError, Standing};
use schemars::JsonSchema;
use serde::Serialize;
use std::collections::BTreeMap;
use web::{Answer, Ctx, Json};

#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct OperatorMeView {
    operator_id: OperatorId,
    name: String,
    email: String,
    team: Option<String>,
    role: String,
    role_name: String,
    second_factor: bool,
    permissions: Vec<String>,
    /// Seller document types by action: view, review, download.
    documents: BTreeMap<String, Vec<String>>,
}

fn view(standing: Standing, permissions: Vec<String>) -> OperatorMeView {
    let mut documents: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (action, document) in roles::document_matrix(&permissions) {
        documents.entry(action).or_default().push(document);
    }
    OperatorMeView {
        operator_id: standing.id,
        name: standing.name,
        email: standing.email,
        team: standing.team,
        role: standing.role_code,
        role_name: standing.role_name,
        second_factor: standing.mfa_enabled,
        permissions,
        documents,
    }
}

pub async fn show(ctx: Ctx<may::Operator>, State(app): State<App>) -> Answer<Json<OperatorMeView>, OperatorError> {
    let (standing, permissions) = operator::me(&app.boot.db.writer().await?, ctx.who.operator_id).await?;
    Ok(Json(view(standing, permissions)))
}
