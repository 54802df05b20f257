//! A seller at the payout provider (지급대행 셀러): registered with the account that was checked, paid once the provider
//! approves. The provider tells by webhook when that changes; what it tells is asked for.

use crate::payouts::Provider;
use boot::Vault;
use db::{Db, Tx};
use jobs::TaskError;
use kernel::*;
use payments::Outcome;
use payments::gateway::{BusinessKind, PayeeAccount, PayeeForm, PayeeStatus, PgSeller};

kernel::refusals! {
    /// Why a seller is not registered.
    pub enum PayeeError {
        /// With the provider's code.
        Refused(String) = 422 "payee_refused", "The payout provider refuses this seller or account.", "지급대행사가 판매자 또는 계좌를 거절했습니다.";
    }
}

db::row! {
    struct CompanyRow {
        company_name: String, representative: String, business_no: String, business_type: Option<String>, tax_email: Option<String>, owner_email: Option<String>,
        cs_phone: Option<String>, pg_seller_id: Option<String>,
    }
}

db::statements! {
    static COMPANY: (SellerId,) => CompanyRow =
        "select s.company_name, s.representative, s.business_no, s.business_type, s.tax_email,
                (select m.email from seller_members m where m.seller_id = s.id and m.is_owner and m.state <> 'removed') as owner_email, s.cs_phone, s.pg_seller_id
         from sellers s where s.id = $1";
    static STORE: (SellerId, String, PayeeStatus) => () =
        "update sellers set pg_seller_id = $2, pg_seller_state = $3, version = version + 1 where id = $1 and (pg_seller_id, pg_seller_state) is distinct from ($2, $3)";
    static CHANGED: (String, PayeeStatus) => () =
        "update sellers set pg_seller_state = $2, version = version + 1 where pg_seller_id = $1 and pg_seller_state is distinct from $2";
    static KNOWN: (String,) => (SellerId,) = "select id from sellers where pg_seller_id = $1";
}

/// The account money goes to, in the clear.
#[derive(Clone)]
pub struct Account {
    pub bank_code: String,
    pub account_no: String,
    pub holder: String,
}

/// Registers a seller with this account, or gives the provider its new one. Repeating it is harmless.
pub async fn register(
    db: &Db,
    vault: &Vault,
    provider: &Provider,
    seller: SellerId,
    account: Account,
) -> Result<PgSeller, Failure<PayeeError>> {
    let company = COMPANY.one(&db.writer().await?, (seller,)).await?;
    let known = company.pg_seller_id.clone();
    let key = key(vault, seller, &company, &account)?;
    let form = form(seller, company, account);
    let answer = match known {
        Some(id) => provider.update_seller(&id, &form, &key).await,
        None => provider.register_seller(&form, &key).await,
    };
    match answer {
        Outcome::Done(registered) => Ok(registered),
        Outcome::Refused { code, .. } => Err(PayeeError::Refused(code).into()),
        Outcome::Unknown { why } => Err(Fault::unavailable("payout provider", why).into()),
    }
}

/// The same words go under one key, changed ones under another.
fn key(vault: &Vault, seller: SellerId, company: &CompanyRow, account: &Account) -> Result<String, Fault> {
    let CompanyRow { company_name, representative, business_no, .. } = company;
    let Account { bank_code, account_no, holder } = account;
    let words = [company_name, representative, business_no, bank_code, account_no, holder].map(String::as_str);
    Ok(format!("payee-{seller}-{}", hex::encode(&vault.hash("payee", &words.join("\n"))?[..12])))
}

fn form(seller: SellerId, company: CompanyRow, account: Account) -> PayeeForm {
    let individual = company.business_type.as_deref() == Some("individual");
    PayeeForm {
        ref_seller_id: seller.to_string(),
        kind: if individual { BusinessKind::IndividualBusiness } else { BusinessKind::CorporateBusiness },
        company_name: company.company_name,
        representative: company.representative,
        business_no: company.business_no,
        email: company.tax_email.or(company.owner_email).unwrap_or_default(),
        phone: company.cs_phone.unwrap_or_default(),
        account: PayeeAccount { bank_code: account.bank_code, account_no: account.account_no, holder: account.holder },
    }
}

/// Keeps what the provider answered.
pub async fn store(tx: &Tx, seller: SellerId, registered: &PgSeller) -> Result<(), Fault> {
    STORE.run(tx, (seller, registered.id.clone(), registered.status)).await
}

/// The provider says that a seller changed.
pub(crate) async fn ask_again(db: &Db, provider: &Provider, pg_seller_id: String) -> Result<(), TaskError> {
    // Sellers of other systems under the same contract are none of ours.
    if KNOWN.opt(&db.writer().await?, (pg_seller_id.clone(),)).await?.is_none() {
        return Ok(());
    }
    match provider.seller(&pg_seller_id).await {
        Outcome::Done(seller) => Ok(CHANGED.run(&db.writer().await?, (seller.id, seller.status)).await?),
        Outcome::Refused { code: why, .. } | Outcome::Unknown { why } => {
            Err(TaskError::RetryAfter { seconds: 60, why })
        }
    }
}
