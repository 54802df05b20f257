//! PostgreSQL behind a transaction-pooling proxy: pools, transactions, typed statements and migrations.
//!
//! Context: RDS Proxy (and PgBouncer in transaction mode) hand a server connection out per transaction, so nothing may
//! outlive one: no named prepared statements, no SET but SET LOCAL, no session locks.
//! Decision: every statement is a static with typed parameters and row ([`Stmt`]), sent with its parameter types, unnamed or under
//! a name of the protocol that the proxy carries over (`named`): one round trip. A test prepares each of them on the migrated schema and compares types.
//! Rejected: an ORM or generated code (a second language to learn, named prepares), checking SQL at compile time against
//! a live database (needs one to build).
//! Consequences: result columns are never enum, citext, domain or composite types, because the driver would look those up
//! with a named prepare.

mod check;
mod connect;
pub mod migrate;
mod named;
mod on;
mod shaped;
pub mod sql_text;
mod stmt;
mod trips;
mod tx;
mod watch;

pub use check::{Checked, Declared, check};
pub use connect::{Db, DbConfig, trust};
pub use named::Statements;
pub use on::On;
pub use postgres_types::Json;
pub use shaped::{Shape, Shaped};
pub use stmt::{Field, Params, Row, Stmt};
pub use trips::{Cost, counted};
pub use tx::{Conn, Tx};
#[cfg(feature = "watch")]
pub use watch::{At, Watch};
#[doc(hidden)]
pub use {postgres_types, stmt::is_option as __is_option, tokio_postgres};

use kernel::Fault;
use tokio_postgres::error::SqlState;

/// Sorts a driver error: a named constraint, a lost race, an outage, or a defect.
///
/// Faults are logged, and a log is no place for personal data: PostgreSQL quotes the row at fault in its detail, so only
/// code and message go on.
pub(crate) fn fault(error: tokio_postgres::Error) -> Fault {
    let Some(db) = error.as_db_error() else {
        return Fault::unavailable("database", error);
    };
    if named::is_stale(&error) {
        return Fault::unavailable("database", db.message().to_owned());
    }
    let state = db.code();
    let said = format!("{} {}: {}", db.severity(), state.code(), db.message());
    if let Some(name) = db.constraint().filter(|_| state.code().starts_with("23")) {
        return Fault::Constraint { name: name.to_owned(), source: said.into() };
    }
    let contention =
        [&SqlState::T_R_DEADLOCK_DETECTED, &SqlState::T_R_SERIALIZATION_FAILURE, &SqlState::LOCK_NOT_AVAILABLE];
    if contention.contains(&state) {
        return Fault::Contention { source: said.into() };
    }
    // 08 connection, 53 resources, 57 operator intervention (shutdown, restart, cancel by timeout), 58 the machine below,
    // 25006 a connection to what was the writer until a moment ago.
    if ["08", "53", "57", "58", "25006"].iter().any(|class| state.code().starts_with(class)) {
        return Fault::unavailable("database", said);
    }
    Fault::internal(said)
}
