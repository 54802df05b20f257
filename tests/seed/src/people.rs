//! Customers and operators.

use crate::plant::{Plant, totp_secret};
use crate::rows::{Table, bytes};
use db::Tx;
use identity::totp::Totp;
use kernel::{AddressId, ConsentId, Fault, GradeId, Money, OperatorId, UserId};
use pricing::Balance;
use promotions::{LotSource, NewLot};
use serde_json::json;

/// Roles of operators, each with one demo account `<role>@drrip.example`.
pub const OPERATOR_ROLES: &[(&str, &str)] = &[
    ("super_admin", "최고 관리자"),
    ("operations_lead", "운영 총괄"),
    ("cs_lead", "고객센터 팀장"),
    ("cs_agent", "고객센터 상담원"),
    ("md_lead", "MD 팀장"),
    ("md", "MD"),
    ("seller_ops", "입점 심사 담당"),
    ("settlement_lead", "정산 팀장"),
    ("settlement_clerk", "정산 담당"),
    ("marketing_lead", "마케팅 팀장"),
    ("marketer", "마케터"),
    ("platform_lead", "플랫폼 총괄"),
    ("platform_engineer", "플랫폼 엔지니어"),
    ("security_officer", "정보보호 담당"),
    ("auditor", "감사"),
];

/// The demo account of a role.
pub fn operator_email(role: &str) -> String {
    format!("{}@drrip.example", role.replace('_', "."))
}

/// An operator with an authenticator.
pub fn operator(plant: &mut Plant<'_>, email: &str, name: &str, role: &str) -> anyhow::Result<OperatorId> {
    let id = OperatorId::new();
    let totp = Totp::from_base32(&totp_secret(email))?.seal(&plant.boot.vault)?;
    let row = json!({
        "id": id, "email": email, "name": name, "team": "데모", "password_hash": plant.password_hash, "role_id": plant.role("admin", role)?,
        "state": "active", "mfa_enabled": true, "totp_secret_enc": bytes(&totp), "recovery_code_hashes": [], "failed_attempts": 0,
        "password_changed_at": plant.now.0, "last_login_at": plant.now.0, "created_at": plant.days_ago(120), "version": 0,
    });
    plant.rows.add(Table::AdminUsers, row);
    Ok(id)
}

/// Who signs up.
pub struct CustomerSpec<'a> {
    pub email: String,
    pub name: &'a str,
    pub nickname: String,
    pub phone: String,
    pub grade: &'a str,
    /// Postcode and address of the default delivery address.
    pub address: (&'a str, &'a str),
}

/// A customer with the required agreements and an address.
pub fn customer(plant: &mut Plant<'_>, spec: &CustomerSpec<'_>) -> anyhow::Result<UserId> {
    let (user, since) = (UserId::new(), plant.days_ago(90));
    let row = json!({
        "id": user, "login_email": spec.email, "phone_enc": plant.sealed(&spec.phone)?, "phone_hash": plant.hashed("phone", &spec.phone)?,
        "ci_hash": plant.hashed("ci", &user.to_string())?, "password_hash": plant.password_hash, "state": "active", "grade_id": plant.grade(spec.grade)?,
        "points_debt": 0, "password_changed_at": since, "last_login_at": since, "version": 0, "created_at": since,
    });
    plant.rows.add(Table::Users, row);
    let name = plant.sealed(spec.name)?;
    plant.rows.add(
        Table::UserProfiles,
        json!({ "user_id": user, "nickname": spec.nickname, "name_enc": name, "gender": "none", "birth_date": "1995-03-02", "updated_at": since }),
    );
    for (term, code, version) in plant.required_terms.clone() {
        plant.rows.add(
            Table::UserConsents,
            json!({
                "id": ConsentId::new(), "user_id": user, "term_id": term, "purpose": code, "channel": "all", "agreed": true,
                "document_version": version.to_string(), "decided_at": since,
            }),
        );
    }
    let (postcode, address) = spec.address;
    let row = json!({
        "id": AddressId::new(), "user_id": user, "label": "집", "recipient_enc": plant.sealed(spec.name)?, "phone_enc": plant.sealed(&spec.phone)?,
        "postcode": postcode, "address1": address, "address2_enc": plant.sealed("101동 1203호")?, "is_default": true,
    });
    plant.rows.add(Table::UserAddresses, row);
    let grade = plant.grade(spec.grade)?;
    plant.rows.add(
        Table::UserGradeHistories,
        json!({
            "id": GradeId::new(), "user_id": user, "to_grade_id": grade, "reason": "signup",
            "effective_month": since.format("%Y-%m-01").to_string(), "spend_12m": 0, "created_at": since,
        }),
    );
    Ok(user)
}

/// Points and rewards of a customer, granted and posted as the platform does it.
pub async fn balances(plant: &Plant<'_>, tx: &Tx, user: UserId, points: i64, rewards: i64) -> Result<(), Fault> {
    for (balance, amount, days) in [(Balance::Points, points, 700), (Balance::Rewards, rewards, 90)] {
        if amount == 0 {
            continue;
        }
        let lot = NewLot {
            user_id: user,
            balance,
            source: LotSource::Event,
            ref_type: "users",
            ref_id: user.0,
            amount: Money::won(amount),
            expires_at: plant.in_days(days),
            purchase_order_id: None,
        };
        promotions::grant(tx, lot, plant.now).await?;
    }
    Ok(())
}
