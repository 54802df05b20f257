//! All won arithmetic of checkout, claims, points and settlement.
//!
//! Pure functions over whole won: no clock, no database, no configuration. Whatever an amount depends on is an argument,
//! so the same input gives the same amounts on every machine and on every day. Every rounding is a floor (원 미만 절사),
//! and every division of an amount adds up to it again. Callers hand in rows that were true when the order was placed;
//! rows that cannot all be true are answered with a [`Contradiction`], which a use case passes on as an internal fault.
//!
//! A checkout is priced by [`price`]; the shares it answers are stored. Everything later (claims, settlement, reversals)
//! starts from the stored shares, as a [`SoldLine`].

mod accrual;
mod allocate;
mod assign;
mod basket;
mod checkout;
mod claim;
mod claimed;
mod contradiction;
mod coupon;
mod coupon_back;
#[cfg(test)]
mod examples;
mod lots;
mod preselect;
mod price;
mod recover;
mod refund;
mod reverse;
mod seller_order;
mod settle;
mod share;
mod shipping_fee;
mod statement;
mod units;
mod words;

pub use accrual::{TakenBack, accrue, clawback, debt_paid_by_grant, take_back};
pub use allocate::{Borne, allocate};
pub use checkout::{
    Change, Checkout, CheckoutLine, CouponUse, PriceError, PricedLine, PricedSellerOrder, Promotion, Quote,
    SellerShipping,
};
pub use claim::{ClaimMoney, ClaimedUnit, Clawback, claim_money};
pub use claimed::{ClaimLine, ClaimedOrder, Claiming, EarlierClaim, Grant, UnitRef};
pub use contradiction::Contradiction;
pub use coupon::{Coupon, CouponValue, Unusable, within_validity};
pub use coupon_back::{UnitEnd, coupon_comes_back, shipping_coupon_comes_back};
pub use lots::{Balance, Draw, Lot, Return, give_back, spend};
pub use preselect::{Place, Saving, Wallet, preselect, savings};
pub use price::price;
pub use refund::{ClaimFees, Refund, compose, days_late, delay_interest};
pub use reverse::{reverse_unit, settled_units};
pub use settle::{
    CommissionTerms, Funding, LineAmounts, settle_claim_fee, settle_line, settle_remaining, settle_shipping,
};
pub use share::{AllocationRow, Share, Shares};
pub use shipping_fee::{ShippingFee, ShippingPolicy, governing};
pub use statement::{CommissionInvoice, Statement};
pub use units::{SoldLine, UnitMoney, next_units, take_over};
pub use words::*;
