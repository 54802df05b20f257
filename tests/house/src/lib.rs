//! The house rules, checked: what can be read from the sources, the manifests, the route tables and the schema.
//!
//! `cargo test -p house` says what is wrong; `UPDATE=1 cargo test -p house` (or `make openapi`) writes the generated
//! documents under `docs/` anew.
#![expect(clippy::expect_used, clippy::unwrap_used, reason = "test code: whatever goes wrong ends the test")]

pub mod arrows;
pub mod documents;
pub mod error_codes;
pub mod migrations;
pub mod permissions;
pub mod plans;
pub mod sources;
pub mod statements;

use std::path::PathBuf;

/// The root of the repository.
pub fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().expect("the repository")
}

/// Compares a committed file with what the code says it should be, or writes it when UPDATE is set.
///
/// # Panics
/// When they differ.
pub fn committed(path: &str, content: &str) {
    let file = root().join(path);
    if std::env::var_os("UPDATE").is_some() {
        std::fs::create_dir_all(file.parent().expect("a folder")).expect("docs can be written");
        std::fs::write(&file, content).expect("docs can be written");
        return;
    }
    let found = std::fs::read_to_string(&file).unwrap_or_default();
    if found != content {
        let differs = found.lines().zip(content.lines()).position(|(one, other)| one != other);
        let line = differs.unwrap_or_else(|| found.lines().count().min(content.lines().count())) + 1;
        panic!("{path} is not what the code says (first at line {line}). Write it anew: make openapi");
    }
}
