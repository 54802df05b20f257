//! Who I am here, and what my menu is built from.

use crate::App;
use authz::seller as may;
use axum::extract::State;
use kernel::{MemberId, SellerId, mask};
use schemars::JsonSchema;
use sellers::member::{self, MeError, Standing};
use serde::Serialize;
use web::{Answer, Ctx, Json};

#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct MyStoreView {
    seller_id: SellerId,
    code: String,
    name: String,
    state: String,
}

#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct MemberMeView {
    member_id: MemberId,
    name: String,
    /// Masked.
    email: String,
    role: String,
    role_name: String,
    is_owner: bool,
    second_factor: bool,
    /// What I may do now; the menu is built from these, never from the role's name.
    permissions: Vec<String>,
    /// True in an operator's read-only support session.
    impersonated: bool,
    store: MyStoreView,
}

fn view(standing: Standing, permissions: Vec<String>) -> MemberMeView {
    MemberMeView {
        member_id: standing.id,
        name: standing.name,
        email: mask::email(&standing.email),
        role: standing.role_code,
        role_name: standing.role_name,
        is_owner: standing.is_owner,
        second_factor: standing.mfa_enabled,
        permissions,
        impersonated: false,
        store: MyStoreView {
            seller_id: standing.seller_id,
            code: standing.seller_code,
            name: standing.seller_name,
            state: standing.seller_state,
        },
    }
}

pub async fn show(ctx: Ctx<may::Member>, State(app): State<App>) -> Answer<Json<MemberMeView>, MeError> {
    let (standing, permissions) = member::me(&app.boot.db.writer().await?, ctx.who.member_id, ctx.now).await?;
    Ok(Json(view(standing, permissions)))
}
