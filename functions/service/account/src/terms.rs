//! The texts customers agree to.

use crate::App;
use accounts::terms::{self, FullTerm, Step, Term, TermError};
use authz::service as may;
use axum::extract::State;
use chrono::{DateTime, Utc};
use kernel::TermId;
use kernel::values::Text;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use web::{Answer, Ctx, Json, Path, Query};

#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TermsQuery {
    /// Only the texts of one step.
    step: Option<Step>,
}

#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TermQuery {
    /// A past version; the one in force unless given.
    version: Option<i32>,
}

#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct TermView {
    /// Of this version: what sign-up and agreements send.
    id: TermId,
    code: String,
    title: String,
    version: i32,
    required: bool,
    step: String,
    effective_from: DateTime<Utc>,
}

#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct TermsView {
    items: Vec<TermView>,
}

#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct FullTermView {
    #[serde(flatten)]
    term: TermView,
    body: String,
}

impl From<Term> for TermView {
    fn from(t: Term) -> TermView {
        let Term { id, code, title, version_no, required, step, effective_from } = t;
        TermView { id, code, title, version: version_no, required, step, effective_from }
    }
}

impl From<FullTerm> for FullTermView {
    fn from(t: FullTerm) -> FullTermView {
        let FullTerm { id, code, title, version_no, required, step, effective_from, body } = t;
        FullTermView { term: TermView { id, code, title, version: version_no, required, step, effective_from }, body }
    }
}

pub async fn list(
    ctx: Ctx<may::Anyone>,
    State(app): State<App>,
    Query(query): Query<TermsQuery>,
) -> Answer<Json<TermsView>> {
    let items = terms::in_force(&app.boot.db.reader().await?, query.step, ctx.now).await?;
    Ok(Json(TermsView { items: items.into_iter().map(TermView::from).collect() }))
}

pub async fn read(
    ctx: Ctx<may::Anyone>,
    State(app): State<App>,
    Path(term_code): Path<Text<1, 40>>,
    Query(query): Query<TermQuery>,
) -> Answer<Json<FullTermView>, TermError> {
    let term = terms::read(&app.boot.db.reader().await?, term_code.into_string(), query.version, ctx.now).await?;
    Ok(Json(term.into()))
}
