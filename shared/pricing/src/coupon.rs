//! What a coupon is worth where it is used, and why it cannot be used.
//!
//! A coupon takes off a fixed amount or a share of what is still to pay (up to its maximum), never more than that. Its
//! minimum order amount is held against the prices the customer saw, after promotions and before any coupon: the line
//! for a product coupon, the lines in its scope together for a cart coupon, the seller's part of the order for a
//! shipping coupon. A coupon that would take off nothing is not used up.

use crate::{Contradiction, DiscountKind};
use chrono::{DateTime, Utc};
use kernel::{Money, Now, Rate, SellerId, UserCouponId};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// What a coupon takes off.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum CouponValue {
    Fixed { amount: Money },
    Rate { rate: Rate, max_discount: Option<Money> },
}

impl CouponValue {
    /// Reads the columns of a coupon definition.
    pub fn read(
        kind: DiscountKind,
        discount_value: Option<Money>,
        discount_rate: Option<Rate>,
        max_discount: Option<Money>,
    ) -> Result<CouponValue, Contradiction> {
        match (kind, discount_value, discount_rate) {
            (DiscountKind::Fixed, Some(amount), _) => Ok(CouponValue::Fixed { amount }),
            (DiscountKind::Rate, _, Some(rate)) => Ok(CouponValue::Rate { rate, max_discount }),
            (DiscountKind::Fixed, None, _) | (DiscountKind::Rate, _, None) => {
                Err(Contradiction::Other("a coupon without its value"))
            }
        }
    }

    /// Won off a payable amount, floored, never more than the amount itself.
    pub fn off(self, payable: Money) -> Money {
        let off = match self {
            CouponValue::Fixed { amount } => amount,
            CouponValue::Rate { rate, max_discount } => {
                let share = rate.floor_of(payable);
                max_discount.map_or(share, |max| share.min(max))
            }
        };
        off.min(payable).max(Money::ZERO)
    }
}

/// One coupon of a customer's wallet, with what its use depends on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Coupon {
    pub user_coupon_id: UserCouponId,
    pub value: CouponValue,
    pub min_order_amount: Money,
    /// Which part of the discount the seller bears.
    pub seller_share_rate: Rate,
    /// The seller that issued it: only that seller's goods and shipping can carry it. None: issued by the platform.
    pub seller_id: Option<SellerId>,
    /// The lines of the checkout its scope covers; for a shipping coupon one covered line of the seller suffices.
    pub lines: BTreeSet<i32>,
    pub expires_at: DateTime<Utc>,
}

/// Why a coupon cannot be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "reason", rename_all = "snake_case")]
pub enum Unusable {
    NotYetUsable,
    Expired,
    /// Nothing it is used on lies in its scope.
    OutOfScope,
    /// The same wallet coupon is used elsewhere in this order.
    AlreadyApplied,
    BelowMinimum {
        required: Money,
        actual: Money,
    },
    /// It would take off nothing.
    NothingToDiscount,
}

impl Coupon {
    /// Whether its scope and its issuer allow it on a line.
    pub fn covers(&self, line_no: i32, seller_id: SellerId) -> bool {
        self.lines.contains(&line_no) && self.seller_id.is_none_or(|issuer| issuer == seller_id)
    }

    /// Won it takes off `payable`, where `sale_amount` is what its minimum is held against.
    pub fn saves(&self, sale_amount: Money, payable: Money) -> Result<Money, Unusable> {
        if sale_amount < self.min_order_amount {
            return Err(Unusable::BelowMinimum { required: self.min_order_amount, actual: sale_amount });
        }
        let off = self.value.off(payable);
        if off.is_zero() { Err(Unusable::NothingToDiscount) } else { Ok(off) }
    }
}

/// Whether a wallet coupon may be used at all at this moment.
pub fn within_validity(usable_from: DateTime<Utc>, expires_at: DateTime<Utc>, now: Now) -> Result<(), Unusable> {
    if now.0 < usable_from {
        Err(Unusable::NotYetUsable)
    } else if now.0 >= expires_at {
        Err(Unusable::Expired)
    } else {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::examples::{fixed_coupon, won};

    #[test]
    fn a_share_is_floored_and_held_to_its_maximum() {
        let tenth = |max: Option<i64>| CouponValue::Rate { rate: Rate::parts(10_000), max_discount: max.map(won) };
        assert_eq!(tenth(None).off(won(19_999)), won(1_999));
        assert_eq!(tenth(Some(1_500)).off(won(19_999)), won(1_500));
        assert_eq!(CouponValue::Fixed { amount: won(5_000) }.off(won(3_200)), won(3_200));
    }

    #[test]
    fn a_coupon_needs_its_minimum_and_something_to_discount() {
        let coupon = Coupon { min_order_amount: won(20_000), ..fixed_coupon(1, 5_000, 0, &[1]) };
        assert_eq!(coupon.saves(won(20_000), won(18_000)), Ok(won(5_000)));
        let short = Unusable::BelowMinimum { required: won(20_000), actual: won(19_999) };
        assert_eq!(coupon.saves(won(19_999), won(19_999)), Err(short));
        assert_eq!(coupon.saves(won(20_000), won(0)), Err(Unusable::NothingToDiscount));
    }

    #[test]
    fn a_sellers_coupon_stays_with_its_seller() {
        let (ours, theirs) = (SellerId::new(), SellerId::new());
        let coupon = Coupon { seller_id: Some(ours), ..fixed_coupon(1, 5_000, 100_000, &[1, 2]) };
        assert!(coupon.covers(1, ours) && !coupon.covers(2, theirs) && !coupon.covers(3, ours));
    }

    #[test]
    fn a_coupon_is_good_until_the_moment_it_expires() {
        let at = |text: &str| text.parse::<DateTime<Utc>>().unwrap();
        let (from, to) = (at("2026-03-01T00:00:00Z"), at("2026-03-31T15:00:00Z"));
        assert_eq!(within_validity(from, to, Now(at("2026-02-28T23:59:59Z"))), Err(Unusable::NotYetUsable));
        assert_eq!(within_validity(from, to, Now(from)), Ok(()));
        assert_eq!(within_validity(from, to, Now(to)), Err(Unusable::Expired));
    }
}
