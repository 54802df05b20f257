//! Transactions and connections. `&Tx` in a signature means: this must be atomic, and nothing remote happens meanwhile.
//!
//! Statements that do not wait for each other's rows may be joined (`futures::try_join!`): they leave in the order they are
//! written, run one after the other, and cost one round trip together.

use crate::fault;
use crate::named::Connections;
use crate::on::On;
use crate::trips::Trips;
use crate::watch::Watched;
use deadpool::managed::Object;
use kernel::Fault;
use std::sync::atomic::{AtomicBool, Ordering};
use tokio_postgres::types::{ToSql, Type};

const COMMIT: &str = "COMMIT";

/// An open transaction. Dropped without [`Tx::commit`], it rolls back.
pub struct Tx {
    client: Option<Object<Connections>>,
    begun: AtomicBool,
    trips: Trips,
    watched: Watched,
}

/// A pooled connection for single statements, each its own transaction.
pub struct Conn {
    client: Object<Connections>,
    trips: Trips,
    watched: Watched,
}

impl Tx {
    pub(crate) fn new(client: Object<Connections>, watched: Watched) -> Tx {
        Tx { client: Some(client), begun: AtomicBool::new(false), trips: Trips::default(), watched }
    }

    fn client(&self) -> Result<&Object<Connections>, Fault> {
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

    /// Runs the last statements and COMMIT in one round trip: whatever they lock is locked no longer than the commit takes.
    ///
    /// COMMIT leaves behind them without waiting for their answers, so nothing but an error of the database may stand against
    /// it: such a statement turns the COMMIT into a rollback.
    ///
    /// # Errors
    /// What the last statements say, or that the commit was not heard of.
    pub async fn commit_with<T, E: From<Fault>>(mut self, last: impl AsyncFnOnce(&Tx) -> Result<T, E>) -> Result<T, E> {
        let failed = AtomicBool::new(false);
        let sent = AtomicBool::new(false);
        let work = async {
            let done = last(&self).await;
            failed.store(done.is_err(), Ordering::Relaxed);
            done
        };
        // Polled after the statements have left, in the round trip they are in.
        let commit = async {
            let turn = self.watched.turn(COMMIT).await;
            if failed.load(Ordering::Relaxed) || !self.begun.load(Ordering::Relaxed) {
                return Ok(());
            }
            sent.store(true, Ordering::Relaxed);
            self.client()?.batch_execute(COMMIT).await.map_err(fault)?;
            turn.committed(COMMIT).await;
            Ok::<(), Fault>(())
        };
        let (done, committed) = futures::join!(work, commit);
        if sent.into_inner() {
            // The server has ended the transaction either way.
            drop(self.client.take());
        }
        let done = done?;
        committed?;
        Ok(done)
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
        let statement = client.query(name, sql, params);
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
    pub(crate) fn new(client: Object<Connections>, watched: Watched) -> Conn {
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
        let rows = self.client.query(name, sql, params).await;
        self.trips.arrive(trip);
        turn.committed(name).await;
        rows.map_err(fault)
    }
}
