//! Transactions and connections. `&Tx` in a signature means: this must be atomic, and nothing remote happens meanwhile.
//!
//! Statements that do not wait for each other's rows may be joined (`futures::try_join!`): they leave in the order they are
//! written, run one after the other, and cost one round trip together.

use crate::fault;
use crate::on::On;
use crate::stmt::{Params, Row};
use crate::trips::Trips;
use crate::watch::Watched;
use deadpool_postgres::Object;
use kernel::Fault;
use std::sync::atomic::{AtomicBool, Ordering};
use tokio_postgres::types::{ToSql, Type};

const COMMIT: &str = "COMMIT";

/// An open transaction. Dropped without [`Tx::commit`], it rolls back.
pub struct Tx {
    client: Option<Object>,
    begun: AtomicBool,
    trips: Trips,
    watched: Watched,
}

/// A pooled connection for single statements, each its own transaction.
pub struct Conn {
    client: Object,
    trips: Trips,
    watched: Watched,
}

impl Tx {
    pub(crate) fn new(client: Object, watched: Watched) -> Tx {
        Tx { client: Some(client), begun: AtomicBool::new(false), trips: Trips::default(), watched }
    }

    fn client(&self) -> Result<&Object, Fault> {
        self.client.as_ref().ok_or_else(|| Fault::internal("the transaction has ended"))
    }

    /// Makes everything since the first statement durable and visible at once.
    pub async fn commit(mut self) -> Result<(), Fault> {
        let turn = self.watched.turn(COMMIT).await;
        let Some(client) = self.client.take() else { return Ok(()) };
        if self.begun.load(Ordering::Relaxed) {
            self.trips.leave();
            client.batch_execute(COMMIT).await.map_err(fault)?;
        }
        turn.committed(COMMIT).await;
        Ok(())
    }

    /// Runs the last statement and COMMIT in one round trip; answers its rows.
    pub async fn commit_with<P: Params, R: Row>(
        mut self,
        last: &crate::Stmt<P, R>,
        params: P,
    ) -> Result<Vec<R>, Fault> {
        let turn = self.watched.turn(last.name()).await;
        let Some(client) = self.client.take() else { return Err(Fault::internal("the transaction has ended")) };
        self.trips.leave();
        let typed = params.typed();
        let begun = self.begun.load(Ordering::Relaxed);
        let statement = client.query_typed(last.sql(), &typed);
        let rows = if begun {
            // A failed statement turns the COMMIT that follows it into a rollback on the server.
            let (done, committed) = futures::join!(statement, client.batch_execute(COMMIT));
            let rows = done.map_err(fault)?;
            committed.map_err(fault)?;
            rows
        } else {
            statement.await.map_err(fault)?
        };
        turn.committed(COMMIT).await;
        rows.iter().map(|row| R::read(row).map_err(Fault::internal)).collect()
    }
}

impl Drop for Tx {
    fn drop(&mut self) {
        let Some(client) = self.client.take() else { return };
        if !self.begun.load(Ordering::Relaxed) {
            return;
        }
        match tokio::runtime::Handle::try_current() {
            Ok(runtime) => {
                runtime.spawn(async move {
                    if let Err(error) = client.batch_execute("ROLLBACK").await {
                        tracing::warn!(%error, "rollback did not reach the database, closing the connection");
                        drop(Object::take(client));
                    }
                });
            }
            Err(_) => drop(Object::take(client)),
        }
    }
}

impl On for Tx {
    async fn rows(
        &self,
        name: &'static str,
        sql: &'static str,
        params: &[(&(dyn ToSql + Sync), Type)],
    ) -> Result<Vec<tokio_postgres::Row>, Fault> {
        let client = self.client()?;
        let trip = self.trips.leave();
        let turn = self.watched.turn(name).await;
        let statement = client.query_typed(sql, params);
        let rows = if self.begun.swap(true, Ordering::Relaxed) {
            statement.await
        } else {
            // Both are queued before either is awaited, so they share one round trip.
            let (begun, rows) = futures::join!(client.batch_execute("BEGIN"), statement);
            begun.map_err(fault)?;
            rows
        };
        self.trips.arrive(trip);
        turn.over(name).await;
        rows.map_err(fault)
    }
}

impl Conn {
    pub(crate) fn new(client: Object, watched: Watched) -> Conn {
        Conn { client, trips: Trips::default(), watched }
    }
}

impl On for Conn {
    async fn rows(
        &self,
        name: &'static str,
        sql: &'static str,
        params: &[(&(dyn ToSql + Sync), Type)],
    ) -> Result<Vec<tokio_postgres::Row>, Fault> {
        let trip = self.trips.leave();
        let turn = self.watched.turn(name).await;
        let rows = self.client.query_typed(sql, params).await;
        self.trips.arrive(trip);
        turn.committed(name).await;
        rows.map_err(fault)
    }
}
