//! Transactions and connections. `&Tx` in a signature means: this must be atomic, and nothing remote happens meanwhile.
//!
//! Statements that do not wait for each other's rows may be joined (`futures::try_join!`): they leave in the order they are
//! written, run one after the other, and cost one round trip together.
//!
//! # Early lock release
//!
//! Context: a row that many want (the stock of one SKU in a sale) stays locked until the commit that changed it is on the disk, and
//! in a database of several zones on two. However fast the machine, such a row then changes once per commit's time.
//! Decision: a transaction may let go of its locks before its commit is durable ([`Tx::early_lock_release`]): it commits without
//! waiting (`synchronous_commit = off`, for this transaction alone), and behind it, in the same query, a barrier is set: a message
//! written to the log and committed with waiting. The log is written in order, so once the barrier is durable, so is what came before
//! it, and only then does `commit` answer. One flush serves everybody who waits: the buyers of a sale share commits without knowing
//! of each other. What others build on a commit that is not durable yet lies behind it in the log, and is lost with it in a crash or
//! not at all.
//! Rejected: the barrier as a query of its own (a pooler may take the connection for idle between the two: behind PgBouncer 1.18, where
//! a function had vanished just then, the next one was sent messages it had not asked for); commits that are answered before they are
//! durable; batches of buyers in one transaction, which need a leader that writes other people's orders; a table of slots for each row
//! (worth it where a row changes more often than a processor can lock it).
//! Consequences: for the time of a flush others can read what a crash may still take back, so nobody may act on it outside of the
//! database without something durable of their own in between: the relay has its lease, and who gives a saved answer once more asks
//! for it ([`Db::durable`](crate::Db::durable)).

use crate::fault;
use crate::named::{Connection, Connections};
use crate::on::On;
use crate::trips::Trips;
use crate::watch::Watched;
use deadpool::managed::Object;
use kernel::Fault;
use std::sync::atomic::{AtomicBool, Ordering};
use tokio_postgres::types::{ToSql, Type};

/// Durable when everything before it is.
macro_rules! barrier {
    () => {
        "SELECT pg_logical_emit_message(true, 'drrip', '')"
    };
}

const BEGIN: &str = "BEGIN";
/// The setting is of this transaction alone: a proxy need not keep it.
const BEGIN_WITHOUT_WAITING: &str = "BEGIN; SET LOCAL synchronous_commit = off";
const COMMIT: &str = "COMMIT";
const COMMIT_AND_BARRIER: &str = concat!("COMMIT; ", barrier!());
const BARRIER: &str = barrier!();

/// An open transaction. Dropped without [`Tx::commit`], it rolls back.
pub struct Tx {
    client: Option<Object<Connections>>,
    begun: AtomicBool,
    releases_early: bool,
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
        Tx {
            client: Some(client),
            begun: AtomicBool::new(false),
            releases_early: false,
            trips: Trips::default(),
            watched,
        }
    }

    /// Lets go of what it locks before the commit is durable, which is waited for all the same: for transactions that change what
    /// many want. To be said before the first statement. See the module for what it asks of readers.
    #[must_use]
    pub fn early_lock_release(mut self) -> Tx {
        self.releases_early = true;
        self
    }

    /// BEGIN, queued before the statement that is awaited with it.
    async fn begin(&self, client: &Connection) -> Result<(), Fault> {
        client.batch_execute(if self.releases_early { BEGIN_WITHOUT_WAITING } else { BEGIN }).await.map_err(fault)
    }

    /// COMMIT, heard of when it is durable.
    async fn end(&self, client: &Connection) -> Result<(), Fault> {
        client.batch_execute(if self.releases_early { COMMIT_AND_BARRIER } else { COMMIT }).await.map_err(fault)
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
            self.end(&client).await?;
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
            self.end(self.client()?).await?;
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
            let (begun, rows) = futures::join!(self.begin(client), statement);
            begun?;
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

    /// Answers when everything that was committed before is durable.
    pub(crate) async fn durable(&self) -> Result<(), Fault> {
        self.trips.leave();
        self.client.batch_execute(BARRIER).await.map_err(fault)
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
