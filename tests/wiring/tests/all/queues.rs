//! Every queue of the code is deployed with its dead letters and triggers the worker that lists its task.

use crate::deployed::{FUNCTION, events_of, of, template, timeout};
use events::queues::{self, dead_letters_of};
use harness::offline;
use std::collections::{BTreeMap, BTreeSet};
use wiring::template::{Resource, referred};
use wiring::{Made, Template, all};

const QUEUE: &str = "AWS::SQS::Queue";
/// Runs of schedules that failed: a queue nobody consumes.
const FAILED_SCHEDULES: &str = "failed-schedules";

fn short(queue: &Resource<'_>) -> String {
    let name = queue.text("QueueName").unwrap_or_default();
    name.strip_prefix("drrip-${Stage}-").unwrap_or_else(|| panic!("{} is called {name:?}", queue.logical)).to_owned()
}

fn queue<'a>(template: &'a Template, name: &str) -> Resource<'a> {
    let mut found = template.resources().filter(|r| r.kind == QUEUE && short(r) == name);
    let queue = found.next().unwrap_or_else(|| panic!("no queue {name}"));
    assert!(found.next().is_none(), "two queues {name}");
    queue
}

/// (queue, max receives, seconds a batch may take)
fn wanted() -> Vec<(&'static str, u64, u64)> {
    let mut all: Vec<_> =
        queues::ALL.iter().map(|q| (q.name, u64::from(q.max_receives), u64::from(q.timeout_seconds))).collect();
    all.push((queues::RELAY, 3, 60));
    all
}

#[test]
fn queues_have_dead_letters_and_time_enough() {
    let template = template();
    for (name, receives, seconds) in wanted() {
        let fifo = name.ends_with(".fifo");
        let main = queue(&template, name);
        let dead = queue(&template, &dead_letters_of(name));
        for each in [&main, &dead] {
            assert_eq!(each.property("FifoQueue").as_bool().unwrap_or(false), fifo, "{}", each.logical);
            assert_eq!(each.property("SqsManagedSseEnabled"), true, "{}", each.logical);
        }
        if fifo {
            assert_eq!(main.property("FifoThroughputLimit"), "perMessageGroupId", "{name}");
            assert_eq!(main.property("DeduplicationScope"), "messageGroup", "{name}");
        }
        assert_eq!(referred(main.property("RedrivePolicy/deadLetterTargetArn")), Some(dead.logical), "{name}");
        assert_eq!(main.property("RedrivePolicy/maxReceiveCount").as_u64(), Some(receives), "{name}");
        let kept = |queue: &Resource<'_>| queue.property("MessageRetentionPeriod").as_u64().unwrap_or(345_600);
        assert!(kept(&dead) > kept(&main), "{name}: dead letters live shorter than the queue's own");
        let (consumer, _) = consumer(&template, &main);
        let runs = timeout(&template, &consumer);
        assert!(runs >= seconds, "{} runs {runs} s, a batch of {name} takes up to {seconds}", consumer.logical);
        let visibility = main.property("VisibilityTimeout").as_u64().unwrap_or(30);
        assert!(visibility >= 6 * runs, "{name}: visible again after {visibility} s, six times {runs} s are needed");
    }
    let known: BTreeSet<String> = wanted()
        .into_iter()
        .flat_map(|(name, ..)| [name.to_owned(), dead_letters_of(name)])
        .chain([FAILED_SCHEDULES.to_owned()])
        .collect();
    let deployed: BTreeSet<String> = template.of_type(QUEUE).map(|queue| short(&queue)).collect();
    assert_eq!(deployed, known);
}

/// The one function a queue triggers, and the event that says so.
fn consumer<'a>(template: &'a Template, queue: &Resource<'_>) -> (Resource<'a>, &'a serde_json::Value) {
    let mut found = Vec::new();
    for function in template.resources().filter(|r| r.kind == FUNCTION) {
        for (_, event) in events_of(&function, "SQS") {
            if referred(&event["Queue"]) == Some(queue.logical) {
                found.push((function, event));
            }
        }
    }
    assert_eq!(found.len(), 1, "{} triggers {} functions", queue.logical, found.len());
    found[0]
}

#[test]
fn failures_are_reported_per_message() {
    let template = template();
    let understood = BTreeSet::from([
        "Queue",
        "BatchSize",
        "FunctionResponseTypes",
        "ScalingConfig",
        "MaximumBatchingWindowInSeconds",
    ]);
    for (name, ..) in wanted() {
        let (_, event) = consumer(&template, &queue(&template, name));
        assert_eq!(event["FunctionResponseTypes"], serde_json::json!(["ReportBatchItemFailures"]), "{name}");
        assert!((1..=10).contains(&event["BatchSize"].as_u64().unwrap()), "{name}");
        // sam validate overlooks a misspelt property of an event.
        let keys: BTreeSet<&str> = event.as_object().unwrap().keys().map(String::as_str).collect();
        assert!(keys.is_subset(&understood), "{name}: {keys:?}");
    }
}

#[tokio::test]
async fn each_queue_triggers_the_worker_that_lists_its_task() {
    let (template, boot) = (template(), offline().await);
    let mut tasks: BTreeMap<&str, String> = BTreeMap::new();
    for function in all() {
        if let Made::Worker(worker) = (function.make)(boot.clone()).await.unwrap() {
            assert_eq!(worker.name, function.name);
            let logical = of(&template, &function).logical;
            for task in worker.tasks() {
                let twice = tasks.insert(task.queue().name, logical.to_owned());
                assert!(twice.is_none(), "two workers list {}", task.queue().task);
            }
        }
    }
    for wanted in queues::ALL {
        let main = queue(&template, wanted.name);
        let (function, _) = consumer(&template, &main);
        assert_eq!(tasks.get(wanted.name).map(String::as_str), Some(function.logical), "{}", wanted.task);
    }
    assert_eq!(tasks.len(), queues::ALL.len());
    for function in
        all().into_iter().filter(|function| tasks.values().any(|logical| *logical == of(&template, function).logical))
    {
        may_hide_its_messages(&template, &of(&template, &function));
    }
    let (relay, _) = consumer(&template, &queue(&template, queues::RELAY));
    assert_eq!(relay.text("CodeUri"), Some("functions/worker/relay"));
}

/// A failed message rests before it comes back: its worker may change when, for its own queues and no others.
fn may_hide_its_messages(template: &Template, function: &Resource<'_>) {
    let hides =
        |statement: &&serde_json::Value| statement["Action"].to_string().contains("sqs:ChangeMessageVisibility");
    let policies = function.property("Policies").as_array().into_iter().flatten();
    let statements: Vec<_> =
        policies.filter_map(|policy| policy["Statement"].as_array()).flatten().filter(hides).collect();
    assert_eq!(statements.len(), 1, "{}", function.logical);
    let resources = statements[0]["Resource"].as_array().unwrap();
    let allowed: BTreeSet<Option<&str>> = resources.iter().map(referred).collect();
    let own: BTreeSet<Option<&str>> =
        events_of(function, "SQS").into_iter().map(|(_, event)| referred(&event["Queue"])).collect();
    assert_eq!(allowed, own, "{}", function.logical);
    assert!(own.iter().flatten().all(|logical| template.resource(logical).is_some()));
}
