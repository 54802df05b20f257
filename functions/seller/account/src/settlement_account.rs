//! Where my store's money goes.

use crate::App;
use authz::StepUp;
use authz::seller as may;
use axum::extract::State;
use boot::Vault;
use chrono::{DateTime, Utc};
use kernel::values::{AccountNo, BankCode};
use kernel::{Fault, SellerBankAccountId, mask};
use schemars::JsonSchema;
use sellers::payout_account::{self, AccountRow, PayoutAccountError};
use serde::{Deserialize, Serialize};
use web::{Answer, Created, Ctx, IdempotencyKey, Json, Once};

#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct AccountRequestView {
    payout_account_id: SellerBankAccountId,
    bank_code: String,
    /// Masked.
    account_no: String,
    holder: String,
    /// `requested` waits for the operator; payouts go to the `active` one.
    state: String,
    verified_at: Option<DateTime<Utc>>,
}

#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SettlementAccountBody {
    bank_code: BankCode,
    account_no: AccountNo,
}

impl AccountRequestView {
    fn of(row: AccountRow, vault: &Vault) -> Result<AccountRequestView, Fault> {
        Ok(AccountRequestView {
            payout_account_id: row.id,
            bank_code: row.bank_code,
            account_no: mask::account(&vault.open(&row.account_no_enc)?),
            holder: row.account_holder,
            state: row.state,
            verified_at: row.verified_at,
        })
    }
}

pub async fn request(
    ctx: Ctx<StepUp<may::Owner>>,
    State(app): State<App>,
    key: IdempotencyKey,
    Json(body): Json<SettlementAccountBody>,
) -> Answer<Once<Created<AccountRequestView>>, PayoutAccountError> {
    let (conn, bank) = (app.boot.db.writer().await?, &app.identity.bank);
    let (bank_code, account_no) = (body.bank_code.clone(), body.account_no.clone());
    let checked = payout_account::check(&conn, bank, ctx.who.seller_id, bank_code, account_no).await?;
    drop(conn);
    let tx = app.boot.db.begin().await?;
    let taken = match key.take(&ctx, ctx.who.member_id, &body, &tx).await? {
        Ok(taken) => taken,
        Err(answer) => return Ok(answer),
    };
    let row = payout_account::request(&tx, &app.boot.vault, &ctx.who, ctx.now, checked).await?;
    let view = AccountRequestView::of(row, &app.boot.vault)?;
    taken.commit(tx, 201, &view).await?;
    Ok(Once::Made(Created(view)))
}
