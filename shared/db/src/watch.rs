//! The places at which a test may stop a function: before and after each statement and COMMIT.
//!
//! Context: races, and functions that die between two statements, have to be told the same way every time, at a place with
//! a name and not when two threads happen to meet.
//! Decision: under the feature `watch` a [`Db`](crate::Db) may carry a watch that is asked at every point and lets the
//! function go on when its future ends, or never. Once it was armed in a transaction, statements of it that leave together
//! run one after the other, in the order they are written: none overtakes one that is held up, and they can be counted.
//! Rejected: sleeps and repetition until luck has it (slow, and proves nothing on a stalled machine); failpoints named in
//! the use cases (every one of them would have to be thought of); a proxy that reads the wire (knows bytes, not statements).
//! Consequences: only tests can set one. The feature is asked for by the test harness alone, so a function built for the
//! cloud has neither the field nor the method that sets it; no configuration and no variable of the environment reaches it.
//! Without the feature everything here is empty and is compiled away.

#[cfg(feature = "watch")]
pub(crate) use on::Watched;
#[cfg(feature = "watch")]
pub use on::{At, Watch};

#[cfg(feature = "watch")]
mod on {
    use std::future::Future;
    use std::pin::Pin;
    use std::sync::Arc;
    use std::sync::atomic::{AtomicBool, Ordering};
    use tokio::sync::{Mutex, OwnedMutexGuard};

    /// A place in a function's work: a statement by its name (`orders::decide::LOCK`), or `COMMIT`.
    #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
    pub enum At {
        Before(&'static str),
        /// After a statement in a transaction that goes on.
        After(&'static str),
        /// After a COMMIT, or a statement that is a transaction of its own.
        Committed(&'static str),
    }

    /// Is asked at every point.
    pub trait Watch: Send + Sync {
        /// Whether it wants to be asked now.
        fn armed(&self) -> bool;
        /// The function goes on when this ends.
        fn reached(&self, at: At) -> Pin<Box<dyn Future<Output = ()> + Send + '_>>;
    }

    /// What a transaction or a connection knows of the watch: statements on it take turns.
    #[derive(Clone, Default)]
    pub(crate) struct Watched {
        pub(crate) watch: Option<Arc<dyn Watch>>,
        turns: Arc<Mutex<()>>,
        taken: Arc<AtomicBool>,
    }

    /// A statement's turn, until it is dropped.
    pub(crate) struct Turn(Option<(Arc<dyn Watch>, OwnedMutexGuard<()>)>);

    impl Watched {
        pub(crate) fn by(watch: Arc<dyn Watch>) -> Watched {
            Watched { watch: Some(watch), ..Watched::default() }
        }

        /// The same watch, with turns of its own.
        pub(crate) fn anew(&self) -> Watched {
            Watched { watch: self.watch.clone(), ..Watched::default() }
        }

        pub(crate) async fn turn(&self, name: &'static str) -> Turn {
            let Some(watch) = &self.watch else { return Turn(None) };
            if !self.taken.load(Ordering::Relaxed) && !watch.armed() {
                return Turn(None);
            }
            self.taken.store(true, Ordering::Relaxed);
            let turn = self.turns.clone().lock_owned().await;
            watch.reached(At::Before(name)).await;
            Turn(Some((watch.clone(), turn)))
        }
    }

    impl Turn {
        pub(crate) async fn over(self, name: &'static str) {
            if let Some((watch, _turn)) = &self.0 {
                watch.reached(At::After(name)).await;
            }
        }

        pub(crate) async fn committed(self, name: &'static str) {
            if let Some((watch, _turn)) = &self.0 {
                watch.reached(At::Committed(name)).await;
            }
        }
    }
}

#[cfg(not(feature = "watch"))]
pub(crate) use off::Watched;

#[cfg(not(feature = "watch"))]
mod off {
    #[derive(Clone, Default)]
    pub(crate) struct Watched;

    pub(crate) struct Turn;

    impl Watched {
        pub(crate) fn anew(&self) -> Watched {
            Watched
        }

        #[inline]
        pub(crate) async fn turn(&self, _: &'static str) -> Turn {
            Turn
        }
    }

    impl Turn {
        #[inline]
        pub(crate) async fn over(self, _: &'static str) {}

        #[inline]
        pub(crate) async fn committed(self, _: &'static str) {}
    }
}
