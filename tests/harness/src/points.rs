//! Points in a function's work: before and after each statement and COMMIT. Something else happens there, or the function
//! dies there, the same way every time.
//!
//! ```no_run
//! # use harness::{Fate, Shop, before, json};
//! # async fn story() {
//! # let shop = Shop::open().await;
//! # let (minji, jihun) = (shop.customer().await, shop.customer().await);
//! // Jihun orders at the very moment at which Minji's stock is about to be taken.
//! let order = async move { jihun.post("/v1/purchase-orders", json!({})).await };
//! let other = shop.meanwhile(before("inventory::reserve::TAKE"), order);
//! minji.post("/v1/purchase-orders", json!({})).await.expect(201);
//! other.answer().await.expect(409);
//!
//! // The function is gone at its fourth point; its client asks again.
//! let order = || minji.post("/v1/purchase-orders", json!({})).key("one-and-the-same");
//! if let Fate::Died(at) = shop.die_at(3, order()).await {
//!     println!("dead {at:?}");
//! }
//! order().await.expect(201);
//! # }
//! ```

use crate::shop::Shop;
use crate::template::connect;
use db::{At, Watch};
use std::future::{Future, IntoFuture};
use std::pin::Pin;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use tokio::sync::{Notify, oneshot};
use tokio_postgres::NoTls;

/// A point to wait for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Point {
    before: bool,
    name: &'static str,
    passes: usize,
}

/// Before a statement of this name (`orders::decide::LOCK`), or before `COMMIT`.
pub fn before(name: &'static str) -> Point {
    Point { before: true, name, passes: 0 }
}

/// After a statement of this name, or after `COMMIT`.
pub fn after(name: &'static str) -> Point {
    Point { before: false, name, passes: 0 }
}

impl Point {
    /// Its n-th time; the first is 1.
    pub fn nth(self, time: usize) -> Point {
        Point { passes: time.saturating_sub(1), ..self }
    }

    fn is(&self, at: At) -> bool {
        match at {
            At::Before(name) => self.before && self.name == name,
            At::After(name) | At::Committed(name) => !self.before && self.name == name,
        }
    }
}

type Work = Pin<Box<dyn Future<Output = ()> + Send>>;

/// The watch of a shop's database.
pub(crate) struct Points {
    /// The database past the pooler, to see who waits for a lock.
    direct_url: String,
    planned: Mutex<Vec<(Point, Work)>>,
    plans: AtomicUsize,
}

/// How the function under way is to die; it alone, not others of the same shop.
struct Death {
    at: usize,
    passed: AtomicUsize,
    place: Mutex<Option<At>>,
    came: Notify,
}

tokio::task_local! {
    static DEATH: Arc<Death>;
    static CUT: Arc<Cut>;
}

/// Where the function under way loses its connections.
struct Cut {
    at: usize,
    pooled_url: String,
    passed: AtomicUsize,
    place: Mutex<Option<At>>,
}

impl Points {
    pub(crate) fn new(direct_url: String) -> Points {
        Points { direct_url, planned: Mutex::default(), plans: AtomicUsize::new(0) }
    }

    /// The work whose point this is, at most once.
    fn take(&self, at: At) -> Option<Work> {
        let mut planned = self.planned.lock().unwrap();
        let found = planned.iter_mut().position(|(point, _)| {
            let here = point.is(at) && point.passes == 0;
            if point.is(at) && !here {
                point.passes -= 1;
            }
            here
        })?;
        self.plans.fetch_sub(1, Ordering::Relaxed);
        Some(planned.remove(found).1)
    }

    /// PostgreSQL ends every connection of the platform, not those of the tests themselves.
    async fn cut(&self, pooled_url: &str) {
        let ended = "select count(pg_terminate_backend(pid, 10000)) from pg_stat_activity
                     where datname = current_database() and application_name <> 'tests'";
        connect(&self.direct_url).await.execute(ended, &[]).await.unwrap();
        // The pooler has noticed once it serves somebody again. Under no name: it would lend the server's connection on under
        // that of the tests, and the next cut would spare it.
        let (pooled, connection) = tokio_postgres::connect(pooled_url, NoTls).await.expect("the pooler takes clients");
        tokio::spawn(connection);
        while pooled.simple_query("select 1").await.is_err() && !pooled.is_closed() {
            tokio::task::yield_now().await;
        }
    }

    /// Lets it run until it ends or can only go on after us, because it waits for a lock.
    async fn let_in(&self, work: Work) {
        let running = tokio::spawn(work);
        let sql = connect(&self.direct_url).await;
        let waits = "select exists (select 1 from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock')";
        while !running.is_finished() && !sql.query_one(waits, &[]).await.unwrap().get::<_, bool>(0) {
            tokio::task::yield_now().await;
        }
    }
}

impl Watch for Points {
    fn armed(&self) -> bool {
        self.plans.load(Ordering::Relaxed) > 0 || DEATH.try_with(|_| ()).is_ok() || CUT.try_with(|_| ()).is_ok()
    }

    fn reached(&self, at: At) -> Pin<Box<dyn Future<Output = ()> + Send + '_>> {
        Box::pin(async move {
            if let Some(work) = self.take(at) {
                self.let_in(work).await;
            }
            if let Ok(cut) = CUT.try_with(Arc::clone)
                && cut.passed.fetch_add(1, Ordering::Relaxed) == cut.at
            {
                *cut.place.lock().unwrap() = Some(at);
                self.cut(&cut.pooled_url).await;
            }
            let Ok(death) = DEATH.try_with(Arc::clone) else { return };
            // After a statement of a transaction that goes on is the same as before its next one.
            if matches!(at, At::After(_)) {
                return;
            }
            if death.passed.fetch_add(1, Ordering::Relaxed) == death.at {
                *death.place.lock().unwrap() = Some(at);
                death.came.notify_one();
                std::future::pending::<()>().await;
            }
        })
    }
}

/// What became of a function that was to die.
#[derive(Debug)]
pub enum Fate<T> {
    /// It ended before it came to the point.
    Lived(T),
    Died(At),
}

/// What happens at a point, still to come.
#[must_use = "what happened there is asked for with answer()"]
pub struct Meanwhile<T> {
    point: Point,
    answer: oneshot::Receiver<T>,
}

impl<T> Meanwhile<T> {
    /// What came of it.
    ///
    /// # Panics
    /// When the point was never reached, or the work there panicked.
    pub async fn answer(self) -> T {
        self.answer.await.unwrap_or_else(|_| panic!("nothing happened {:?}", self.point))
    }
}

impl Shop {
    /// The payment gateway has taken too long over every call under way.
    pub fn lose_patience(&self) {
        self.inner.boot.patience.lose();
    }

    /// The next time a function of this shop comes to the point it waits there until this has been done, or until this waits
    /// for a lock the function holds; then both go on.
    pub fn meanwhile<T, W>(&self, point: Point, work: W) -> Meanwhile<T>
    where
        T: Send + 'static,
        W: IntoFuture<Output = T>,
        W::IntoFuture: Send + 'static,
    {
        let (done, answer) = oneshot::channel();
        let work = work.into_future();
        let work = async move { drop(done.send(work.await)) };
        let points = &self.inner.points;
        points.planned.lock().unwrap().push((point.clone(), Box::pin(work)));
        points.plans.fetch_add(1, Ordering::Relaxed);
        Meanwhile { point, answer }
    }

    /// Waits until PostgreSQL has heard of every transaction that was given up, by a refusal or a death: what it locked is free.
    pub async fn rolled_back(&self) {
        let open = "select exists (select 1 from pg_stat_activity
                                   where datname = current_database() and application_name <> 'tests' and state <> 'idle')";
        while self.value(open, &[]).await {
            tokio::task::yield_now().await;
        }
    }

    /// Runs a function that finds every connection to PostgreSQL ended at its `at`-th point, counted from 0, as when the
    /// server restarts. Answers where that was, if it came so far, and what it made of it.
    pub async fn cut_at<W: IntoFuture>(&self, at: usize, work: W) -> (Option<At>, W::Output) {
        let pooled_url = self.inner.services.pooled_url(&self.inner.database);
        let cut = Arc::new(Cut { at, pooled_url, passed: AtomicUsize::new(0), place: Mutex::default() });
        let answer = CUT.scope(cut.clone(), work.into_future()).await;
        let place = *cut.place.lock().unwrap();
        (place, answer)
    }

    /// Runs a function that dies at its `at`-th point, counted from 0 over what is before a statement or COMMIT and what is
    /// after a COMMIT: nothing of it goes on, what it has not committed is
    /// rolled back, whoever called it hears nothing.
    pub async fn die_at<W: IntoFuture>(&self, at: usize, work: W) -> Fate<W::Output> {
        let death = Death { at, passed: AtomicUsize::new(0), place: Mutex::default(), came: Notify::new() };
        let death = Arc::new(death);
        let fate = tokio::select! {
            biased;
            answer = DEATH.scope(death.clone(), work.into_future()) => Fate::Lived(answer),
            () = death.came.notified() => Fate::Died(death.place.lock().unwrap().expect("a place")),
        };
        if let Fate::Died(_) = fate {
            self.rolled_back().await;
        }
        fate
    }
}
