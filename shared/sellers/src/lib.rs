//! Sellers (입점사): how a company joins, who works for it, on what terms it sells, and where its money goes.
//!
//! A company signs up, is approved, signs its contract, and sells from then on. Its members see its rows and nobody
//! else's: the seller comes from the token, never from the request.

pub mod applications;
pub mod approve;
pub mod commission;
pub mod contracts;
pub mod decide_contract;
pub mod draft_contract;
pub mod member;
pub mod overview;
pub mod payout_account;
pub mod reauthenticate;
pub mod second_factor;
pub mod session;
pub mod sign_in;
pub mod sign_up;
pub mod verification;
pub mod verify_account;

/// Every statement of this crate, for the check against the schema.
pub const STATEMENTS: &[&[&dyn db::Declared]] = &[
    applications::STATEMENTS,
    approve::STATEMENTS,
    commission::STATEMENTS,
    contracts::STATEMENTS,
    decide_contract::STATEMENTS,
    draft_contract::STATEMENTS,
    member::STATEMENTS,
    overview::STATEMENTS,
    payout_account::STATEMENTS,
    reauthenticate::STATEMENTS,
    second_factor::STATEMENTS,
    sign_in::STATEMENTS,
    sign_up::STATEMENTS,
    verification::STATEMENTS,
    verify_account::STATEMENTS,
];
