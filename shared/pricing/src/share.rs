//! What one line carries of one discount or balance, and the rows it is written down as.
//!
//! One row per line, source and bearer, never of zero won. Refunds and settlement read these rows back; no discount is
//! ever computed a second time.

use crate::{Bearer, Borne, Contradiction, Source};
use kernel::{Money, PromotionId, UserCouponId};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The part of one source that one line, one unit, or one seller order's shipping carries.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Share {
    pub source: Source,
    #[serde(flatten)]
    pub borne: Borne,
    /// The wallet coupon, for the three coupon sources.
    pub user_coupon_id: Option<UserCouponId>,
    /// The promotion, for the price promotion.
    pub promotion_id: Option<PromotionId>,
}

/// One allocation row in won: positive when the order is placed, negative when a claim reverses it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct AllocationRow {
    pub source: Source,
    pub bearer: Bearer,
    pub amount: Money,
    pub user_coupon_id: Option<UserCouponId>,
    pub promotion_id: Option<PromotionId>,
}

impl Share {
    pub fn total(&self) -> Money {
        self.borne.total()
    }

    fn row(&self, bearer: Bearer, amount: Money) -> AllocationRow {
        AllocationRow {
            source: self.source,
            bearer,
            amount,
            user_coupon_id: self.user_coupon_id,
            promotion_id: self.promotion_id,
        }
    }

    /// The rows of this share, seller first, without zeros.
    pub fn rows(&self) -> impl Iterator<Item = AllocationRow> {
        [self.row(Bearer::Seller, self.borne.seller), self.row(Bearer::Platform, self.borne.platform)]
            .into_iter()
            .filter(|row| !row.amount.is_zero())
    }

    /// The rows that take this share back.
    pub fn reversal_rows(&self) -> impl Iterator<Item = AllocationRow> {
        self.rows().map(|row| AllocationRow { amount: -row.amount, ..row })
    }

    /// Reads the rows of one line back into its shares, in the order of the discounts.
    pub fn gather(rows: impl IntoIterator<Item = AllocationRow>) -> Result<Vec<Share>, Contradiction> {
        let mut shares: BTreeMap<Source, Share> = BTreeMap::new();
        for row in rows {
            let share = shares.entry(row.source).or_insert(Share {
                source: row.source,
                borne: Borne::default(),
                user_coupon_id: row.user_coupon_id,
                promotion_id: row.promotion_id,
            });
            if (share.user_coupon_id, share.promotion_id) != (row.user_coupon_id, row.promotion_id) {
                return Err(Contradiction::Other("one line carries two coupons or promotions of the same kind"));
            }
            match row.bearer {
                Bearer::Seller => share.borne.seller += row.amount,
                Bearer::Platform => share.borne.platform += row.amount,
            }
        }
        let shares: Vec<Share> = shares.into_values().filter(|share| !share.total().is_zero()).collect();
        let negative = shares.iter().any(|s| s.borne.seller.is_negative() || s.borne.platform.is_negative());
        if negative { Err(Contradiction::Negative) } else { Ok(shares) }
    }
}

/// Sums over the shares of one line or unit.
pub trait Shares {
    fn shares(&self) -> &[Share];

    /// Won of one source.
    fn of(&self, source: Source) -> Money {
        self.shares().iter().filter(|share| share.source == source).map(Share::total).sum()
    }
    /// Discounts of every kind, without points and rewards.
    fn discount(&self) -> Money {
        self.shares().iter().filter(|share| !share.source.is_balance()).map(Share::total).sum()
    }
    /// Points (적립금) paid with.
    fn points(&self) -> Money {
        self.of(Source::Points)
    }
    /// Rewards (리워드) paid with.
    fn rewards(&self) -> Money {
        self.of(Source::Rewards)
    }
    /// What the seller gave away.
    fn seller_discount(&self) -> Money {
        self.shares().iter().map(|share| share.borne.seller).sum()
    }
    /// Discounts the platform pays for, without points and rewards.
    fn platform_discount(&self) -> Money {
        self.discount() - self.seller_discount()
    }
}
