//! A pooled connection that gives a statement a name once it has used it often.
//!
//! Context: PostgreSQL parses and plans an unnamed statement anew each time, which can cost more than running it: whether SKUs are for
//! sale takes ten times as long to plan as to find out. A name lives on the server's connection, and a pooler hands out another
//! one for every transaction.
//! Decision: where the pooler carries names over ([`Statements::Named`]), a connection sends a statement unnamed for its first
//! four times and prepares it behind the fifth, in the same round trip; from then on it is bound by name, and PostgreSQL keeps its
//! plan. RDS Proxy carries names of the protocol over since September 2023
//! (<https://aws.amazon.com/blogs/database/amazon-rds-proxy-multiplexing-support-for-postgresql-extended-query-protocol/>),
//! PgBouncer since 1.21 (`max_prepared_statements`). An older PgBouncer, and whoever does not say, gets unnamed ones.
//! Rejected: functions in PL/pgSQL, which keep plans behind any pooler (the SQL would lie in migrations, far from its use
//! case, and is not checked before it runs); naming at the first use (a statement that ran once, of the thousand there are,
//! would stay in the memory of every server connection); preparing before use (a round trip more, and a statement that has its name
//! would overtake one that has not).
//! Consequences: statements still leave in the order they are written. A migration that changes the type of a column breaks the
//! names that read it: each connection forgets them at its next use, and that caller is asked to come again.

use deadpool::managed::{Manager, Metrics, RecycleResult};
use deadpool_postgres::ClientWrapper;
use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use tokio_postgres::error::SqlState;
use tokio_postgres::types::{ToSql, Type};
use tokio_postgres::{Error, Row, Statement};

/// Whether the pooler before PostgreSQL carries named statements from one server connection to another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Statements {
    #[default]
    Unnamed,
    Named,
}

/// Uses before a statement gets its name, as in PostgreSQL's JDBC driver.
const USES: u32 = 5;

/// Names a connection keeps; more stay unnamed.
const MOST: usize = 256;

enum Use {
    Counted(u32),
    Named(Statement),
}

/// By the path of the statement's static.
#[derive(Default)]
struct Uses {
    of: HashMap<&'static str, Use>,
    named: usize,
}

/// One connection with the names it has given.
pub(crate) struct Connection {
    client: ClientWrapper,
    /// None where nothing may be named.
    uses: Option<Mutex<Uses>>,
}

impl Connection {
    /// Runs a statement and reads its rows.
    pub(crate) async fn query(
        &self,
        name: &'static str,
        sql: &'static str,
        params: &[(&(dyn ToSql + Sync), Type)],
    ) -> Result<Vec<Row>, Error> {
        let (named, is_due) = self.used(name);
        if let Some(statement) = named {
            let values: Vec<&(dyn ToSql + Sync)> = params.iter().map(|(value, _)| *value).collect();
            let rows = self.client.query(&statement, &values).await;
            if rows.as_ref().is_err_and(is_stale) {
                self.name(name, Use::Counted(0));
            }
            return rows;
        }
        if !is_due {
            return self.client.query_typed(sql, params).await;
        }
        let types: Vec<Type> = params.iter().map(|(_, kind)| kind.clone()).collect();
        let (rows, prepared) =
            futures::join!(self.client.query_typed(sql, params), self.client.prepare_typed(sql, &types));
        // In a transaction that has failed nothing is prepared: then at the next use.
        if let Ok(statement) = prepared {
            self.name(name, Use::Named(statement));
        }
        rows
    }

    /// Runs text that has no parameters: BEGIN, COMMIT, ROLLBACK.
    pub(crate) async fn batch_execute(&self, sql: &str) -> Result<(), Error> {
        self.client.batch_execute(sql).await
    }

    /// Counts a use; answers the statement by its name, or whether it is due to get one.
    fn used(&self, name: &'static str) -> (Option<Statement>, bool) {
        let Some(uses) = &self.uses else { return (None, false) };
        let mut uses = uses.lock().unwrap_or_else(PoisonError::into_inner);
        let full = uses.named >= MOST;
        match uses.of.entry(name).or_insert(Use::Counted(0)) {
            Use::Named(statement) => (Some(statement.clone()), false),
            Use::Counted(count) => {
                *count += 1;
                (None, *count >= USES && !full)
            }
        }
    }

    /// What a statement is from now on.
    fn name(&self, name: &'static str, now: Use) {
        let Some(uses) = &self.uses else { return };
        let mut uses = uses.lock().unwrap_or_else(PoisonError::into_inner);
        uses.of.insert(name, now);
        uses.named = uses.of.values().filter(|one| matches!(one, Use::Named(_))).count();
    }
}

/// Whether the server does not know the name (any more), or would answer with other types than the name was given for.
pub(crate) fn is_stale(error: &Error) -> bool {
    let Some(said) = error.as_db_error() else { return false };
    let other_types = *said.code() == SqlState::FEATURE_NOT_SUPPORTED && said.message().starts_with("cached plan");
    *said.code() == SqlState::INVALID_SQL_STATEMENT_NAME || other_types
}

/// Makes connections.
pub(crate) struct Connections {
    pub(crate) inner: deadpool_postgres::Manager,
    pub(crate) statements: Statements,
}

impl Manager for Connections {
    type Type = Connection;
    type Error = Error;

    async fn create(&self) -> Result<Connection, Error> {
        let client = self.inner.create().await?;
        let uses = (self.statements == Statements::Named).then(Mutex::default);
        Ok(Connection { client, uses })
    }

    async fn recycle(&self, connection: &mut Connection, metrics: &Metrics) -> RecycleResult<Error> {
        self.inner.recycle(&mut connection.client, metrics).await
    }

    fn detach(&self, connection: &mut Connection) {
        self.inner.detach(&mut connection.client);
    }
}
