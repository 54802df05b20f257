//! The end of a story: what waits is delivered, the laws are looked at, everything is removed.

use crate::shop::{Shop, remove};
use crate::tables;

impl Shop {
    /// Every law holds at this moment.
    ///
    /// # Panics
    /// With the rows that break one.
    pub async fn check_laws(&self) {
        self.check_laws_but(&[]).await;
    }

    /// Every law holds at this moment, except that these name these rows, by number and id: `("I02", order)`.
    ///
    /// # Panics
    /// With the rows that break another one, and with those that do not break theirs.
    pub async fn check_laws_but(&self, broken: &[(&str, String)]) {
        let conn = self.inner.boot.db.writer().await.unwrap();
        let mut found = laws::check(&conn, self.now()).await.unwrap();
        let mut missed = broken.to_vec();
        missed.retain(|(law, id)| {
            let before = found.len();
            found.retain(|row| !(row.law.starts_with(law) && row.id == *id));
            found.len() == before
        });
        let said: Vec<String> = found.iter().map(|row| format!("{} {}: {}", row.law, row.id, row.why)).collect();
        assert!(said.is_empty(), "laws are broken:\n{}", said.join("\n"));
        assert!(missed.is_empty(), "laws hold that should name a row: {missed:?}");
    }

    /// Ends the story: delivers what waits, checks the laws, and removes everything.
    ///
    /// # Panics
    /// When a task fails, a law is broken, or an event stays in the outbox.
    pub async fn close(self) {
        self.close_but(&[]).await;
    }

    /// Ends a story after which these laws name these rows and nothing else does, see [`Shop::check_laws_but`].
    ///
    /// # Panics
    /// When a task fails, other rows break laws, or an event stays in the outbox.
    pub async fn close_but(mut self, broken: &[(&str, String)]) {
        self.run_tasks().await;
        self.check_laws_but(broken).await;
        let left = "select event from outbox_events where published_at is null";
        let left: Vec<String> = self.values(left, &[]).await;
        assert!(left.is_empty(), "the outbox is not empty: {left:?}");
        self.closed = true;
        self.inner.boot.db.close();
        let inner = &self.inner;
        futures::join!(remove(&inner.services, &inner.database), tables::delete(&inner.boot.aws));
    }
}
