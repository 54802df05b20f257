//! Operators: the people who run the marketplace. A password opens a challenge, never a session; the second factor opens
//! the session; a second proof elevates it for what is sensitive.

pub mod enroll;
pub mod mfa;
pub mod operator;
pub mod session;
pub mod sign_in;
pub mod step_up;

/// Every statement of this crate, for the check against the schema.
pub const STATEMENTS: &[&[&dyn db::Declared]] =
    &[enroll::STATEMENTS, mfa::STATEMENTS, operator::STATEMENTS, sign_in::STATEMENTS];
