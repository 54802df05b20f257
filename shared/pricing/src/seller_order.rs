//! The shipping part of a price: one seller order's fee, surcharge and shipping coupon.
//!
//! A shipping coupon takes off the base fee of one seller, at most all of it. Where shipping is free there is nothing
//! for it to take off, and it stays in the wallet.

use crate::basket::Basket;
use crate::checkout::{Checkout, PricedSellerOrder};
use crate::share::Share;
use crate::shipping_fee::governing;
use crate::{Borne, Contradiction, Coupon, CouponType, Source, Unusable};
use kernel::{Money, SellerId};

/// One seller's shipping: the governing policy's fee, the surcharge, and the shipping coupon on the base fee.
pub(crate) fn seller_order(
    checkout: &Checkout,
    basket: &mut Basket,
    seller_id: SellerId,
) -> Result<PricedSellerOrder, Contradiction> {
    let terms = checkout.shipping.iter().find(|terms| terms.seller_id == seller_id);
    let policy = terms.and_then(|terms| governing(&terms.policies));
    let (Some(terms), Some(policy)) = (terms, policy) else {
        return Err(Contradiction::Other("a seller without shipping terms"));
    };
    let own = || basket.lines.iter().filter(|open| open.line.seller_id == seller_id);
    let sale_amount: Money = own().map(|open| open.sale_amount).sum();
    let pieces = own().map(|open| open.line.quantity).sum();
    let fee = policy.charge(checkout.remote_zone, sale_amount, pieces);

    let mut shipping_share = None;
    if let Some(coupon) = &terms.shipping_coupon {
        let covered = own().any(|open| open.covered_by(coupon));
        let saves = shipping_coupon_saves(coupon, covered, sale_amount, fee.shipping_fee);
        if let Some(amount) = basket.settle_coupon(coupon, CouponType::Shipping, saves) {
            shipping_share = Some(Share {
                source: Source::ShippingCoupon,
                borne: Borne::split(amount, coupon.seller_share_rate),
                user_coupon_id: Some(coupon.user_coupon_id),
                promotion_id: None,
            });
        }
    }
    let shipping_discount = shipping_share.map_or(Money::ZERO, |share| share.total());
    Ok(PricedSellerOrder {
        seller_id,
        shipping_policy_id: policy.shipping_policy_id,
        sale_amount,
        base_fee: fee.base_fee,
        free_threshold: fee.free_threshold,
        shipping_waived: fee.shipping_waived,
        shipping_fee: fee.shipping_fee,
        remote_surcharge: fee.remote_surcharge,
        shipping_discount,
        shipping_share,
        shipping_paid: fee.shipping_fee + fee.remote_surcharge - shipping_discount,
        return_fee: policy.return_fee,
        exchange_fee: policy.exchange_fee,
    })
}

/// What a shipping coupon would take off a seller's shipping fee; the surcharge is out of its reach.
pub(crate) fn shipping_coupon_saves(
    coupon: &Coupon,
    covered: bool,
    sale_amount: Money,
    shipping_fee: Money,
) -> Result<Money, Unusable> {
    if covered { coupon.saves(sale_amount, shipping_fee) } else { Err(Unusable::OutOfScope) }
}
