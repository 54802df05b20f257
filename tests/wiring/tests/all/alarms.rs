//! Alarms: there is one for whatever ends a market, it reaches people, and the runbook says what to do.

use crate::deployed::template;
use std::collections::BTreeSet;
use wiring::root;
use wiring::template::{Resource, referred};

const ALARM: &str = "AWS::CloudWatch::Alarm";

#[test]
fn there_is_an_alarm_for_each_of_these() {
    let template = template();
    let rung: BTreeSet<String> = template
        .of_type(ALARM)
        .map(|alarm| alarm.text("MetricName").unwrap().trim_end_matches("-${Stage}").to_owned())
        .collect();
    let wanted = [
        "Faults",
        "Crashes",
        "Throttles",
        "Latency",
        "5xx",
        "ApproximateAgeOfOldestMessage",
        "ApproximateNumberOfMessagesVisible",
        "DatabaseConnectionsCurrentlySessionPinned",
        "BrokenLaws",
        "SettlementLagDays",
        "AuroraReplicaLag",
        "CPUUtilization",
    ];
    for metric in wanted {
        assert!(rung.contains(metric), "nothing rings for {metric}");
    }
    let slow: BTreeSet<&str> = template
        .of_type(ALARM)
        .filter(|alarm| alarm.text("ExtendedStatistic") == Some("p99"))
        .filter_map(|alarm| referred(&alarm.property("Dimensions")[0]["Value"]))
        .collect();
    assert_eq!(slow, ["AdminApi", "ExternalApi", "SellerApi", "ServiceApi"].into());
}

/// What the runbook calls an alarm: those of a queue go by their kind.
fn entry(alarm: &Resource<'_>) -> String {
    let of_queue = ["DeadAlarm", "LateAlarm"].into_iter().find(|kind| alarm.logical.ends_with(kind));
    of_queue.map_or_else(|| alarm.logical.to_owned(), |kind| format!("…{kind}"))
}

#[test]
fn every_alarm_reaches_people_and_stands_in_the_runbook() {
    let template = template();
    let runbook = std::fs::read_to_string(root().join("docs/runbook.md")).unwrap();
    let written: BTreeSet<String> =
        runbook.lines().filter_map(|line| Some(line.strip_prefix("| `")?.split_once('`')?.0.to_owned())).collect();
    let mut rung = BTreeSet::new();
    for alarm in template.of_type(ALARM) {
        assert_eq!(referred(&alarm.property("AlarmActions")[0]), Some("Alarms"), "{} tells nobody", alarm.logical);
        assert!(alarm.text("AlarmDescription").is_some_and(|says| says.len() > 15), "{}", alarm.logical);
        rung.insert(entry(&alarm));
    }
    let missing: Vec<_> = rung.difference(&written).collect();
    let stale: Vec<_> =
        written.iter().filter(|name| name.ends_with("Alarm")).filter(|name| !rung.contains(*name)).collect();
    assert!(missing.is_empty() && stale.is_empty(), "docs/runbook.md lacks {missing:?} and keeps {stale:?}");
}

#[test]
fn a_canary_is_asked_first_watched_and_rolled_back() {
    let template = template();
    let preference = &template.globals()["DeploymentPreference"];
    assert_eq!(preference["Type"], "Canary10Percent5Minutes");
    let watched: Vec<_> = preference["Alarms"].as_array().unwrap().iter().filter_map(referred).collect();
    assert_eq!(watched, ["FaultAlarm", "CrashAlarm"]);
    let hook = wiring::template::text(&preference["Hooks"]["PreTraffic"]).unwrap();
    assert_eq!(template.resource("BeforeTraffic").unwrap().text("FunctionName"), Some(hook));
    assert!(hook.starts_with("CodeDeployHook_"), "CodeDeploy's own role may invoke no other");
}

#[test]
fn one_query_follows_a_call_through_every_function() {
    let template = template();
    let query = template.resource("TraceQuery").unwrap();
    assert_eq!(referred(&query.property("LogGroupNames")[0]), Some("FunctionLogs"));
    // The field every line of shared/boot/src/telemetry.rs has.
    assert!(query.text("QueryString").unwrap().contains("filter trace_id ="));
    assert_eq!(referred(&template.globals()["LoggingConfig"]["LogGroup"]), Some("FunctionLogs"));
    for function in template.of_type(crate::deployed::FUNCTION) {
        assert!(function.property("LoggingConfig").is_null(), "{} logs elsewhere", function.logical);
    }
}

#[test]
fn the_numbers_of_the_business_are_on_the_dashboard() {
    let template = template();
    let board = template.resource("Dashboard").unwrap().text("DashboardBody").unwrap().to_owned();
    let board: serde_json::Value = serde_json::from_str(&board).unwrap();
    assert_eq!(board["widgets"].as_array().unwrap().len(), 16);
    for metric in ["OrdersPlaced", "OrdersPaid", "PaidWon", "RefundedWon", "ReservationsExpired", "SettlementLagDays"] {
        assert!(board.to_string().contains(metric), "{metric} is told and nobody sees it");
    }
}
