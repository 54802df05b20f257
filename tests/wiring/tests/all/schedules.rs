//! Every schedule of the code is a rule by Korean time, and every rule runs one.

use crate::deployed::{events_of, of, template};
use harness::offline;
use std::collections::{BTreeMap, BTreeSet};
use wiring::{Made, all};

#[tokio::test]
async fn rules_and_schedules_agree() {
    let (template, boot) = (template(), offline().await);
    let understood =
        BTreeSet::from(["Name", "ScheduleExpression", "ScheduleExpressionTimezone", "RoleArn", "Input", "RetryPolicy"]);
    let mut names: BTreeSet<String> = BTreeSet::new();
    for function in all() {
        let resource = of(&template, &function);
        let mut coded: BTreeMap<String, String> = BTreeMap::new();
        if let Made::Schedules(schedules) = (function.make)(boot.clone()).await.unwrap() {
            assert_eq!(schedules.name, function.name);
            for schedule in schedules.schedules() {
                coded.insert(schedule.name().to_owned(), format!("cron({})", schedule.cron()));
                assert!(names.insert(schedule.name().to_owned()), "two schedules {}", schedule.name());
            }
            let destination = &resource.property("EventInvokeConfig")["DestinationConfig"]["OnFailure"]["Destination"];
            assert_eq!(wiring::template::referred(destination), Some("FailedSchedulesQueue"), "{}", resource.logical);
        }
        let mut ruled: BTreeMap<String, String> = BTreeMap::new();
        for (_, rule) in events_of(&resource, "ScheduleV2") {
            let input: serde_json::Value = serde_json::from_str(rule["Input"].as_str().unwrap()).unwrap();
            let name = input["schedule"].as_str().unwrap().to_owned();
            assert_eq!(input.as_object().unwrap().len(), 1);
            assert_eq!(rule["ScheduleExpressionTimezone"], jobs::ZONE, "{name}");
            let named = format!("drrip-${{Stage}}-{}", name.replace('_', "-"));
            assert_eq!(wiring::template::text(&rule["Name"]), Some(named.as_str()));
            let keys: BTreeSet<&str> = rule.as_object().unwrap().keys().map(String::as_str).collect();
            assert!(keys.is_subset(&understood), "{name}: {keys:?}");
            ruled.insert(name, rule["ScheduleExpression"].as_str().unwrap().to_owned());
        }
        assert_eq!(coded, ruled, "{}", function.folder());
        assert!(events_of(&resource, "Schedule").is_empty(), "rules of the old kind run by UTC");
    }
}
