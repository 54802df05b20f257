//! Customers: how one becomes one, signs in, and keeps addresses, consents and a refund account.
//!
//! Phone, name and address lie encrypted; a keyed hash beside them finds what is looked for. Other crates read through
//! [`address::of`], [`refund_account::of`] and [`grade::of`], never these tables.

pub mod address;
pub mod agree_at_checkout;
pub mod consents;
pub mod edit_address;
pub mod email_verification;
pub mod grade;
pub mod identity_check;
pub mod inbox;
pub mod profile;
pub mod reauthenticate;
pub mod refund_account;
pub mod session;
pub mod sign_in;
pub mod sign_up;
pub mod terms;

pub use grade::of as grade_of;

/// Every statement of this crate, for the check against the schema.
pub const STATEMENTS: &[&[&dyn db::Declared]] = &[
    address::STATEMENTS,
    agree_at_checkout::STATEMENTS,
    consents::STATEMENTS,
    edit_address::STATEMENTS,
    email_verification::STATEMENTS,
    grade::STATEMENTS,
    identity_check::STATEMENTS,
    inbox::STATEMENTS,
    profile::STATEMENTS,
    reauthenticate::STATEMENTS,
    refund_account::STATEMENTS,
    session::STATEMENTS,
    sign_in::STATEMENTS,
    sign_up::STATEMENTS,
    terms::STATEMENTS,
];
