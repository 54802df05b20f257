//! The conservation laws of money, stock and orders: queries that must return no row.
//!
//! Each file in `sql/` is one law: its first comment says it in a sentence, its query takes the moment as `$1` and
//! answers the id at fault and why. They run after every integration test, nightly, and by hand (`make laws`). The file
//! of the same name in `broken/` holds ways to break it, each answering the ids at fault: a test sees that the law names
//! them. A new law comes with its own. What a law excuses on purpose is told in `allowed/`, and seen not to break it.

use db::{Db, On};
use include_dir::{Dir, include_dir};
use jobs::{Schedule, ScheduleFuture};
use kernel::sql::SqlType;
use kernel::{Fault, Now};
use serde::Serialize;

static FILES: Dir<'static> = include_dir!("$CARGO_MANIFEST_DIR/sql");

/// One law.
#[derive(Debug, Clone, Copy)]
pub struct Law {
    /// `I01_order_header_is_sum_of_lines`
    pub name: &'static str,
    pub sql: &'static str,
}

impl Law {
    /// What it promises, in a sentence.
    pub fn says(&self) -> &'static str {
        self.sql.lines().next().unwrap_or_default().trim_start_matches("--").trim()
    }
}

/// A row that breaks a law.
#[derive(Debug, Clone, Serialize)]
pub struct Broken {
    pub law: &'static str,
    pub id: String,
    pub why: String,
}

/// All laws in order.
pub fn all() -> Vec<Law> {
    let law = |file: &'static include_dir::File<'static>| {
        Some(Law { name: file.path().file_stem()?.to_str()?, sql: file.contents_utf8()? })
    };
    let mut found: Vec<Law> = FILES.files().filter_map(law).collect();
    found.sort_by_key(|law| law.name);
    found
}

/// Every row that breaks a law at this moment.
pub async fn check(on: &impl On, now: Now) -> Result<Vec<Broken>, Fault> {
    let mut broken = Vec::new();
    for law in all() {
        for row in on.rows(law.name, law.sql, &[(&now, Now::TYPE)]).await? {
            let text =
                |i: usize| row.try_get::<_, Option<String>>(i).map(Option::unwrap_or_default).map_err(Fault::internal);
            broken.push(Broken { law: law.name, id: text(0)?, why: text(1)? });
        }
    }
    Ok(broken)
}

/// Schedule `check_laws`: nightly, after the day's books are closed. A broken law is an error in the log and an alarm.
pub struct CheckLaws {
    pub db: Db,
}

impl Schedule for CheckLaws {
    fn name(&self) -> &'static str {
        "check_laws"
    }
    fn cron(&self) -> &'static str {
        "30 5 * * ? *"
    }
    fn run(&self, now: Now) -> ScheduleFuture<'_> {
        Box::pin(async move {
            let broken = check(&self.db.reader().await?, now).await?;
            for row in &broken {
                tracing::error!(law = row.law, id = row.id, why = row.why, "a law is broken");
            }
            boot::metrics::business("BrokenLaws", "Count", f64::from(u32::try_from(broken.len()).unwrap_or(u32::MAX)));
            Ok(serde_json::json!({ "laws": all().len(), "broken": broken }))
        })
    }
}
