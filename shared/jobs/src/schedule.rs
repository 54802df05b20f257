//! Schedules: what is done when a date or a minute comes, told by an EventBridge rule.

use boot::Boot;
use kernel::{Fault, Now};
use lambda_runtime::{LambdaEvent, service_fn};
use serde_json::{Value, json};
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

/// A boxed run of a schedule; answers what it did, for the log.
pub type ScheduleFuture<'a> = Pin<Box<dyn Future<Output = Result<Value, Fault>> + Send + 'a>>;

/// One of the platform's periodic tasks. Safe to run twice for the same minute.
pub trait Schedule: Send + Sync + 'static {
    /// Name in snake_case.
    fn name(&self) -> &'static str;
    /// EventBridge cron in Korean time, e.g. `0 4 * * ? *`.
    fn cron(&self) -> &'static str;
    fn run(&self, now: Now) -> ScheduleFuture<'_>;
}

/// Asked of a new version before a rule may trigger it: nothing is done.
const HEALTH: &str = "health";

/// All schedules run in this zone.
pub const ZONE: &str = "Asia/Seoul";

/// A schedule function: the schedules whose rules trigger it with `{"schedule": name}`.
pub struct Schedules {
    pub name: &'static str,
    schedules: Vec<Arc<dyn Schedule>>,
}

impl Schedules {
    pub fn new(name: &'static str) -> Schedules {
        Schedules { name, schedules: Vec::new() }
    }

    pub fn schedule(mut self, schedule: impl Schedule) -> Schedules {
        self.schedules.push(Arc::new(schedule));
        self
    }

    pub fn schedules(&self) -> &[Arc<dyn Schedule>] {
        &self.schedules
    }

    /// Runs one by name.
    pub async fn run(&self, name: &str, now: Now) -> Result<Value, Fault> {
        let schedule = self.schedules.iter().find(|schedule| schedule.name() == name);
        let schedule = schedule.ok_or_else(|| Fault::internal(format!("{} has no schedule {name}", self.name)))?;
        boot::trace::with(boot::trace::fresh(), async {
            let ran = schedule.run(now).await;
            match &ran {
                Ok(report) => tracing::info!(schedule = name, %report, "schedule done"),
                Err(error) => tracing::error!(schedule = name, %error, "schedule failed"),
            }
            ran
        })
        .await
    }
}

/// The process of a schedule function.
pub fn serve_schedules<F>(make: fn(Boot) -> F) -> Result<(), Box<dyn std::error::Error + Send + Sync>>
where
    F: Future<Output = Result<Schedules, Fault>>,
{
    boot::telemetry::start();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async move {
        let boot = Boot::load().await?;
        let schedules = Arc::new(make(boot.clone()).await?);
        lambda_runtime::run(service_fn(move |event: LambdaEvent<Value>| {
            let (schedules, boot) = (schedules.clone(), boot.clone());
            async move {
                let name = event.payload.get("schedule").and_then(Value::as_str).unwrap_or_default().to_owned();
                if name == HEALTH {
                    boot.alive().await?;
                    return Ok(json!({ "schedule": name }));
                }
                let report = schedules.run(&name, boot.now().await?).await?;
                Ok::<_, lambda_runtime::Error>(json!({ "schedule": name, "report": report }))
            }
        }))
        .await
    })
}
