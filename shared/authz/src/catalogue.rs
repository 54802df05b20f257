//! Which built-in role holds which permission: what the endpoint × role table and the authorization tests read.
//!
//! The rows themselves live in `role_permissions` (reference data of the migrations, editable by operators); a test
//! compares the permissions named by permits with them.

use crate::Audience;

/// Built-in roles of the sellers' host, from the top.
pub const SELLER_ROLES: &[&str] = &["owner", "manager", "product", "order", "cs", "settlement", "viewer"];

/// Built-in roles of the operators' host, from the top.
pub const ADMIN_ROLES: &[&str] = &[
    "super_admin",
    "operations_lead",
    "cs_lead",
    "cs_agent",
    "md_lead",
    "md",
    "seller_ops",
    "settlement_lead",
    "settlement_clerk",
    "marketing_lead",
    "marketer",
    "platform_lead",
    "platform_engineer",
    "security_officer",
    "auditor",
];

/// The built-in roles of an audience. Customers have one kind, partners have scopes instead.
pub const fn roles(audience: Audience) -> &'static [&'static str] {
    match audience {
        Audience::Service => &["customer"],
        Audience::Seller => SELLER_ROLES,
        Audience::Admin => ADMIN_ROLES,
        Audience::External => &["partner"],
    }
}
