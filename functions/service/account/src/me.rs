//! My account.

use crate::App;
use accounts::profile::{self, Edit, EditError, Me, ProfileGender};
use accounts::sign_up::Nickname;
use authz::service as may;
use axum::extract::State;
use chrono::{DateTime, NaiveDate, Utc};
use kernel::UserId;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use web::{Answer, Ctx, Json};

#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct MeGradeView {
    code: String,
    name: String,
}

#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct MeView {
    user_id: UserId,
    nickname: Option<String>,
    /// Masked, like e-mail address and phone number.
    name: Option<String>,
    email: Option<String>,
    phone: Option<String>,
    gender: Option<String>,
    /// From the identity check: read-only.
    birth_date: Option<NaiveDate>,
    login_methods: Vec<String>,
    identity_verified: bool,
    /// Whether the account is barred from signing in again.
    suspended: bool,
    grade: Option<MeGradeView>,
    joined_at: DateTime<Utc>,
}

impl From<Me> for MeView {
    fn from(me: Me) -> MeView {
        let grade = me.grade_code.zip(me.grade_name).map(|(code, name)| MeGradeView { code, name });
        MeView {
            user_id: me.user_id,
            nickname: me.nickname,
            name: me.name,
            email: me.email,
            phone: me.phone,
            gender: me.gender,
            birth_date: me.birth_date,
            login_methods: if me.has_password { vec!["email".to_owned()] } else { Vec::new() },
            identity_verified: me.identity_verified,
            suspended: me.suspended,
            grade,
            joined_at: me.created_at,
        }
    }
}

#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct MeEditBody {
    nickname: Option<Nickname>,
    gender: Option<ProfileGender>,
}

pub async fn show(ctx: Ctx<may::Customer>, State(app): State<App>) -> Answer<Json<MeView>, EditError> {
    let me = profile::me(&app.boot.db.writer().await?, &app.boot.vault, ctx.who.scope()).await?;
    Ok(Json(me.into()))
}

pub async fn edit(
    ctx: Ctx<may::Customer>,
    State(app): State<App>,
    Json(body): Json<MeEditBody>,
) -> Answer<Json<MeView>, EditError> {
    let tx = app.boot.db.begin().await?;
    profile::edit(&tx, ctx.who.scope(), ctx.now, Edit { nickname: body.nickname, gender: body.gender }).await?;
    let me = profile::me(&tx, &app.boot.vault, ctx.who.scope()).await?;
    tx.commit().await?;
    Ok(Json(me.into()))
}
