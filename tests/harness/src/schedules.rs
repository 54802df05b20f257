//! Schedules, run by name, twice: an EventBridge rule fires at least once.

use crate::shop::Shop;
use kernel::Fault;
use serde_json::Value;

impl Shop {
    /// Runs a schedule once.
    ///
    /// # Errors
    /// Why the run failed.
    pub async fn try_schedule(&self, name: &str) -> Result<Value, Fault> {
        let all = self.inner.schedules().await;
        let of = all.iter().find(|function| function.schedules().iter().any(|schedule| schedule.name() == name));
        of.unwrap_or_else(|| panic!("no function has a schedule {name}")).run(name, self.now()).await
    }

    /// Runs a schedule twice at this moment; answers the report of the first run.
    ///
    /// # Panics
    /// When no function has it, or a run fails.
    pub async fn run_schedule(&self, name: &str) -> Value {
        let report = self.try_schedule(name).await.unwrap_or_else(|error| panic!("{name}: {error}"));
        self.try_schedule(name).await.unwrap_or_else(|error| panic!("{name}, second run: {error}"));
        report
    }
}
