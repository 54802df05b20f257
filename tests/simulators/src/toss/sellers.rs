//! Sellers of the payouts service (지급대행 셀러).
//!
//! A corporation starts PARTIALLY_APPROVED, a person or sole trader APPROVAL_REQUIRED until the text message with the
//! identity check is answered (a control call here). A request of ten million won or more for a PARTIALLY_APPROVED
//! seller is refused and asks for KYC. `seller.changed` is sent, signed, when the state becomes PARTIALLY_APPROVED,
//! KYC_REQUIRED or APPROVED; registering sends nothing.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::book::{Book, token};
use super::errors::TossError;
use super::outbox::Topic;
use super::payment::API_VERSION;
use crate::clock::{Stamp, iso};

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum BusinessType {
    Individual,
    IndividualBusiness,
    CorporateBusiness,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum SellerStatus {
    ApprovalRequired,
    PartiallyApproved,
    KycRequired,
    Approved,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Company {
    pub name: String,
    pub representative_name: String,
    pub business_registration_number: String,
    pub email: String,
    pub phone: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Individual {
    pub name: String,
    pub email: String,
    pub phone: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Account {
    pub bank_code: String,
    pub account_number: String,
    pub holder_name: String,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Register {
    ref_seller_id: String,
    business_type: BusinessType,
    #[serde(default)]
    company: Option<Company>,
    #[serde(default)]
    individual: Option<Individual>,
    account: Account,
    #[serde(default)]
    metadata: Option<Value>,
}

#[derive(Clone, Debug)]
pub struct Seller {
    pub id: String,
    pub ref_seller_id: String,
    pub business_type: BusinessType,
    pub company: Option<Company>,
    pub individual: Option<Individual>,
    pub account: Account,
    pub status: SellerStatus,
    pub metadata: Option<Value>,
}

impl Seller {
    /// As the API shows it: the account number masked.
    pub fn show(&self) -> Value {
        json!({
            "id": self.id,
            "refSellerId": self.ref_seller_id,
            "businessType": self.business_type,
            "company": self.company,
            "individual": self.individual,
            "account": {
                "bankCode": self.account.bank_code,
                "accountNumber": masked(&self.account.account_number),
                "holderName": self.account.holder_name,
            },
            "status": self.status,
            "metadata": self.metadata,
        })
    }
}

/// `123*****90123`
fn masked(number: &str) -> String {
    number.chars().enumerate().map(|(at, digit)| if (3..8).contains(&at) { '*' } else { digit }).collect()
}

pub(super) fn register(book: &mut Book, ask: Register) -> Result<Value, TossError> {
    check(&ask)?;
    if book.sellers.iter().any(|seller| seller.ref_seller_id == ask.ref_seller_id) {
        return Err(TossError::of("DUPLICATED_REQUEST").because("refSellerId"));
    }
    let status = match ask.business_type {
        BusinessType::CorporateBusiness => SellerStatus::PartiallyApproved,
        BusinessType::Individual | BusinessType::IndividualBusiness => SellerStatus::ApprovalRequired,
    };
    let seller = Seller {
        id: token("seller_a", 26),
        ref_seller_id: ask.ref_seller_id,
        business_type: ask.business_type,
        company: ask.company,
        individual: ask.individual,
        account: ask.account,
        status,
        metadata: ask.metadata,
    };
    let shown = seller.show();
    book.sellers.push(seller);
    Ok(shown)
}

/// 셀러 수정: the account and contacts; the state stays.
pub(super) fn update(book: &mut Book, id: &str, ask: Register) -> Result<Value, TossError> {
    check(&ask)?;
    let seller = find(book, id)?;
    seller.company = ask.company;
    seller.individual = ask.individual;
    seller.account = ask.account;
    seller.metadata = ask.metadata;
    Ok(seller.show())
}

fn check(ask: &Register) -> Result<(), TossError> {
    let number = &ask.account.account_number;
    if number.is_empty() || !number.bytes().all(|b| b.is_ascii_digit()) {
        return Err(TossError::of("INVALID_ACCOUNT_NUMBER"));
    }
    let named = match ask.business_type {
        BusinessType::Individual => ask.individual.is_some(),
        BusinessType::IndividualBusiness | BusinessType::CorporateBusiness => ask.company.is_some(),
    };
    if ask.ref_seller_id.is_empty() || ask.ref_seller_id.len() > 64 || !named {
        return Err(TossError::of("INVALID_REQUEST").because("refSellerId, company or individual"));
    }
    if let Some(company) = &ask.company {
        let number = &company.business_registration_number;
        if number.len() != 10 || !number.bytes().all(|b| b.is_ascii_digit()) {
            return Err(TossError::of("INVALID_BUSINESS_NUMBER"));
        }
    }
    Ok(())
}

pub(super) fn find<'a>(book: &'a mut Book, id: &str) -> Result<&'a mut Seller, TossError> {
    book.sellers.iter_mut().find(|seller| seller.id == id).ok_or_else(|| TossError::of("NOT_FOUND_SELLER"))
}

/// The identity check was answered, KYC passed, or KYC is due again.
pub(super) fn change(book: &mut Book, id: &str, status: SellerStatus, now: Stamp) -> Result<Value, TossError> {
    let seller = find(book, id)?;
    seller.status = status;
    let shown = seller.show();
    let subject = seller.ref_seller_id.clone();
    if status != SellerStatus::ApprovalRequired {
        let event = event("seller.changed", "seller", &shown, now);
        book.outbox.push(Topic::Payout, "seller.changed", &subject, &event, now);
    }
    Ok(shown)
}

/// The newer, signed kind of event.
pub(super) fn event(event_type: &str, entity: &str, body: &Value, now: Stamp) -> Value {
    json!({
        "eventType": event_type,
        "createdAt": iso(now),
        "version": API_VERSION,
        "eventId": token("evt_a", 26),
        "entityType": entity,
        "entityBody": body,
    })
}
