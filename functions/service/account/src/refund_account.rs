//! The bank account I am refunded to.

use crate::App;
use accounts::refund_account::{self, RefundAccount, RefundAccountError};
use authz::StepUp;
use authz::service as may;
use axum::extract::State;
use chrono::{DateTime, Utc};
use kernel::mask;
use kernel::values::{AccountNo, BankCode};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use web::{Answer, Ctx, Json, NoContent};

#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct RefundAccountView {
    bank_code: String,
    /// Masked.
    account_no: String,
    /// Masked.
    holder: String,
    verified_at: DateTime<Utc>,
}

impl From<RefundAccount> for RefundAccountView {
    fn from(account: RefundAccount) -> RefundAccountView {
        RefundAccountView {
            bank_code: account.bank_code,
            account_no: mask::account(&account.account_no),
            holder: mask::name(&account.holder),
            verified_at: account.verified_at,
        }
    }
}

#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RefundAccountBody {
    bank_code: BankCode,
    account_no: AccountNo,
}

pub async fn show(
    ctx: Ctx<may::Customer>,
    State(app): State<App>,
) -> Answer<Json<RefundAccountView>, RefundAccountError> {
    let account = refund_account::of(&app.boot.db.writer().await?, &app.boot.vault, ctx.who.scope()).await?;
    Ok(Json(account.ok_or(RefundAccountError::NotFound)?.into()))
}

pub async fn save(
    ctx: Ctx<StepUp<may::Customer>>,
    State(app): State<App>,
    Json(body): Json<RefundAccountBody>,
) -> Answer<Json<RefundAccountView>, RefundAccountError> {
    let (db, vault, bank) = (&app.boot.db, &app.boot.vault, &app.identity.bank);
    let account = (body.bank_code, body.account_no);
    let saved = refund_account::save(db, vault, bank, ctx.who.scope(), ctx.now, account).await?;
    Ok(Json(saved.into()))
}

pub async fn remove(ctx: Ctx<may::Customer>, State(app): State<App>) -> Answer<NoContent, RefundAccountError> {
    let tx = app.boot.db.begin().await?;
    refund_account::remove(&tx, ctx.who.scope(), ctx.now).await?;
    tx.commit().await?;
    Ok(NoContent)
}
