//! The Rust sources of the repository, and the rules that can be read from their text.

use crate::root;
use std::path::Path;

/// One file.
#[derive(Debug)]
pub struct Source {
    /// From the root: `shared/orders/src/place.rs`.
    pub path: String,
    pub text: String,
}

impl Source {
    /// `orders::claims::approve`, as `module_path!` says it.
    pub fn module(&self) -> String {
        let Some((place, file)) = self.path.split_once("/src/") else { return self.path.clone() };
        let parts: Vec<&str> = place.split('/').collect();
        // functions/<host>/<name> is the crate <host>_<name>.
        let name = parts[1..].join("_");
        let inner = file.trim_end_matches(".rs").replace('/', "::");
        let inner = inner.trim_end_matches("::mod");
        if inner == "lib" || inner == "main" { name } else { format!("{name}::{inner}") }.replace('-', "_")
    }
}

/// Every Rust file of shared, functions and tests.
pub fn sources() -> Vec<Source> {
    let mut found = Vec::new();
    for place in ["shared", "functions", "tests"] {
        walk(&root().join(place), &mut found);
    }
    found.sort_by(|one, other| one.path.cmp(&other.path));
    found
}

fn walk(folder: &Path, found: &mut Vec<Source>) {
    for entry in std::fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            walk(&path, found);
        } else if path.extension().is_some_and(|kind| kind == "rs") {
            let name = path.strip_prefix(root()).expect("below the root").display().to_string();
            found.push(Source { path: name, text: std::fs::read_to_string(&path).expect("a text") });
        }
    }
}

/// What breaks a rule, as `path:line: why`.
pub fn wrong() -> Vec<String> {
    let mut wrong = Vec::new();
    for source in sources() {
        let lines = source.text.lines().count();
        if lines > 500 {
            wrong.push(format!("{}: {lines} lines; split it by what it does", source.path));
        }
        let documented = source.text.lines().next().is_some_and(|first| first.starts_with("//!"));
        let needs_none =
            ["main.rs", "build.rs"].iter().any(|name| source.path.ends_with(name)) || is_test(&source.path);
        if !documented && !needs_none {
            wrong.push(format!("{}:1: no module doc that says why it is there", source.path));
        }
        for (number, line) in source.text.lines().enumerate() {
            for why in of_line(&source.path, line) {
                wrong.push(format!("{}:{}: {why}", source.path, number + 1));
            }
        }
    }
    wrong
}

fn is_test(path: &str) -> bool {
    path.starts_with("tests/") && path.contains("/tests/")
}

fn of_line(path: &str, line: &str) -> Vec<&'static str> {
    let mut wrong = Vec::new();
    // This file names what it looks for.
    if path == "tests/house/src/sources.rs" {
        return wrong;
    }
    if ["TODO", "FIXME", "XXX"].iter().any(|word| line.contains(word)) {
        wrong.push("something is left to do: do it or say it in the report");
    }
    let code = line.trim_start();
    if code.starts_with("//") {
        return wrong;
    }
    if (code.starts_with("#[allow(") || code.starts_with("#![allow(")) && !code.contains("clippy::allow_attributes") {
        wrong.push("#[expect(lint, reason = …)] instead of #[allow]");
    }
    // What the schema's owner runs at a migration is text by nature.
    let owner = path == "shared/db/src/migrate.rs" || path.starts_with("tests/");
    if !owner && ["select ", "insert into ", "update ", "delete from ", "with "].iter().any(|verb| formats(code, verb))
    {
        wrong.push("SQL is a typed static, never formatted");
    }
    wrong
}

fn formats(code: &str, verb: &str) -> bool {
    code.contains(&format!("format!(\"{verb}")) || code.contains(&format!("format!(r\"{verb}"))
}

/// Statements that say what they must not.
pub fn wrong_sql() -> Vec<String> {
    let mut wrong = Vec::new();
    for statement in crate::statements::named() {
        let name = statement.name();
        let sql = statement.sql().to_lowercase();
        let from_json = sql.matches("select * from jsonb_to_recordset").count();
        if sql.matches("select *").count() > from_json {
            wrong.push(format!("{name}: select * reads whatever the table has tomorrow"));
        }
        if ["now()", "current_timestamp", "current_date", "clock_timestamp"].iter().any(|word| sql.contains(word)) {
            wrong.push(format!("{name}: time is a parameter"));
        }
        if sql.contains(" offset ") {
            wrong.push(format!("{name}: lists are keyset pages"));
        }
        if sql.len() > 16_000 {
            wrong.push(format!("{name}: the database's proxy pins a connection over 16 KB"));
        }
    }
    wrong
}
