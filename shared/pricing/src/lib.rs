//! All won arithmetic of checkout, claims, points and settlement.
//!
//! Pure functions over whole won: no clock, no database, no configuration. Whatever an amount depends on is an argument,
//! so the same input gives the same amounts on every machine and on every day. Every rounding is a floor (원 미만 절사),
//! and every division of an amount adds up to it again. Callers hand in rows that were true when the order was placed;
//! rows that cannot all be true are answered with a [`Contradiction`], which a use case passes on as an internal fault.
//!
//! A checkout is priced by [`price`]; the shares it answers are stored. Everything later (claims, settlement, reversals)
//! starts from the stored shares, as a [`SoldLine`].

mod allocate;
mod basket;
mod checkout;
mod contradiction;
mod coupon;
#[cfg(test)]
mod examples;
mod price;
mod share;
mod shipping_fee;
mod units;
mod words;

pub use allocate::{Borne, allocate};
pub use checkout::{
    Change, Checkout, CheckoutLine, CouponUse, PriceError, PricedLine, PricedSellerOrder, Promotion, Quote,
    SellerShipping,
};
pub use contradiction::Contradiction;
pub use coupon::{Coupon, CouponValue, Unusable, within_validity};
pub use price::price;
pub use share::{AllocationRow, Share, Shares};
pub use shipping_fee::{ShippingFee, ShippingPolicy, governing};
pub use units::{SoldLine, UnitMoney, next_units, take_over};
pub use words::*;
