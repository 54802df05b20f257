//! Partners: systems of others that work for sellers, and the outside services that call us.
//!
//! | module | rule |
//! |---|---|
//! | [`access`] | who calls: clients, tokens, signatures, limits |
//! | [`grant`] | for which seller |
//! | [`changes`], [`codes`] | what a partner reads |
//! | [`webhook`] | what partners are told, signed and tried again |
//! | [`inbound`] | what outside services tell us, taken once |

pub mod access;
pub mod changes;
pub mod codes;
pub mod grant;
pub mod inbound;
mod scope;
pub mod webhook;

pub use access::client::{AuthMethod, Environment};
pub use scope::Scope;

/// Every statement of this crate, for the check against the schema.
pub const STATEMENTS: &[&[&dyn db::Declared]] = &[
    access::admit::STATEMENTS,
    access::client::STATEMENTS,
    access::me::STATEMENTS,
    access::rotate::STATEMENTS,
    changes::STATEMENTS,
    codes::STATEMENTS,
    grant::STATEMENTS,
    inbound::scan::STATEMENTS,
    inbound::waiting::STATEMENTS,
    webhook::cancel::STATEMENTS,
    webhook::change::STATEMENTS,
    webhook::create::STATEMENTS,
    webhook::endpoint::STATEMENTS,
    webhook::fan_out::STATEMENTS,
    webhook::log::STATEMENTS,
    webhook::remove::STATEMENTS,
    webhook::replay::STATEMENTS,
    webhook::rotate::STATEMENTS,
    webhook::send::STATEMENTS,
    webhook::sweep::STATEMENTS,
    webhook::trial::STATEMENTS,
];
