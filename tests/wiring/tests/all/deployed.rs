//! What the tests share: the template's functions, and processes that hold only what a function may read.

use std::collections::BTreeMap;
use wiring::template::{Resource, text};
use wiring::{Function, Template};

pub const FUNCTION: &str = "AWS::Serverless::Function";

pub fn template() -> Template {
    Template::read().unwrap()
}

/// The template's resource of a function.
pub fn of<'a>(template: &'a Template, function: &Function) -> Resource<'a> {
    let folder = function.folder();
    let found: Vec<Resource<'a>> =
        template.resources().filter(|r| r.kind == FUNCTION && r.text("CodeUri") == Some(&folder)).collect();
    assert_eq!(found.len(), 1, "{folder} is deployed {} times", found.len());
    found[0]
}

/// Seconds the function may run.
pub fn timeout(template: &Template, function: &Resource<'_>) -> u64 {
    let own = function.property("Timeout").as_u64();
    own.or_else(|| template.globals()["Timeout"].as_u64()).expect("a timeout")
}

/// Its environment, the globals included.
pub fn environment(template: &Template, function: &Resource<'_>) -> BTreeMap<String, serde_json::Value> {
    let globals = &template.globals()["Environment"]["Variables"];
    let own = function.property("Environment/Variables");
    let both = [globals, own].into_iter().filter_map(serde_json::Value::as_object).flatten();
    both.map(|(name, value)| (name.clone(), value.clone())).collect()
}

/// The parts of the secrets it may read: `database`, `toss` …
pub fn secret_parts(template: &Template, function: &Resource<'_>) -> Vec<String> {
    let environment = environment(template, function);
    let value = &environment["SECRET_IDS"];
    // The migrations read one more in the cloud: both branches count.
    let branches: Vec<&serde_json::Value> = match value.get("Fn::If") {
        Some(choice) => vec![&choice[1], &choice[2]],
        None => vec![value],
    };
    let mut parts: Vec<String> = Vec::new();
    for branch in branches {
        for id in text(branch).unwrap_or_default().split(',') {
            let part = id.strip_prefix("drrip/${Stage}/").unwrap_or_else(|| panic!("{}: {id}", function.logical));
            if !parts.iter().any(|known| known == part) {
                parts.push(part.to_owned());
            }
        }
    }
    parts
}

/// The events of a function of one type, with their names.
pub fn events_of<'a>(function: &Resource<'a>, kind: &'a str) -> Vec<(&'a str, &'a serde_json::Value)> {
    let events = function.property("Events").as_object().into_iter().flatten();
    events.filter(|(_, e)| e["Type"] == kind).map(|(name, e)| (name.as_str(), &e["Properties"])).collect()
}
