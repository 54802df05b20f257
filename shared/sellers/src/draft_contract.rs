//! Drafting a contract or its renewal, and sending it to the seller's owner for signature.
//!
//! The past is never rewritten: a contract starts today or later. What is sent is frozen by the hash of its text.

use crate::contracts::{self, Contract, Cycle, FeeBase, VatPayer};
use audit::{Target, record};
use authz::Operator;
use chrono::{DateTime, Duration, NaiveDate, Utc};
use db::Tx;
use kernel::fault::RefuseOn;
use kernel::*;
use serde_json::json;

/// Days a sent contract may wait for its signature.
const SIGN_DAYS: i64 = 14;

/// The terms of a contract.
#[derive(Debug, Clone)]
pub struct ContractTerms {
    pub commission_rate: Rate,
    pub commission_base: FeeBase,
    pub fee_vat_payer: VatPayer,
    pub settlement_cycle: Cycle,
    pub payout_lag_days: i32,
    pub effective_from: NaiveDate,
    pub effective_to: Option<NaiveDate>,
}

kernel::refusals! {
    /// Why a contract is not drafted or sent.
    pub enum DraftError {
        NotFound = 404 "contract_not_found", "There is no such contract.", "존재하지 않는 계약입니다.";
        SellerUnknown = 422 "seller_unknown" at "/seller_id", "There is no such seller.", "존재하지 않는 판매자입니다.";
        InThePast = 422 "starts_in_the_past" at "/effective_from", "A contract starts today or later.", "계약 시작일은 오늘 이후여야 합니다.";
        EndsBeforeStart = 422 "ends_before_start" at "/effective_to", "A contract ends after it starts.", "계약 종료일을 확인해 주세요.";
        Lag = 422 "payout_lag_out_of_range" at "/payout_lag_days", "A payout follows after 0 to 20 business days.", "지급 기한은 0~20영업일입니다.";
        InvalidState = 409 "invalid_state", "Only a draft can be sent.", "현재 상태에서는 처리할 수 없습니다.";
    }
}

db::statements! {
    static INSERT: (ContractId, SellerId, Rate, FeeBase, VatPayer, Cycle, i32, NaiveDate, Option<NaiveDate>) => () =
        "insert into seller_contracts (id, seller_id, commission_rate, commission_base, fee_vat_payer, settlement_cycle, payout_lag_days, effective_from, effective_to)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9)";
    static SEND: (ContractId, i32, Vec<u8>, Now, DateTime<Utc>) => (ContractId,) =
        "update seller_contracts set document_hash = $3, sent_at = $4, sign_due_at = $5, version = version + 1
         where id = $1 and version = $2 and state = 'draft' returning id";
    static TELL_OWNER: (NotificationId, SellerId, String, Now) => () =
        "insert into notifications (id, seller_member_id, template_code, nature, title, body, link, dedupe_key, created_at)
         select $1, m.id, 'contract_sent', 'transactional', '서명할 계약이 도착했습니다', '계약 내용을 확인하고 서명해 주세요.', $3, 'contract_sent:' || $1::text, $4
         from seller_members m where m.seller_id = $2 and m.is_owner and m.state = 'active'";
}

/// Drafts a contract.
pub async fn draft(
    tx: &Tx,
    by: &Operator,
    seller: SellerId,
    now: Now,
    terms: ContractTerms,
) -> Result<Contract, Failure<DraftError>> {
    if terms.effective_from < now.date() {
        return Err(DraftError::InThePast.into());
    }
    if terms.effective_to.is_some_and(|end| end <= terms.effective_from) {
        return Err(DraftError::EndsBeforeStart.into());
    }
    if !(0..=20).contains(&terms.payout_lag_days) {
        return Err(DraftError::Lag.into());
    }
    let id = ContractId::new();
    let row = (
        id,
        seller,
        terms.commission_rate,
        terms.commission_base,
        terms.fee_vat_payer,
        terms.settlement_cycle,
        terms.payout_lag_days,
        terms.effective_from,
        terms.effective_to,
    );
    INSERT.run(tx, row).await.refuse_on("seller_contracts_seller_id_fkey", DraftError::SellerUnknown)?;
    let after = json!({
        "seller_id": seller, "commission_rate": terms.commission_rate, "commission_base": terms.commission_base,
        "settlement_cycle": terms.settlement_cycle, "effective_from": terms.effective_from, "effective_to": terms.effective_to,
    });
    record(tx, by, "contract.drafted", Target::of("seller_contracts", id), None, Some(after), now).await?;
    Ok(contracts::of(tx, id, None).await?.ok_or(DraftError::NotFound)?)
}

/// Freezes the text and asks the owner to sign it. Sending again renews the due date.
pub async fn send_for_signature(
    tx: &Tx,
    by: &Operator,
    id: ContractId,
    now: Now,
) -> Result<Contract, Failure<DraftError>> {
    let contract = contracts::of(tx, id, None).await?.ok_or(DraftError::NotFound)?;
    let due = now.plus(Duration::days(SIGN_DAYS));
    let hash = contracts::hash(&contract.text());
    SEND.opt(tx, (id, contract.version, hash, now, due)).await?.ok_or(DraftError::InvalidState)?;
    TELL_OWNER.run(tx, (NotificationId::new(), contract.seller_id, format!("/contracts/{id}"), now)).await?;
    record(tx, by, "contract.sent", Target::of("seller_contracts", id), None, None, now).await?;
    Ok(contracts::of(tx, id, None).await?.ok_or(DraftError::NotFound)?)
}
