//! The shipping fee (배송비) of one seller's part of an order.
//!
//! It is charged once per seller, by one policy: of the policies of the lines the one with the lowest base fee. Free
//! shipping is decided on the sale amount, that is the prices the customer saw after promotions but before coupons,
//! grade discount, points and rewards: using a coupon never costs anyone the free shipping. The surcharge for 제주 and
//! the islands comes on top, once, even where shipping is free, and no coupon lowers it.

use crate::{FeeType, RemoteZone};
use kernel::{Money, ShippingPolicyId};
use serde::{Deserialize, Serialize};

/// A seller's terms, all amounts in won.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct ShippingPolicy {
    pub shipping_policy_id: ShippingPolicyId,
    pub fee_type: FeeType,
    /// Pieces per charge of `base_fee`, for `per_quantity`.
    pub per_quantity: Option<i32>,
    pub base_fee: Money,
    /// Sale amount from which shipping is free, for `conditional_free`.
    pub free_threshold: Option<Money>,
    pub jeju_surcharge: Money,
    pub island_surcharge: Money,
    /// One way.
    pub return_fee: Money,
    /// Both ways.
    pub exchange_fee: Money,
}

/// What is charged for one seller order, before a shipping coupon.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct ShippingFee {
    pub base_fee: Money,
    pub free_threshold: Option<Money>,
    /// The threshold was reached: nothing is charged, but a later claim may bring the fee back.
    pub shipping_waived: bool,
    pub shipping_fee: Money,
    pub remote_surcharge: Money,
}

impl ShippingPolicy {
    /// The surcharge for a zone.
    pub fn surcharge(&self, zone: RemoteZone) -> Money {
        match zone {
            RemoteZone::None => Money::ZERO,
            RemoteZone::Jeju => self.jeju_surcharge,
            RemoteZone::Island => self.island_surcharge,
        }
    }

    /// The fee for goods of this sale amount and number of pieces.
    pub fn charge(&self, zone: RemoteZone, sale_amount: Money, pieces: i32) -> ShippingFee {
        let free_threshold = match self.fee_type {
            FeeType::ConditionalFree => self.free_threshold,
            FeeType::Free | FeeType::Flat | FeeType::PerQuantity => None,
        };
        let shipping_waived = free_threshold.is_some_and(|threshold| sale_amount >= threshold);
        let shipping_fee = match self.fee_type {
            FeeType::Free => Money::ZERO,
            FeeType::ConditionalFree if shipping_waived => Money::ZERO,
            FeeType::ConditionalFree | FeeType::Flat => self.base_fee,
            FeeType::PerQuantity => {
                let per = i64::from(self.per_quantity.unwrap_or(pieces).max(1));
                self.base_fee.times((i64::from(pieces) + per - 1) / per)
            }
        };
        let remote_surcharge = self.surcharge(zone);
        ShippingFee { base_fee: self.base_fee, free_threshold, shipping_waived, shipping_fee, remote_surcharge }
    }

    /// How many won of goods are missing for free shipping; None where no amount makes it free or it is free already.
    pub fn missing_for_free(&self, sale_amount: Money) -> Option<Money> {
        let threshold = self.free_threshold.filter(|_| self.fee_type == FeeType::ConditionalFree)?;
        (sale_amount < threshold).then(|| threshold - sale_amount)
    }
}

/// The policy that governs a seller order: the lowest base fee among its lines' policies. Of equal fees the one that is
/// free soonest, then the oldest. None without policies.
pub fn governing(policies: &[ShippingPolicy]) -> Option<&ShippingPolicy> {
    policies.iter().min_by_key(|policy| {
        let free_from = match policy.fee_type {
            FeeType::Free => Money::ZERO,
            FeeType::ConditionalFree => policy.free_threshold.unwrap_or(Money::MAX),
            FeeType::Flat | FeeType::PerQuantity => Money::MAX,
        };
        (policy.base_fee, free_from, policy.shipping_policy_id)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::examples::{policy, won};

    fn charged(zone: RemoteZone, sale_amount: i64) -> (i64, i64, bool) {
        let fee = policy().charge(zone, won(sale_amount), 1);
        (fee.shipping_fee.get(), fee.remote_surcharge.get(), fee.shipping_waived)
    }

    #[test]
    fn shipping_is_free_from_the_threshold_on() {
        assert_eq!(charged(RemoteZone::None, 50_000), (0, 0, true));
        assert_eq!(charged(RemoteZone::None, 49_999), (3_000, 0, false));
        assert_eq!(policy().missing_for_free(won(49_999)), Some(won(1)));
        assert_eq!(policy().missing_for_free(won(50_000)), None);
    }

    #[test]
    fn the_island_surcharge_survives_free_shipping() {
        assert_eq!(charged(RemoteZone::Jeju, 50_000), (0, 3_000, true));
        assert_eq!(charged(RemoteZone::Jeju, 20_000), (3_000, 3_000, false));
    }

    #[test]
    fn a_fee_per_quantity_counts_started_bundles() {
        let bundles =
            ShippingPolicy { fee_type: FeeType::PerQuantity, per_quantity: Some(3), free_threshold: None, ..policy() };
        let fee = |pieces| bundles.charge(RemoteZone::None, won(90_000), pieces).shipping_fee.get();
        assert_eq!((fee(1), fee(3), fee(4), fee(7)), (3_000, 3_000, 6_000, 9_000));
    }

    #[test]
    fn the_cheapest_policy_among_the_lines_governs() {
        let flat = ShippingPolicy { fee_type: FeeType::Flat, free_threshold: None, base_fee: won(2_500), ..policy() };
        let free = ShippingPolicy { fee_type: FeeType::Free, base_fee: won(0), free_threshold: None, ..policy() };
        assert_eq!(governing(&[policy(), flat]), Some(&flat));
        assert_eq!(governing(&[flat, free, policy()]), Some(&free));
        let same_fee = ShippingPolicy { base_fee: won(3_000), ..flat };
        assert_eq!(governing(&[same_fee, policy()]).map(|p| p.fee_type), Some(FeeType::ConditionalFree));
        assert_eq!(governing(&[]), None);
    }
}
