//! One seller as operators see it: who it is, and what belongs to it (people masked).

use crate::applications::ApplicationState;
use crate::contracts::Cycle;
use chrono::{DateTime, NaiveDate, Utc};
use db::On;
use kernel::*;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

db::row! {
    /// Who a seller is.
    #[derive(Serialize, JsonSchema)]
    pub struct SellerIdentity {
        pub seller_id: SellerId, pub code: String, pub company_name: String, pub display_name: Option<String>, pub representative: String, pub business_no: String,
        pub business_type: Option<String>, pub tax_type: Option<String>, pub mail_order_no: Option<String>, pub address: Option<String>, pub cs_phone: Option<String>,
        pub state: String, pub state_reason: Option<String>,
        /// State at the payout provider.
        pub payout_state: Option<String>,
        pub activated_at: Option<DateTime<Utc>>, pub created_at: DateTime<Utc>,
    }
}
db::row! { struct PartsRow { members: Value, brands: Value, addresses: Value, policies: Value, application: Option<Value>, payout_accounts: Value, contract: Option<Value> } }

db::statements! {
    static IDENTITY: (SellerId,) => SellerIdentity =
        "select id as seller_id, code, company_name, display_name, representative, business_no, business_type, tax_type, mail_order_no, address, cs_phone,
                state, state_reason, pg_seller_state as payout_state, activated_at, created_at from sellers where id = $1";
    /// The contract is the one in force, else the one that comes next, else the last there was.
    static PARTS: (SellerId, NaiveDate) => PartsRow =
        "select (select coalesce(jsonb_agg(jsonb_build_object('member_id', m.id, 'name', m.name, 'email', m.email, 'role', r.code, 'is_owner', m.is_owner,
                        'state', m.state, 'second_factor', m.mfa_enabled, 'last_login_at', m.last_login_at) order by m.is_owner desc, m.id), '[]')
                 from seller_members m join roles r on r.id = m.role_id where m.seller_id = s.id and m.state <> 'removed') as members,
                (select coalesce(jsonb_agg(jsonb_build_object('brand_id', b.id, 'name', b.name_ko, 'right_kind', w.right_kind, 'valid_from', w.valid_from,
                        'valid_to', w.valid_to) order by b.name_ko, b.id), '[]')
                 from brand_sellers w join brands b on b.id = w.brand_id where w.seller_id = s.id) as brands,
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
                 from seller_contracts c where c.seller_id = s.id
                 order by (c.state <> 'draft' and c.effective_from <= $2 and coalesce(c.effective_to > $2, true)) desc, c.effective_from desc limit 1) as contract
         from sellers s where s.id = $1";
}

/// Somebody who works for the seller; name and address masked.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct SellerMemberPart {
    pub member_id: MemberId,
    pub name: String,
    pub email: String,
    pub role: String,
    pub is_owner: bool,
    pub state: String,
    pub second_factor: bool,
    pub last_login_at: Option<DateTime<Utc>>,
}

/// A brand the seller may sell.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct SellerBrandPart {
    pub brand_id: BrandId,
    pub name: String,
    /// `owner`, `distributor` or `parallel`.
    pub right_kind: String,
    pub valid_from: NaiveDate,
    /// The last day of the right.
    pub valid_to: Option<NaiveDate>,
}

/// Where parcels leave or come back to.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct SellerAddressPart {
    pub seller_address_id: SellerAddressId,
    pub kind: String,
    pub name: String,
    pub postcode: String,
    pub address: String,
    pub is_default: bool,
}

/// A shipping policy; amounts in won.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct SellerPolicyPart {
    pub shipping_policy_id: ShippingPolicyId,
    pub name: String,
    pub fee_type: String,
    pub base_fee: Money,
    pub free_threshold: Option<Money>,
    pub return_fee: Money,
    pub exchange_fee: Money,
    pub is_default: bool,
}

/// The newest application.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct SellerApplicationPart {
    pub application_id: SellerApplicationId,
    pub state: ApplicationState,
    pub submitted_at: Option<DateTime<Utc>>,
    pub decided_at: Option<DateTime<Utc>>,
}

/// A payout account in force or asked for.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct SellerAccountPart {
    pub payout_account_id: SellerBankAccountId,
    pub bank_code: String,
    pub state: String,
    pub verified_at: Option<DateTime<Utc>>,
}

/// The contract in force, else the next or last one.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct SellerContractPart {
    pub contract_id: ContractId,
    pub state: String,
    pub commission_rate: Rate,
    pub settlement_cycle: Cycle,
    pub effective_from: NaiveDate,
    pub effective_to: Option<NaiveDate>,
}

/// One seller.
#[derive(Debug, Serialize, JsonSchema)]
pub struct SellerView {
    #[serde(flatten)]
    pub identity: SellerIdentity,
    pub members: Vec<SellerMemberPart>,
    pub brands: Vec<SellerBrandPart>,
    pub addresses: Vec<SellerAddressPart>,
    pub shipping_policies: Vec<SellerPolicyPart>,
    pub application: Option<SellerApplicationPart>,
    pub payout_accounts: Vec<SellerAccountPart>,
    /// Only with contracts:read.
    pub contract: Option<SellerContractPart>,
}

kernel::refusals! {
    /// Why nothing is shown.
    pub enum OverviewError {
        NotFound = 404 "seller_not_found", "There is no such seller.", "존재하지 않는 판매자입니다.";
    }
}

/// One seller; contact persons masked. Contract terms are for those who may read contracts.
pub async fn of(
    on: &impl On,
    id: SellerId,
    with_contract: bool,
    today: NaiveDate,
) -> Result<SellerView, Failure<OverviewError>> {
    let identity = IDENTITY.opt(on, (id,)).await?.ok_or(OverviewError::NotFound)?;
    let parts = PARTS.one(on, (id, today)).await?;
    let mut members: Vec<SellerMemberPart> = read(parts.members)?;
    for member in &mut members {
        member.name = mask::name(&member.name);
        member.email = mask::email(&member.email);
    }
    Ok(SellerView {
        identity,
        members,
        brands: read(parts.brands)?,
        addresses: read(parts.addresses)?,
        shipping_policies: read(parts.policies)?,
        application: parts.application.map(read).transpose()?,
        payout_accounts: read(parts.payout_accounts)?,
        contract: parts.contract.filter(|_| with_contract).map(read).transpose()?,
    })
}

fn read<T: for<'de> Deserialize<'de>>(part: Value) -> Result<T, Fault> {
    serde_json::from_value(part).map_err(Fault::internal)
}
