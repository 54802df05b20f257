//! What a statement runs on: a transaction, or a connection by itself.

use kernel::Fault;
use std::future::Future;
use tokio_postgres::types::{ToSql, Type};

/// Runs one statement and reads its rows.
pub trait On: Sync {
    #[doc(hidden)]
    fn rows(
        &self,
        name: &'static str,
        sql: &'static str,
        params: &[(&(dyn ToSql + Sync), Type)],
    ) -> impl Future<Output = Result<Vec<tokio_postgres::Row>, Fault>> + Send;
}
