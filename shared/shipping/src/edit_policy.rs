//! Making, replacing and retiring shipping policies. The first becomes the default; there is always one. What is changed
//! applies to quotes made afterwards; paid orders keep their copied terms, also for claim fees.

use crate::policies::{self, FeeRule, Policy};
use audit::{Target, record};
use authz::{Member, SellerScope};
use chrono::NaiveTime;
use db::Tx;
use kernel::fault::RefuseOn;
use kernel::values::Text;
use kernel::*;
use serde::Serialize;
use serde_json::json;

/// Policies a seller may keep.
pub const MOST: usize = 50;

/// A policy as the seller states it.
#[derive(Debug, Clone)]
pub struct PolicyTerms {
    pub name: Text<1, 50>,
    pub fee: FeeRule,
    pub jeju_surcharge: Money,
    pub island_surcharge: Money,
    pub return_fee: Money,
    pub exchange_fee: Money,
    pub carrier_code: Option<Text<1, 20>>,
    pub dispatch_address_id: Option<SellerAddressId>,
    pub return_address_id: Option<SellerAddressId>,
    pub today_cutoff: Option<NaiveTime>,
    pub is_default: bool,
}

/// The operator's cap.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct Cap {
    pub limit: Money,
}

kernel::refusals! {
    /// Why a policy is not kept or not retired.
    pub enum PolicyError {
        NotFound = 404 "shipping_policy_not_found", "There is no such shipping policy.", "존재하지 않는 배송 정책입니다.";
        TooMany = 409 "policy_limit_reached", "You can keep 50 shipping policies.", "배송 정책은 50개까지 등록할 수 있습니다.";
        Amount(Vec<FieldError>) = 422 "amount_out_of_range" each field, "Fees are 0 to 1,000,000 won, thresholds and pieces above 0.", "배송비 금액을 확인해 주세요.";
        ReturnFee(Cap) = 422 "return_fee_above_limit" at "/return_fee", "The return fee is above the operator's limit.", "반품 배송비가 허용 한도를 넘었습니다.";
        ExchangeFee(Cap) = 422 "exchange_fee_above_limit" at "/exchange_fee", "The exchange fee is above twice the operator's limit of one way.", "교환 배송비가 허용 한도를 넘었습니다.";
        Carrier = 422 "carrier_unknown" at "/carrier_code", "There is no such carrier.", "지원하지 않는 택배사입니다.";
        DispatchAddress = 422 "dispatch_address_unknown" at "/dispatch_address_id", "There is no such dispatch address.", "존재하지 않는 출고지입니다.";
        ReturnAddress = 422 "return_address_unknown" at "/return_address_id", "There is no such return address.", "존재하지 않는 반품지입니다.";
        IsDefault = 409 "default_policy", "The default policy cannot go; make another one the default first.", "기본 배송 정책은 삭제할 수 없습니다.";
        Successor = 422 "replacement_policy_invalid" at "/replaced_by", "Name another policy in force that takes over the products.", "상품을 넘겨받을 다른 배송 정책을 선택해 주세요.";
    }
}

db::statements! {
    static LOCK: (SellerId,) => (SellerId,) = "select id from sellers where id = $1 for update";
    static RETURN_LIMIT: () => (Option<i64>,) = "select (value #>> '{}')::bigint from system_settings where key = 'return_fee_limit'";
    static ADDRESSES: (SellerId, Option<SellerAddressId>, Option<SellerAddressId>) => (bool, bool) =
        "select coalesce(bool_or(id = $2 and kind = 'dispatch'), false), coalesce(bool_or(id = $3 and kind = 'return'), false)
         from seller_addresses where seller_id = $1 and deleted_at is null and id in ($2, $3)";
    static NO_DEFAULT: (SellerId,) => () = "update shipping_policies set is_default = false where seller_id = $1 and is_default";
    static INSERT: (ShippingPolicyId, SellerId) => () =
        "insert into shipping_policies (id, seller_id, name, fee_type) values ($1, $2, '', 'free')";
    static WRITE: (SellerId, ShippingPolicyId, String, &'static str, Money, Option<Money>, Option<i32>, Money, Money, Money, Money, Option<String>, Option<SellerAddressId>, Option<SellerAddressId>, Option<NaiveTime>, bool) => () =
        "update shipping_policies set name = $3, fee_type = $4, base_fee = $5, free_threshold = $6, per_quantity = $7, jeju_surcharge = $8, island_surcharge = $9,
                return_fee = $10, exchange_fee = $11, carrier_code = $12, dispatch_address_id = $13, return_address_id = $14, today_cutoff = $15, is_default = $16,
                version = version + 1
         where seller_id = $1 and id = $2 and retired_at is null";
    static MOVE_PRODUCTS: (SellerId, ShippingPolicyId, ShippingPolicyId, Now) => () =
        "update products set shipping_policy_id = $3, version = version + 1, updated_at = $4 where seller_id = $1 and shipping_policy_id = $2";
    static RETIRE: (SellerId, ShippingPolicyId, Now) => () = "update shipping_policies set retired_at = $3, version = version + 1 where seller_id = $1 and id = $2 and retired_at is null";
}

const DEFAULT_RETURN_LIMIT: i64 = 20_000;
const MOST_FEE: Money = Money::won(1_000_000);

/// Makes a policy.
pub async fn create(tx: &Tx, by: &Member, now: Now, terms: PolicyTerms) -> Result<Policy, Failure<PolicyError>> {
    let scope = by.scope();
    LOCK.opt(tx, (scope.seller_id(),)).await?;
    let standing = policies::list(tx, scope).await?;
    if standing.len() >= MOST {
        return Err(PolicyError::TooMany.into());
    }
    let id = ShippingPolicyId::new();
    INSERT.run(tx, (id, scope.seller_id())).await?;
    let is_default = terms.is_default || standing.is_empty();
    write(tx, scope, id, PolicyTerms { is_default, ..terms }).await?;
    let made = kept(tx, scope, id).await?;
    let target = Target::of("shipping_policies", id);
    record(tx, by, "shipping_policy.created", target, None, Some(facts(&made)), now).await?;
    Ok(made)
}

/// Replaces a policy's rules, or makes it the default.
pub async fn replace(
    tx: &Tx,
    by: &Member,
    id: ShippingPolicyId,
    now: Now,
    terms: PolicyTerms,
) -> Result<Policy, Failure<PolicyError>> {
    let scope = by.scope();
    LOCK.opt(tx, (scope.seller_id(),)).await?;
    let before = kept(tx, scope, id).await?;
    let is_default = terms.is_default || before.is_default;
    write(tx, scope, id, PolicyTerms { is_default, ..terms }).await?;
    let after = kept(tx, scope, id).await?;
    let target = Target::of("shipping_policies", id);
    record(tx, by, "shipping_policy.replaced", target, Some(facts(&before)), Some(facts(&after)), now).await?;
    Ok(after)
}

/// Retires a policy after moving its products to another.
pub async fn retire(
    tx: &Tx,
    by: &Member,
    id: ShippingPolicyId,
    replaced_by: ShippingPolicyId,
    now: Now,
) -> Result<(), Failure<PolicyError>> {
    let scope = by.scope();
    LOCK.opt(tx, (scope.seller_id(),)).await?;
    let policy = kept(tx, scope, id).await?;
    if policy.is_default {
        return Err(PolicyError::IsDefault.into());
    }
    let successor = policies::of(tx, scope, replaced_by).await?.filter(|successor| successor.id != id);
    successor.ok_or(PolicyError::Successor)?;
    MOVE_PRODUCTS.run(tx, (scope.seller_id(), id, replaced_by, now)).await?;
    RETIRE.run(tx, (scope.seller_id(), id, now)).await?;
    let after = json!({ "replaced_by": replaced_by, "products": policy.products });
    let target = Target::of("shipping_policies", id);
    record(tx, by, "shipping_policy.retired", target, Some(facts(&policy)), Some(after), now).await?;
    Ok(())
}

async fn write(tx: &Tx, by: SellerScope, id: ShippingPolicyId, terms: PolicyTerms) -> Result<(), Failure<PolicyError>> {
    let limit = RETURN_LIMIT.opt(tx, ()).await?.and_then(|(limit,)| limit).unwrap_or(DEFAULT_RETURN_LIMIT);
    check(&terms, Money::won(limit))?;
    let ask = (by.seller_id(), terms.dispatch_address_id, terms.return_address_id);
    let (dispatch, back) = ADDRESSES.one(tx, ask).await?;
    if terms.dispatch_address_id.is_some() && !dispatch {
        return Err(PolicyError::DispatchAddress.into());
    }
    if terms.return_address_id.is_some() && !back {
        return Err(PolicyError::ReturnAddress.into());
    }
    if terms.is_default {
        NO_DEFAULT.run(tx, (by.seller_id(),)).await?;
    }
    let (fee_type, base_fee, threshold, per_quantity) = columns(terms.fee);
    let row = (
        by.seller_id(),
        id,
        terms.name.into_string(),
        fee_type,
        base_fee,
        threshold,
        per_quantity,
        terms.jeju_surcharge,
        terms.island_surcharge,
        terms.return_fee,
        terms.exchange_fee,
        terms.carrier_code.map(Text::into_string),
        terms.dispatch_address_id,
        terms.return_address_id,
        terms.today_cutoff,
        terms.is_default,
    );
    WRITE.run(tx, row).await.refuse_on("shipping_policies_carrier_code_fkey", PolicyError::Carrier)
}

fn columns(fee: FeeRule) -> (&'static str, Money, Option<Money>, Option<i32>) {
    match fee {
        FeeRule::Free {} => ("free", Money::ZERO, None, None),
        FeeRule::Flat { base_fee } => ("flat", base_fee, None, None),
        FeeRule::ConditionalFree { base_fee, free_threshold } => {
            ("conditional_free", base_fee, Some(free_threshold), None)
        }
        FeeRule::PerQuantity { base_fee, per_quantity } => ("per_quantity", base_fee, None, Some(per_quantity)),
    }
}

fn check(terms: &PolicyTerms, return_limit: Money) -> Result<(), PolicyError> {
    let (_, base_fee, threshold, per_quantity) = columns(terms.fee);
    let fee_fits = |fee: Money| !fee.is_negative() && fee <= MOST_FEE;
    let fits = [
        ("/fee/base_fee", fee_fits(base_fee)),
        ("/fee/free_threshold", threshold.is_none_or(|t| t.is_positive() && t <= Money::MAX)),
        ("/fee/per_quantity", per_quantity.is_none_or(|n| (1..=999).contains(&n))),
        ("/jeju_surcharge", fee_fits(terms.jeju_surcharge)),
        ("/island_surcharge", fee_fits(terms.island_surcharge)),
        ("/return_fee", fee_fits(terms.return_fee)),
        ("/exchange_fee", fee_fits(terms.exchange_fee)),
    ];
    let out = fits.iter().filter(|(_, fits)| !fits).map(|(field, _)| FieldError::new(*field, "amount_out_of_range"));
    let out: Vec<FieldError> = out.collect();
    if !out.is_empty() {
        return Err(PolicyError::Amount(out));
    }
    if terms.return_fee > return_limit {
        return Err(PolicyError::ReturnFee(Cap { limit: return_limit }));
    }
    let both_ways = return_limit.times(2);
    if terms.exchange_fee > both_ways {
        return Err(PolicyError::ExchangeFee(Cap { limit: both_ways }));
    }
    Ok(())
}

async fn kept(tx: &Tx, by: SellerScope, id: ShippingPolicyId) -> Result<Policy, Failure<PolicyError>> {
    Ok(policies::of(tx, by, id).await?.ok_or(PolicyError::NotFound)?)
}

fn facts(policy: &Policy) -> serde_json::Value {
    json!({
        "name": policy.name, "fee": policy.fee, "jeju_surcharge": policy.jeju_surcharge, "island_surcharge": policy.island_surcharge,
        "return_fee": policy.return_fee, "exchange_fee": policy.exchange_fee, "carrier_code": policy.carrier_code,
        "dispatch_address_id": policy.dispatch_address_id, "return_address_id": policy.return_address_id,
        "today_cutoff": policy.today_cutoff, "is_default": policy.is_default,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn terms(fee: FeeRule) -> PolicyTerms {
        PolicyTerms {
            name: Text::new("기본").unwrap(),
            fee,
            jeju_surcharge: Money::won(3_000),
            island_surcharge: Money::won(5_000),
            return_fee: Money::won(3_000),
            exchange_fee: Money::won(6_000),
            carrier_code: None,
            dispatch_address_id: None,
            return_address_id: None,
            today_cutoff: None,
            is_default: false,
        }
    }

    #[test]
    fn returns_are_capped_one_way_and_exchanges_both_ways() {
        let limit = Money::won(3_000);
        assert!(check(&terms(FeeRule::Free {}), limit).is_ok());
        let dear = PolicyTerms { return_fee: Money::won(3_001), ..terms(FeeRule::Free {}) };
        assert!(matches!(check(&dear, limit), Err(PolicyError::ReturnFee(_))));
        let dear = PolicyTerms { exchange_fee: Money::won(6_001), ..terms(FeeRule::Free {}) };
        assert!(
            matches!(check(&dear, limit), Err(PolicyError::ExchangeFee(Cap { limit })) if limit == Money::won(6_000))
        );
    }

    #[test]
    fn a_rule_needs_its_numbers() {
        let limit = Money::won(10_000);
        let none = Money::ZERO;
        assert!(check(&terms(FeeRule::ConditionalFree { base_fee: none, free_threshold: none }), limit).is_err());
        assert!(check(&terms(FeeRule::PerQuantity { base_fee: none, per_quantity: 0 }), limit).is_err());
        assert!(check(&terms(FeeRule::Flat { base_fee: Money::won(-1) }), limit).is_err());
        let rule: FeeRule =
            serde_json::from_str(r#"{"type":"conditional_free","base_fee":3000,"free_threshold":50000}"#).unwrap();
        assert_eq!(columns(rule).2, Some(Money::won(50_000)));
        assert!(serde_json::from_str::<FeeRule>(r#"{"type":"flat","base_fee":3000,"free_threshold":1}"#).is_err());
    }
}
