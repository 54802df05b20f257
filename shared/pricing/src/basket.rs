//! The lines of a checkout on their way down the discounts: each step lowers what they still cost.

use crate::checkout::{Change, Checkout, CheckoutLine, CouponUse};
use crate::share::Share;
use crate::{Borne, Contradiction, Coupon, CouponType, Source, Unusable, allocate};
use kernel::{Money, PromotionId, Rate, UserCouponId};
use std::collections::BTreeSet;

/// One line and what it still costs.
pub(crate) struct BasketLine<'a> {
    pub(crate) line: &'a CheckoutLine,
    pub(crate) unit_price: Money,
    pub(crate) gross: Money,
    pub(crate) sale_amount: Money,
    pub(crate) payable: Money,
    pub(crate) shares: Vec<Share>,
}

pub(crate) struct Basket<'a> {
    pub(crate) lines: Vec<BasketLine<'a>>,
    pub(crate) coupons: Vec<CouponUse>,
    pub(crate) changes: Vec<Change>,
}

impl<'a> BasketLine<'a> {
    fn open(line: &'a CheckoutLine) -> Result<BasketLine<'a>, Contradiction> {
        let contradiction = |what| Contradiction::Line { line_no: line.line_no, what };
        let unit_price = line.sale_price + line.price_delta;
        if !unit_price.is_positive() {
            return Err(contradiction("costs nothing before any discount"));
        }
        if line.quantity < 1 {
            return Err(contradiction("has no pieces"));
        }
        let gross = unit_price.times(i64::from(line.quantity));
        let mut open = BasketLine { line, unit_price, gross, sale_amount: gross, payable: gross, shares: Vec::new() };
        if let Some(promotion) = line.promotion {
            let per_unit = (line.sale_price - promotion.promo_price).max(Money::ZERO).min(unit_price);
            let off = Borne::split(per_unit.times(i64::from(line.quantity)), promotion.seller_share_rate);
            open.take(Source::Promotion, off, None, Some(promotion.promotion_id));
            open.sale_amount = open.payable;
        }
        Ok(open)
    }

    fn take(
        &mut self,
        source: Source,
        borne: Borne,
        user_coupon_id: Option<UserCouponId>,
        promotion_id: Option<PromotionId>,
    ) {
        if !borne.total().is_zero() {
            self.payable -= borne.total();
            self.shares.push(Share { source, borne, user_coupon_id, promotion_id });
        }
    }

    pub(crate) fn covered_by(&self, coupon: &Coupon) -> bool {
        coupon.covers(self.line.line_no, self.line.seller_id)
    }
}

impl<'a> Basket<'a> {
    /// Prices the lines up to and including promotions, by line number.
    pub(crate) fn open(checkout: &'a Checkout) -> Result<Basket<'a>, Contradiction> {
        let mut lines = checkout.lines.iter().map(BasketLine::open).collect::<Result<Vec<_>, _>>()?;
        lines.sort_by_key(|open| open.line.line_no);
        if let Some(twice) = lines.windows(2).find(|two| two[0].line.line_no == two[1].line.line_no) {
            return Err(Contradiction::Line { line_no: twice[0].line.line_no, what: "is there twice" });
        }
        Ok(Basket { lines, coupons: Vec::new(), changes: Vec::new() })
    }

    /// Won still to pay for all lines together.
    pub(crate) fn payable(&self) -> Money {
        self.lines.iter().map(|open| open.payable).sum()
    }

    /// Notes what became of a coupon; the amount if it is used.
    pub(crate) fn settle_coupon(
        &mut self,
        coupon: &Coupon,
        coupon_type: CouponType,
        saves: Result<Money, Unusable>,
    ) -> Option<Money> {
        let user_coupon_id = coupon.user_coupon_id;
        let twice = self.coupons.iter().any(|used| used.user_coupon_id == user_coupon_id);
        match if twice { Err(Unusable::AlreadyApplied) } else { saves } {
            Ok(amount) => {
                self.coupons.push(CouponUse { user_coupon_id, coupon_type, amount });
                Some(amount)
            }
            Err(why) => {
                self.changes.push(Change::CouponDropped { user_coupon_id, why });
                None
            }
        }
    }

    /// Each line's own coupon.
    pub(crate) fn product_coupons(&mut self) {
        for at in 0..self.lines.len() {
            let Some(coupon) = &self.lines[at].line.product_coupon else { continue };
            let saves = product_coupon_saves(coupon, &self.lines[at]);
            if let Some(amount) = self.settle_coupon(coupon, CouponType::Product, saves) {
                let borne = Borne::split(amount, coupon.seller_share_rate);
                self.lines[at].take(Source::ProductCoupon, borne, Some(coupon.user_coupon_id), None);
            }
        }
    }

    /// The grade discount, line by line.
    pub(crate) fn grade(&mut self, rate: Rate) {
        for open in &mut self.lines {
            open.take(Source::Grade, Borne::platform(rate.floor_of(open.payable)), None, None);
        }
    }

    /// What a cart coupon would take off now.
    pub(crate) fn cart_coupon_saves(&self, coupon: &Coupon) -> Result<Money, Unusable> {
        let eligible: Vec<&BasketLine> = self.lines.iter().filter(|open| open.covered_by(coupon)).collect();
        if eligible.is_empty() {
            return Err(Unusable::OutOfScope);
        }
        let sum = |of: fn(&BasketLine) -> Money| eligible.iter().map(|open| of(open)).sum();
        coupon.saves(sum(|open| open.sale_amount), sum(|open| open.payable))
    }

    /// The cart coupon, divided over the lines in its scope.
    pub(crate) fn cart_coupon(&mut self, coupon: &Coupon) -> Result<(), Contradiction> {
        let saves = self.cart_coupon_saves(coupon);
        let Some(amount) = self.settle_coupon(coupon, CouponType::Cart, saves) else { return Ok(()) };
        let bases = self.bases(|open| open.covered_by(coupon));
        for (open, share) in self.lines.iter_mut().zip(allocate(amount, &bases)?) {
            let borne = Borne::split(share, coupon.seller_share_rate);
            open.take(Source::CartCoupon, borne, Some(coupon.user_coupon_id), None);
        }
        Ok(())
    }

    /// Points or rewards over the lines that take them, at most what those still cost. Answers what was used and what
    /// could have been.
    pub(crate) fn balance(
        &mut self,
        source: Source,
        asked: Money,
        takes: impl Fn(&CheckoutLine) -> bool,
    ) -> Result<(Money, Money), Contradiction> {
        let bases = self.bases(|open| takes(open.line));
        let max: Money = bases.iter().sum();
        let used = asked.min(max);
        for (open, share) in self.lines.iter_mut().zip(allocate(used, &bases)?) {
            open.take(source, Borne::platform(share), None, None);
        }
        Ok((used, max))
    }

    fn bases(&self, eligible: impl Fn(&BasketLine) -> bool) -> Vec<Money> {
        self.lines.iter().map(|open| if eligible(open) { open.payable } else { Money::ZERO }).collect()
    }

    /// The sellers, by their first line.
    pub(crate) fn sellers(&self) -> Vec<kernel::SellerId> {
        let mut seen = BTreeSet::new();
        self.lines.iter().map(|open| open.line.seller_id).filter(|seller| seen.insert(*seller)).collect()
    }
}

/// What a product coupon would take off a line after promotions.
pub(crate) fn product_coupon_saves(coupon: &Coupon, open: &BasketLine) -> Result<Money, Unusable> {
    if open.covered_by(coupon) { coupon.saves(open.sale_amount, open.sale_amount) } else { Err(Unusable::OutOfScope) }
}
