//! Logs: one JSON object a line on standard output, where CloudWatch reads them. Every line that is written while a
//! request, message or schedule is handled carries its trace id, whoever writes it.

use serde_json::{Map, Value, json};
use std::fmt;
use tracing::field::{Field, Visit};
use tracing::{Event, Subscriber};
use tracing_subscriber::filter::Targets;
use tracing_subscriber::fmt::format::Writer;
use tracing_subscriber::fmt::{FmtContext, FormatEvent, FormatFields, MakeWriter};
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::registry::LookupSpan;

/// Starts logging once per process; level from LOG_LEVEL (`info` unless set).
pub fn start() {
    let level = std::env::var("LOG_LEVEL").ok().filter(|level| !level.is_empty());
    let level = level.as_deref().unwrap_or("info,aws=warn,hyper=warn");
    // A second start (several servers in one test process) keeps the first.
    drop(tracing::subscriber::set_global_default(subscriber(level, std::io::stdout)));
}

/// What [`start`] starts, at a level and writing elsewhere: for tests that read the log.
pub fn subscriber<W>(level: &str, writer: W) -> impl Subscriber + Send + Sync
where
    W: for<'a> MakeWriter<'a> + Send + Sync + 'static,
{
    let targets = level.parse().unwrap_or_else(|_| Targets::new().with_default(tracing::Level::INFO));
    tracing_subscriber::fmt()
        .event_format(Line)
        .with_writer(writer)
        .with_max_level(tracing::Level::TRACE)
        .finish()
        .with(targets)
}

/// `{"timestamp":…,"level":…,"target":…,"trace_id":…,"message":…, the event's fields}`
struct Line;

impl<S, N> FormatEvent<S, N> for Line
where
    S: Subscriber + for<'a> LookupSpan<'a>,
    N: for<'a> FormatFields<'a> + 'static,
{
    #[expect(clippy::disallowed_methods, reason = "a log line is stamped with the machine's time")]
    fn format_event(&self, _: &FmtContext<'_, S, N>, mut writer: Writer<'_>, event: &Event<'_>) -> fmt::Result {
        let mut line = Map::new();
        let at = chrono::Utc::now().to_rfc3339_opts(chrono::SecondsFormat::Micros, true);
        line.insert("timestamp".to_owned(), at.into());
        line.insert("level".to_owned(), event.metadata().level().as_str().into());
        line.insert("target".to_owned(), event.metadata().target().into());
        if let Some(trace_id) = crate::trace::known() {
            line.insert("trace_id".to_owned(), trace_id.into());
        }
        event.record(&mut Fields(&mut line));
        writeln!(writer, "{}", Value::Object(line))
    }
}

struct Fields<'a>(&'a mut Map<String, Value>);

impl Fields<'_> {
    fn put(&mut self, field: &Field, value: Value) {
        self.0.insert(field.name().to_owned(), value);
    }
}

impl Visit for Fields<'_> {
    fn record_f64(&mut self, field: &Field, value: f64) {
        self.put(field, json!(value));
    }
    fn record_i64(&mut self, field: &Field, value: i64) {
        self.put(field, json!(value));
    }
    fn record_u64(&mut self, field: &Field, value: u64) {
        self.put(field, json!(value));
    }
    fn record_bool(&mut self, field: &Field, value: bool) {
        self.put(field, json!(value));
    }
    fn record_str(&mut self, field: &Field, value: &str) {
        self.put(field, json!(value));
    }
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.put(field, json!(format!("{value:?}")));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;
    use std::sync::{Arc, Mutex};

    #[derive(Clone, Default)]
    struct Kept(Arc<Mutex<Vec<u8>>>);

    impl Write for Kept {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            self.0.lock().unwrap().write(bytes)
        }
        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }

    #[tokio::test]
    async fn a_line_is_json_and_names_the_work_it_belongs_to() {
        let kept = Kept::default();
        let writer = kept.clone();
        let guard = tracing::subscriber::set_default(subscriber("info", move || writer.clone()));
        crate::trace::with("0af7651916cd43dd".into(), async {
            tracing::warn!(attempts = 3, error = %"line\nbreak", what = "queue", "tried \"again\"");
        })
        .await;
        tracing::info!("outside of any work");
        drop(guard);
        let text = String::from_utf8(kept.0.lock().unwrap().clone()).unwrap();
        let lines: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        assert_eq!(lines.len(), 2, "{text}");
        assert_eq!((&lines[0]["level"], &lines[0]["message"]), (&json!("WARN"), &json!("tried \"again\"")));
        assert_eq!((&lines[0]["trace_id"], &lines[0]["attempts"]), (&json!("0af7651916cd43dd"), &json!(3)));
        assert_eq!((&lines[0]["error"], &lines[0]["what"]), (&json!("line\nbreak"), &json!("queue")));
        assert_eq!(lines[1].get("trace_id"), None);
    }
}
