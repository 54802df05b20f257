//! What a delivery costs, from where it leaves and who carries it: sellers' policies and addresses, remote zones, carriers.
//!
//! Orders copy the terms of a policy when they are placed; a policy changed afterwards never touches them.

pub mod carriers;
pub mod edit_address;
pub mod edit_policy;
pub mod policies;
pub mod seller_addresses;

/// Every statement of this crate, for the check against the schema.
pub const STATEMENTS: &[&[&dyn db::Declared]] = &[
    carriers::STATEMENTS,
    edit_address::STATEMENTS,
    edit_policy::STATEMENTS,
    policies::STATEMENTS,
    seller_addresses::STATEMENTS,
];
