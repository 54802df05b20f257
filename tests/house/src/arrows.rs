//! Who may use whom. An arrow points down, never sideways unless listed; what must go up goes as an outbox event.

use crate::root;
use serde_json::Value;

/// From the bottom up. A crate uses crates of lower layers only.
pub const LAYERS: &[(&str, &[&str])] = &[
    ("words", &["kernel"]),
    ("tools", &["db", "events", "pricing", "aws", "authz"]),
    ("process", &["boot"]),
    ("machinery", &["jobs", "uploads", "audit"]),
    ("identity", &["identity"]),
    ("people", &["accounts", "sellers", "operators", "partners", "notifications"]),
    ("goods", &["catalog"]),
    ("parts of an order", &["payments", "promotions", "inventory", "shipping", "ledger"]),
    ("orders", &["orders"]),
    ("settlement", &["settlement"]),
    ("edges", &["web", "laws", "retention"]),
];

/// Arrows inside a layer. This list only shrinks.
pub const SIDEWAYS: &[(&str, &str)] = &[("promotions", "ledger")];

/// Beside the chain of the domain: used by functions and tests alone.
pub const BESIDE: &[&str] = &["sellers", "operators", "partners", "notifications"];

/// A crate of this repository with what it uses (not what its tests use).
#[derive(Debug)]
pub struct Member {
    pub name: String,
    /// `shared`, `functions` or `tests`.
    pub place: String,
    pub uses: Vec<String>,
}

fn metadata() -> Value {
    let mut command = std::process::Command::new(env!("CARGO"));
    let output =
        command.args(["metadata", "--no-deps", "--offline", "--format-version", "1"]).current_dir(root()).output();
    serde_json::from_slice(&output.expect("cargo metadata").stdout).expect("JSON")
}

/// The crates that ask another one for a feature, in their dependencies or among their own features.
pub fn asking_for(feature: &str) -> Vec<String> {
    let metadata = metadata();
    let asks = |package: &&Value| {
        let mut used = package["dependencies"].as_array().unwrap().iter();
        let qualified = format!("/{feature}\"");
        used.any(|one| one["features"].as_array().unwrap().iter().any(|name| name == feature))
            || package["features"].to_string().contains(&qualified)
    };
    let packages = metadata["packages"].as_array().expect("packages").iter();
    packages.filter(asks).map(|package| package["name"].as_str().unwrap().to_owned()).collect()
}

/// The crates, from their manifests.
pub fn members() -> Vec<Member> {
    let metadata = metadata();
    let prefix = format!("{}/", root().display());
    let member = |package: &Value| {
        let path = package["manifest_path"].as_str().unwrap().trim_start_matches(&prefix);
        let used = package["dependencies"].as_array().unwrap().iter();
        let used = used.filter(|one| one["path"].is_string() && one["kind"].is_null());
        Member {
            name: package["name"].as_str().unwrap().to_owned(),
            place: path.split('/').next().unwrap().to_owned(),
            uses: used.map(|one| one["name"].as_str().unwrap().to_owned()).collect(),
        }
    };
    metadata["packages"].as_array().expect("packages").iter().map(member).collect()
}

fn layer(name: &str) -> Option<usize> {
    LAYERS.iter().position(|(_, crates)| crates.contains(&name))
}

/// Arrows that are not allowed, each with the reason.
pub fn wrong(members: &[Member]) -> Vec<String> {
    let mut wrong = Vec::new();
    let place_of = |name: &str| members.iter().find(|member| member.name == name).map(|member| member.place.as_str());
    for member in members {
        for used in &member.uses {
            let arrow = format!("{} → {used}", member.name);
            match (member.place.as_str(), place_of(used)) {
                ("tests", _) => {}
                (_, Some("tests")) => wrong.push(format!("{arrow}: production code uses test code")),
                ("functions", Some("functions")) => wrong.push(format!("{arrow}: a function uses another")),
                ("functions", _) => {}
                (_, Some("functions")) => wrong.push(format!("{arrow}: the domain uses a function")),
                _ => wrong.extend(shared(&member.name, used).map(|why| format!("{arrow}: {why}"))),
            }
        }
    }
    wrong
}

fn shared(from: &str, to: &str) -> Option<String> {
    let Some(above) = layer(from) else { return Some(format!("{from} has no layer")) };
    let Some(below) = layer(to) else { return Some(format!("{to} has no layer")) };
    if BESIDE.contains(&to) {
        return Some(format!("{to} stands beside the chain"));
    }
    if below < above || SIDEWAYS.contains(&(from, to)) {
        return None;
    }
    Some(format!("{} is not below {}", LAYERS[below].0, LAYERS[above].0))
}
