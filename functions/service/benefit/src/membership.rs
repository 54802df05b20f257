//! Membership grades.

use crate::App;
use authz::service as may;
use axum::extract::State;
use chrono::NaiveDate;
use kernel::{GradeId, Money, Rate};
use promotions::membership::{self, GradeRow, Standing};
use schemars::JsonSchema;
use serde::Serialize;
use web::{Answer, Ctx, Json};

/// One grade with its benefits.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct MembershipGradeView {
    id: GradeId,
    code: String,
    name: String,
    rank: i32,
    /// Cash of confirmed purchases in twelve months, in won.
    min_spend_12m: Money,
    discount_rate: Rate,
    point_rate: Rate,
}

impl From<GradeRow> for MembershipGradeView {
    fn from(row: GradeRow) -> MembershipGradeView {
        let GradeRow { id, code, name, rank, min_spend_12m, discount_rate, point_rate } = row;
        MembershipGradeView { id, code, name, rank, min_spend_12m, discount_rate, point_rate }
    }
}

#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct MembershipGradesView {
    /// Lowest first.
    items: Vec<MembershipGradeView>,
}

#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct MembershipStatusView {
    grade: Option<MembershipGradeView>,
    /// Month since which I have it.
    grade_since: Option<NaiveDate>,
    /// Cash of confirmed purchases net of returns that counts at the next review so far, in won.
    qualifying_spend: Money,
    counted_from: NaiveDate,
    next_review_on: NaiveDate,
    next_grade: Option<MembershipGradeView>,
    amount_to_next_grade: Option<Money>,
}

impl From<Standing> for MembershipStatusView {
    fn from(standing: Standing) -> MembershipStatusView {
        MembershipStatusView {
            grade: standing.grade.map(MembershipGradeView::from),
            grade_since: standing.grade_since,
            qualifying_spend: standing.spend,
            counted_from: standing.counted_from,
            next_review_on: standing.next_review_on,
            next_grade: standing.next_grade.map(MembershipGradeView::from),
            amount_to_next_grade: standing.amount_to_next,
        }
    }
}

pub async fn grades(_: Ctx<may::Anyone>, State(app): State<App>) -> Answer<Json<MembershipGradesView>> {
    let grades = membership::grades(&app.boot.db.reader().await?).await?;
    Ok(Json(MembershipGradesView { items: grades.into_iter().map(MembershipGradeView::from).collect() }))
}

pub async fn status(ctx: Ctx<may::Customer>, State(app): State<App>) -> Answer<Json<MembershipStatusView>> {
    let conn = app.boot.db.reader().await?;
    Ok(Json(membership::standing(&conn, ctx.who.scope(), ctx.now).await?.into()))
}
