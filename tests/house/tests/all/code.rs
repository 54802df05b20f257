//! Rules read from sources and manifests.

use house::{arrows, sources, statements};

fn none(wrong: &[String]) {
    assert!(wrong.is_empty(), "{} found:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn arrows_between_crates_point_down() {
    none(&arrows::wrong(&arrows::members()));
}

#[test]
fn arrows_inside_a_layer_exist() {
    let members = arrows::members();
    let exists = |from: &str, to: &str| members.iter().any(|m| m.name == from && m.uses.iter().any(|used| used == to));
    let stale = arrows::SIDEWAYS.iter().filter(|(from, to)| !exists(from, to));
    none(&stale.map(|(from, to)| format!("{from} → {to} is listed and no longer used")).collect::<Vec<_>>());
}

/// A function built for the cloud has no place at which its statements could be watched or held up.
#[test]
fn only_the_test_harness_watches_statements() {
    assert_eq!(arrows::asking_for("watch"), ["harness"]);
}

#[test]
fn sources_keep_the_rules_of_the_house() {
    none(&sources::wrong());
}

#[test]
fn statements_keep_the_rules_of_the_house() {
    none(&sources::wrong_sql());
}

#[test]
fn every_module_with_statements_is_listed() {
    none(&statements::unlisted());
}
