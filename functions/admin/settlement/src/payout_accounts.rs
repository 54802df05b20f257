//! Where sellers' money goes, and whether the payout provider pays it.

use crate::App;
use authz::admin as may;
use axum::extract::State;
use kernel::values::Text;
use kernel::{Cursor, Limit, Page, SellerBankAccountId, SellerId};
use schemars::JsonSchema;
use sellers::verify_account::{self, VerifyError};
use serde::Deserialize;
use settlement::payee::{self, PayeeError};
use settlement::payouts::call_off::call_off;
use settlement::payouts::follow;
use settlement::views::accounts::{self, AccountFilter, PayoutAccountState, PayoutAccountView};
use web::{Answer, Ctx, Json, Path, Query};

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PayoutAccountsQuery {
    state: Option<PayoutAccountState>,
    seller_id: Option<SellerId>,
    /// At the payout provider: `approval_required`, `partially_approved`, `kyc_required` or `approved`.
    provider_state: Option<Text<1, 30>>,
    cursor: Option<Cursor>,
    limit: Option<Limit>,
}

pub async fn list(
    _: Ctx<may::SettlementsRead>,
    State(app): State<App>,
    Query(query): Query<PayoutAccountsQuery>,
) -> Answer<Json<Page<PayoutAccountView>>> {
    let PayoutAccountsQuery { state, seller_id, provider_state, cursor, limit } = query;
    let filter = AccountFilter { state, seller_id, provider_state: provider_state.map(Text::into_string) };
    let (on, vault) = (app.boot.db.reader().await?, &app.boot.vault);
    Ok(Json(accounts::list(&on, vault, filter, cursor, limit.unwrap_or_default()).await?))
}

kernel::refusals! {
    /// Why an account is not let in.
    pub enum LetInError {
        NotFound = 404 "payout_account_not_found", "There is no such payout account.", "존재하지 않는 정산 계좌입니다.";
        InvalidState = 409 "invalid_state", "The account was replaced or refused.", "현재 상태에서는 처리할 수 없습니다.";
        Unknown = 422 "bank_account_unknown", "The bank knows no such account.", "존재하지 않는 계좌입니다.";
        Mismatch = 422 "holder_mismatch", "The bank names another holder.", "예금주가 일치하지 않습니다.";
        /// With the provider's code.
        Refused(String) = 422 "payee_refused", "The payout provider refuses this seller or account.", "지급대행사가 판매자 또는 계좌를 거절했습니다.";
    }
}

impl From<VerifyError> for LetInError {
    fn from(error: VerifyError) -> LetInError {
        match error {
            VerifyError::NotFound => LetInError::NotFound,
            VerifyError::InvalidState => LetInError::InvalidState,
            VerifyError::Unknown => LetInError::Unknown,
            VerifyError::Mismatch => LetInError::Mismatch,
        }
    }
}

impl From<PayeeError> for LetInError {
    fn from(PayeeError::Refused(code): PayeeError) -> LetInError {
        LetInError::Refused(code)
    }
}

/// The bank first, then the provider; only an account both accept is let in. Repeating it checks again. What was prepared
/// for the account before is called off: the first payout to the new one waits its business day.
pub async fn verify(
    ctx: Ctx<may::PayoutsOperate>,
    State(app): State<App>,
    Path(payout_account_id): Path<SellerBankAccountId>,
) -> Answer<Json<PayoutAccountView>, LetInError> {
    let (db, vault) = (&app.boot.db, &app.boot.vault);
    let checked =
        verify_account::check(db, vault, &app.bank, payout_account_id).await.map_err(kernel::Failure::widen)?;
    let account = payee::Account {
        bank_code: checked.account.bank_code.clone(),
        account_no: checked.account_no.into_string(),
        holder: checked.account.account_holder.clone(),
    };
    let seller_id = checked.account.seller_id;
    let registered =
        payee::register(db, vault, &app.provider, seller_id, account).await.map_err(kernel::Failure::widen)?;
    let tx = db.begin().await?;
    verify_account::let_in(&tx, &ctx.who, &checked.account, ctx.now).await.map_err(kernel::Failure::widen)?;
    payee::store(&tx, seller_id, &registered).await?;
    let another = checked.account.state == "requested";
    let recall = if another { call_off(&tx, seller_id, None).await? } else { Vec::new() };
    let view = accounts::one(&tx, vault, payout_account_id).await?;
    tx.commit().await?;
    follow::recall(db, &app.provider, recall, ctx.now).await?;
    Ok(Json(view))
}
