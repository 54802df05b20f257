//! One seller as operators see it, in one statement: identity, people (masked), addresses, policies, brands, contract.

use chrono::{DateTime, Utc};
use db::On;
use kernel::*;
use serde_json::Value;

db::row! {
    /// A seller with what belongs to it. Members' names and addresses are in the clear here: mask them before showing.
    pub struct Overview {
        pub id: SellerId, pub code: String, pub company_name: String, pub display_name: Option<String>, pub representative: String, pub business_no: String,
        pub business_type: Option<String>, pub tax_type: Option<String>, pub mail_order_no: Option<String>, pub address: Option<String>, pub cs_phone: Option<String>,
        pub state: String, pub state_reason: Option<String>, pub pg_seller_state: Option<String>, pub activated_at: Option<DateTime<Utc>>, pub created_at: DateTime<Utc>,
        pub members: Value, pub addresses: Value, pub policies: Value, pub application: Option<Value>, pub payout_accounts: Value, pub contract: Option<Value>,
    }
}

db::statements! {
    static OVERVIEW: (SellerId,) => Overview =
        "select s.id, s.code, s.company_name, s.display_name, s.representative, s.business_no, s.business_type, s.tax_type, s.mail_order_no, s.address, s.cs_phone,
                s.state, s.state_reason, s.pg_seller_state, s.activated_at, s.created_at,
                (select coalesce(jsonb_agg(jsonb_build_object('member_id', m.id, 'name', m.name, 'email', m.email, 'role', r.code, 'is_owner', m.is_owner,
                        'state', m.state, 'second_factor', m.mfa_enabled, 'last_login_at', m.last_login_at) order by m.is_owner desc, m.id), '[]')
                 from seller_members m join roles r on r.id = m.role_id where m.seller_id = s.id and m.state <> 'removed') as members,
                (select coalesce(jsonb_agg(jsonb_build_object('seller_address_id', a.id, 'kind', a.kind, 'name', a.name, 'postcode', a.postcode,
                        'address', a.address, 'is_default', a.is_default) order by a.kind, a.id), '[]')
                 from seller_addresses a where a.seller_id = s.id and a.deleted_at is null) as addresses,
                (select coalesce(jsonb_agg(jsonb_build_object('shipping_policy_id', p.id, 'name', p.name, 'fee_type', p.fee_type, 'base_fee', p.base_fee,
                        'free_threshold', p.free_threshold, 'return_fee', p.return_fee, 'exchange_fee', p.exchange_fee, 'is_default', p.is_default) order by p.id), '[]')
                 from shipping_policies p where p.seller_id = s.id and p.retired_at is null) as policies,
                (select jsonb_build_object('application_id', a.id, 'state', a.state, 'submitted_at', a.submitted_at, 'decided_at', a.decided_at)
                 from seller_applications a where a.seller_id = s.id order by a.created_at desc limit 1) as application,
                (select coalesce(jsonb_agg(jsonb_build_object('payout_account_id', b.id, 'bank_code', b.bank_code, 'state', b.state, 'verified_at', b.verified_at)
                        order by b.created_at desc), '[]')
                 from seller_bank_accounts b where b.seller_id = s.id and b.state in ('requested', 'active')) as payout_accounts,
                (select jsonb_build_object('contract_id', c.id, 'state', c.state, 'commission_rate', c.commission_rate::text, 'settlement_cycle', c.settlement_cycle,
                        'effective_from', c.effective_from, 'effective_to', c.effective_to)
                 from seller_contracts c where c.seller_id = s.id order by (c.state = 'active') desc, c.effective_from desc limit 1) as contract
         from sellers s where s.id = $1";
}

kernel::refusals! {
    /// Why nothing is shown.
    pub enum OverviewError {
        NotFound = 404 "seller_not_found", "There is no such seller.", "존재하지 않는 판매자입니다.";
    }
}

/// One seller; contact persons masked. Contract terms are for those who may read contracts.
pub async fn of(on: &impl On, id: SellerId, with_contract: bool) -> Result<Overview, Failure<OverviewError>> {
    let mut found = OVERVIEW.opt(on, (id,)).await?.ok_or(OverviewError::NotFound)?;
    if let Value::Array(members) = &mut found.members {
        for member in members {
            let masked = |field: &str, masks: fn(&str) -> String| member.get(field).and_then(Value::as_str).map(masks);
            let (name, email) = (masked("name", mask::name), masked("email", mask::email));
            member["name"] = name.into();
            member["email"] = email.into();
        }
    }
    if !with_contract {
        found.contract = None;
    }
    Ok(found)
}
