//! Where sellers' money goes.

use crate::App;
use authz::admin as may;
use axum::extract::State;
use chrono::{DateTime, Utc};
use kernel::{SellerBankAccountId, SellerId, mask};
use schemars::JsonSchema;
use sellers::verify_account::{self, VerifyError};
use serde::Serialize;
use web::{Answer, Ctx, Json, Path};

#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct PayoutAccountView {
    payout_account_id: SellerBankAccountId,
    seller_id: SellerId,
    bank_code: String,
    /// Masked.
    account_no: String,
    holder: String,
    state: String,
    verified_at: Option<DateTime<Utc>>,
    decided_at: Option<DateTime<Utc>>,
}

pub async fn verify(
    ctx: Ctx<may::PayoutsOperate>,
    State(app): State<App>,
    Path(payout_account_id): Path<SellerBankAccountId>,
) -> Answer<Json<PayoutAccountView>, VerifyError> {
    let (db, vault) = (&app.boot.db, &app.boot.vault);
    let row = verify_account::verify(db, vault, &app.bank, &ctx.who, payout_account_id, ctx.now).await?;
    Ok(Json(PayoutAccountView {
        payout_account_id: row.id,
        seller_id: row.seller_id,
        bank_code: row.bank_code,
        account_no: mask::account(&vault.open(&row.account_no_enc)?),
        holder: row.account_holder,
        state: row.state,
        verified_at: row.verified_at,
        decided_at: row.decided_at,
    }))
}
