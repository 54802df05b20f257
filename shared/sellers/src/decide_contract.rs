//! The owner signs a contract or declines it. Signing puts the contract in force, ends the one before it on the day the
//! new one starts, and opens the store if it was waiting for this.

use crate::contracts::{self, Contract};
use audit::{Entry, Target};
use authz::Member;
use chrono::NaiveDate;
use db::Tx;
use events::SellerActivated;
use kernel::fault::RefuseOn;
use kernel::*;
use serde_json::json;

kernel::refusals! {
    /// Why a contract is not decided.
    pub enum DecideError {
        NotFound = 404 "contract_not_found", "There is no such contract.", "존재하지 않는 계약입니다.";
        Changed = 409 "contract_changed" at "/text_hash", "The contract was changed; read it again.", "계약 내용이 변경되었습니다. 다시 확인해 주세요.";
        InvalidState = 409 "invalid_state", "This contract does not wait for a signature.", "현재 상태에서는 처리할 수 없습니다.";
        Overlap = 409 "contract_overlaps", "Another contract is in force for part of this period.", "같은 기간에 다른 계약이 있습니다.";
    }
}

db::statements! {
    /// Contracts in force that the new one follows end where it starts.
    static END_EARLIER: (SellerId, NaiveDate) => () =
        "update seller_contracts set effective_to = $2, version = version + 1
         where seller_id = $1 and state = 'active' and effective_from < $2 and (effective_to is null or effective_to > $2)";
    static SIGN: (ContractId, SellerId, Vec<u8>, MemberId, Now) => (NaiveDate,) =
        "update seller_contracts set state = 'active', signed_at = $5, signed_by = $4, version = version + 1
         where id = $1 and seller_id = $2 and state = 'draft' and sent_at is not null and document_hash = $3 returning effective_from";
    static DECLINE: (ContractId, SellerId) => (ContractId,) =
        "update seller_contracts set sent_at = null, sign_due_at = null, document_hash = null, version = version + 1
         where id = $1 and seller_id = $2 and state = 'draft' and sent_at is not null returning id";
    static OPEN_STORE: (SellerId, Now) => (SellerId,) =
        "update sellers set state = 'active', activated_at = $2, version = version + 1
         where id = $1 and state = 'onboarding' and exists (select 1 from seller_applications a where a.seller_id = $1 and a.state = 'approved') returning id";
}

/// Signs the text whose hash the owner was shown. Signing again answers the same.
pub async fn sign(
    tx: &Tx,
    by: &Member,
    id: ContractId,
    text_hash: &str,
    ip: Option<std::net::IpAddr>,
    now: Now,
) -> Result<Contract, Failure<DecideError>> {
    let contract = contracts::of(tx, id, Some(by.seller_id)).await?.ok_or(DecideError::NotFound)?;
    if contract.state == "active" && contract.signed_at.is_some() {
        return Ok(contract);
    }
    let kept = contract.document_hash.clone().ok_or(DecideError::InvalidState)?;
    // The text is written from the terms: if either moved since it was sent, what was shown is not what would hold.
    if hex::encode(&kept) != text_hash || contract.text_hash() != text_hash {
        return Err(DecideError::Changed.into());
    }
    END_EARLIER.run(tx, (by.seller_id, contract.effective_from)).await?;
    let signed = SIGN.opt(tx, (id, by.seller_id, kept, by.member_id, now)).await;
    let signed = signed.refuse_on("seller_contracts_no_overlap", DecideError::Overlap)?;
    signed.ok_or(DecideError::InvalidState)?;
    let entry = Entry::new(by, "contract.signed", Target::of("seller_contracts", id));
    entry.after(json!({ "text_hash": text_hash })).ip(ip).write(tx, now).await?;
    if OPEN_STORE.opt(tx, (by.seller_id, now)).await?.is_some() {
        let target = Target::of("sellers", by.seller_id);
        audit::record(tx, by, "seller.activated", target, None, None, now).await?;
        jobs::outbox::emit(tx, &SellerActivated { seller_id: by.seller_id }, now).await?;
    }
    Ok(contracts::of(tx, id, Some(by.seller_id)).await?.ok_or(DecideError::NotFound)?)
}

/// Declines: the draft goes back to the operator with the reason.
pub async fn decline(
    tx: &Tx,
    by: &Member,
    id: ContractId,
    reason: String,
    now: Now,
) -> Result<(), Failure<DecideError>> {
    contracts::of(tx, id, Some(by.seller_id)).await?.ok_or(DecideError::NotFound)?;
    DECLINE.opt(tx, (id, by.seller_id)).await?.ok_or(DecideError::InvalidState)?;
    let entry = Entry::new(by, "contract.declined", Target::of("seller_contracts", id));
    entry.reason(reason).write(tx, now).await?;
    Ok(())
}
