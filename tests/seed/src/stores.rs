//! Stores that may sell: company, people, contract, bank account, addresses, shipping terms, brand.

use crate::plant::{Plant, totp_secret};
use crate::rows::{Table, bytes};
use identity::totp::Totp;
use kernel::{BrandId, ContractId, MemberId, SellerAddressId, SellerBankAccountId, SellerId, ShippingPolicyId};
use serde_json::json;
use uuid::Uuid;

/// What is different from store to store.
pub struct StoreSpec<'a> {
    pub code: &'a str,
    pub company: &'a str,
    pub name: &'a str,
    pub brand: &'a str,
    pub brand_en: &'a str,
    pub representative: &'a str,
    /// As the contract writes it: `0.12`.
    pub commission: &'a str,
    pub commission_base: &'a str,
    /// First nine digits of the business number are made of it.
    pub number: u32,
    pub owner_email: String,
}

/// A planted store.
#[derive(Debug, Clone)]
pub struct Store {
    pub code: String,
    pub seller_id: SellerId,
    pub owner_id: MemberId,
    pub owner_email: String,
    pub brand_id: BrandId,
    pub policy_id: ShippingPolicyId,
}

/// Ten digits with their check digit.
pub fn business_no(number: u32) -> String {
    let body = format!("{:09}", 200_000_000 + number % 700_000_000);
    let d: Vec<u32> = body.bytes().map(|b| u32::from(b - b'0')).collect();
    let last = d.get(8).copied().unwrap_or_default();
    let sum: u32 = d.iter().zip([1, 3, 7, 1, 3, 7, 1, 3, 5]).map(|(d, w)| d * w).sum::<u32>() + last * 5 / 10;
    format!("{body}{}", (10 - sum % 10) % 10)
}

/// The account sellers are paid to.
pub fn account_no(number: u32) -> String {
    format!("110{number:09}")
}

/// Adds a store with its owner.
pub fn store(plant: &mut Plant<'_>, spec: &StoreSpec<'_>) -> anyhow::Result<Store> {
    let (seller_id, brand_id) = (SellerId::new(), BrandId::new());
    let (since, now) = (plant.days_ago(120), plant.now.0);
    plant.rows.add(
        Table::Sellers,
        json!({
            "id": seller_id, "code": spec.code, "company_name": spec.company, "display_name": spec.name, "representative": spec.representative,
            "business_no": business_no(spec.number), "business_type": "corporation", "tax_type": "general",
            "mail_order_no": format!("2026-서울성동-{:04}", spec.number % 10_000), "address": "서울특별시 성동구 연무장길 28", "cs_phone": "15441234",
            "cs_hours": "평일 10:00-17:00, 점심 12:00-13:00", "introduction": format!("{}의 공식 스토어입니다.", spec.brand),
            "tax_email": format!("tax@{}.example", spec.code), "contacts": {}, "dispatch_weekdays": [1, 2, 3, 4, 5],
            "state": "active", "activated_at": since, "version": 0, "created_at": since,
        }),
    );
    let owner_id = member(plant, seller_id, &spec.owner_email, spec.representative, "owner")?;
    plant.rows.add(
        Table::SellerContracts,
        json!({
            "id": ContractId::new(), "seller_id": seller_id, "state": "active", "commission_rate": spec.commission, "commission_base": spec.commission_base,
            "fee_vat_payer": "seller", "settlement_cycle": "weekly", "payout_lag_days": 5, "effective_from": "2026-01-01", "sent_at": since,
            "signed_by": owner_id, "signed_at": since, "version": 0,
        }),
    );
    let account = plant.sealed(&account_no(spec.number))?;
    plant.rows.add(
        Table::SellerBankAccounts,
        json!({
            "id": SellerBankAccountId::new(), "seller_id": seller_id, "bank_code": "088", "account_no_enc": account, "account_holder": spec.company,
            "state": "active", "verified_at": since, "requested_by": owner_id, "created_at": since,
        }),
    );
    let policy_id = shipping(plant, seller_id, spec.name);
    plant.rows.add(
        Table::Brands,
        json!({
            "id": brand_id, "slug": spec.code, "name_ko": spec.brand, "name_en": spec.brand_en, "state": "active",
            "requested_by_seller_id": seller_id, "follower_count": 0, "version": 0,
        }),
    );
    carries(plant, brand_id, seller_id, now);
    Ok(Store {
        code: spec.code.to_owned(),
        seller_id,
        owner_id,
        owner_email: spec.owner_email.clone(),
        brand_id,
        policy_id,
    })
}

/// A store may sell a brand.
pub fn carries(plant: &mut Plant<'_>, brand: BrandId, seller: SellerId, now: chrono::DateTime<chrono::Utc>) {
    plant.rows.add(
        Table::BrandSellers,
        json!({ "id": Uuid::now_v7(), "brand_id": brand, "seller_id": seller, "right_kind": "owner", "valid_from": "2026-01-01", "created_at": now }),
    );
}

/// 3,000 won, free from 50,000; Jeju 3,000 and islands 5,000 more; 3,000 back, 6,000 both ways.
fn shipping(plant: &mut Plant<'_>, seller_id: SellerId, name: &str) -> ShippingPolicyId {
    let (dispatch, back, policy) = (SellerAddressId::new(), SellerAddressId::new(), ShippingPolicyId::new());
    for (id, kind, title) in [(dispatch, "dispatch", "물류센터"), (back, "return", "반품센터")] {
        plant.rows.add(
            Table::SellerAddresses,
            json!({
                "id": id, "seller_id": seller_id, "kind": kind, "name": format!("{name} {title}"), "phone": "0316341234", "postcode": "17379",
                "address": "경기도 이천시 마장면 덕평로 811", "is_default": true,
            }),
        );
    }
    plant.rows.add(
        Table::ShippingPolicies,
        json!({
            "id": policy, "seller_id": seller_id, "name": "기본 배송", "fee_type": "conditional_free", "base_fee": 3000, "free_threshold": 50_000,
            "jeju_surcharge": 3000, "island_surcharge": 5000, "return_fee": 3000, "exchange_fee": 6000, "carrier_code": "CJ",
            "dispatch_address_id": dispatch, "return_address_id": back, "is_default": true, "version": 0,
        }),
    );
    policy
}

/// A person of a store with a built-in role and an authenticator.
pub fn member(
    plant: &mut Plant<'_>,
    seller: SellerId,
    email: &str,
    name: &str,
    role: &str,
) -> anyhow::Result<MemberId> {
    let id = MemberId::new();
    let totp = Totp::from_base32(&totp_secret(email))?.seal(&plant.boot.vault)?;
    let row = json!({
        "id": id, "seller_id": seller, "email": email, "name": name, "phone_enc": plant.sealed("01012345678")?, "password_hash": plant.password_hash,
        "role_id": plant.role("seller", role)?, "is_owner": role == "owner", "state": "active", "mfa_enabled": true, "totp_secret_enc": bytes(&totp),
        "recovery_code_hashes": [], "password_changed_at": plant.now.0, "last_login_at": plant.now.0, "created_at": plant.days_ago(120), "version": 0,
    });
    plant.rows.add(Table::SellerMembers, row);
    Ok(id)
}

#[cfg(test)]
mod tests {
    use super::*;
    use kernel::values::BusinessNo;

    #[test]
    fn business_numbers_are_valid_and_differ() {
        let numbers: Vec<String> = (0..50).map(business_no).collect();
        assert!(numbers.iter().all(|no| BusinessNo::new(no).is_some()));
        assert!(numbers.windows(2).all(|pair| pair.first() != pair.last()));
    }
}
