//! Shipping fee policies: free, flat, free from an amount on, or per so many pieces, with surcharges for remote zones and
//! fees for returns (one way) and exchanges (both ways). Surcharges survive free shipping.

use authz::SellerScope;
use chrono::NaiveTime;
use db::On;
use kernel::*;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// How the fee of one seller's part of an order is found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "type", rename_all = "snake_case", deny_unknown_fields)]
pub enum FeeRule {
    Free {},
    Flat {
        base_fee: Money,
    },
    /// Free from `free_threshold` won of goods on.
    ConditionalFree {
        base_fee: Money,
        free_threshold: Money,
    },
    /// `base_fee` for every begun `per_quantity` pieces.
    PerQuantity {
        base_fee: Money,
        per_quantity: i32,
    },
}

db::row! {
    struct PolicyRow {
        id: ShippingPolicyId, seller_id: SellerId, name: String, fee_type: String, base_fee: Money, free_threshold: Option<Money>, per_quantity: Option<i32>,
        jeju_surcharge: Money, island_surcharge: Money, return_fee: Money, exchange_fee: Money, carrier_code: Option<String>,
        dispatch_address_id: Option<SellerAddressId>, return_address_id: Option<SellerAddressId>, today_cutoff: Option<NaiveTime>, is_default: bool,
        products: i64, version: i32,
    }
}

db::statements! {
    static LIST: (SellerId, Option<ShippingPolicyId>) => PolicyRow =
        "select p.id, p.seller_id, p.name, p.fee_type, p.base_fee, p.free_threshold, p.per_quantity, p.jeju_surcharge, p.island_surcharge, p.return_fee,
                p.exchange_fee, p.carrier_code, p.dispatch_address_id, p.return_address_id, p.today_cutoff, p.is_default,
                (select count(*) from products g where g.seller_id = p.seller_id and g.state <> 'deleted'
                        and (g.shipping_policy_id = p.id or (p.is_default and g.shipping_policy_id is null))) as products, p.version
         from shipping_policies p
         where p.seller_id = $1 and p.retired_at is null and ($2::uuid is null or p.id = $2) order by p.is_default desc, p.name, p.id";
}

/// One policy in force.
#[derive(Debug, Clone)]
pub struct Policy {
    pub id: ShippingPolicyId,
    pub seller_id: SellerId,
    pub name: String,
    pub fee: FeeRule,
    pub jeju_surcharge: Money,
    pub island_surcharge: Money,
    /// One way.
    pub return_fee: Money,
    /// Both ways.
    pub exchange_fee: Money,
    pub carrier_code: Option<String>,
    pub dispatch_address_id: Option<SellerAddressId>,
    pub return_address_id: Option<SellerAddressId>,
    /// Paid by then (Korean time), dispatched the same day.
    pub today_cutoff: Option<NaiveTime>,
    pub is_default: bool,
    /// Products that use it; the default is used by those that name none.
    pub products: i64,
    pub version: i32,
}

impl TryFrom<PolicyRow> for Policy {
    type Error = Fault;
    fn try_from(row: PolicyRow) -> Result<Policy, Fault> {
        let base_fee = row.base_fee;
        let fee = match (row.fee_type.as_str(), row.free_threshold, row.per_quantity) {
            ("free", ..) => FeeRule::Free {},
            ("flat", ..) => FeeRule::Flat { base_fee },
            ("conditional_free", Some(free_threshold), _) => FeeRule::ConditionalFree { base_fee, free_threshold },
            ("per_quantity", _, Some(per_quantity)) => FeeRule::PerQuantity { base_fee, per_quantity },
            (other, ..) => return Err(Fault::internal(format!("shipping policy {} of type {other}", row.id))),
        };
        Ok(Policy {
            id: row.id,
            seller_id: row.seller_id,
            name: row.name,
            fee,
            jeju_surcharge: row.jeju_surcharge,
            island_surcharge: row.island_surcharge,
            return_fee: row.return_fee,
            exchange_fee: row.exchange_fee,
            carrier_code: row.carrier_code,
            dispatch_address_id: row.dispatch_address_id,
            return_address_id: row.return_address_id,
            today_cutoff: row.today_cutoff,
            is_default: row.is_default,
            products: row.products,
            version: row.version,
        })
    }
}

/// Policies in force of a seller, the default first. There are at most [`crate::edit_policy::MOST`].
pub async fn list(on: &impl On, by: SellerScope) -> Result<Vec<Policy>, Fault> {
    LIST.all(on, (by.seller_id(), None)).await?.into_iter().map(Policy::try_from).collect()
}

/// One policy in force of the seller; None when it is not theirs.
pub async fn of(on: &impl On, by: SellerScope, id: ShippingPolicyId) -> Result<Option<Policy>, Fault> {
    LIST.opt(on, (by.seller_id(), Some(id))).await?.map(Policy::try_from).transpose()
}
