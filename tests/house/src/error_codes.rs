//! The catalogue of error codes: every code any endpoint may answer, once.

use authz::Audience;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

/// One code over all hosts.
#[derive(Debug, Default)]
pub struct Entry {
    pub hosts: BTreeSet<&'static str>,
    /// Status, English and Korean title. Use cases may word one code differently, never give it another status.
    pub meanings: BTreeSet<(u64, String, String)>,
}

/// All of them by id.
pub fn all() -> BTreeMap<String, Entry> {
    let mut all: BTreeMap<String, Entry> = BTreeMap::new();
    for host in Audience::ALL {
        for function in harness::described(host) {
            for code in function.routes.iter().flat_map(|route| route.spec().codes) {
                let entry = all.entry(code.id.to_owned()).or_default();
                entry.hosts.insert(host.as_str());
                entry.meanings.insert((u64::from(code.status), code.title.to_owned(), code.title_ko.to_owned()));
            }
        }
        // What any endpoint may answer is in the document alone.
        for (id, code) in crate::documents::document(host)["x-codes"].as_object().into_iter().flatten() {
            let text = |field: &str| code[field].as_str().unwrap_or_default().to_owned();
            let entry = all.entry(id.clone()).or_default();
            entry.hosts.insert(host.as_str());
            entry.meanings.insert((code["status"].as_u64().unwrap_or_default(), text("title"), text("title_ko")));
        }
    }
    all
}

/// Ids with two statuses, and ids that are not in the house's form.
pub fn wrong(all: &BTreeMap<String, Entry>) -> Vec<String> {
    let mut wrong = Vec::new();
    for (id, entry) in all {
        let statuses: BTreeSet<u64> = entry.meanings.iter().map(|(status, ..)| *status).collect();
        if statuses.len() > 1 {
            wrong.push(format!("{id} has several statuses: {:?}", entry.meanings));
        }
        if !id.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_') {
            wrong.push(format!("{id} is not snake_case"));
        }
        for (status, english, korean) in &entry.meanings {
            if !(400..600).contains(status) || english.is_empty() || korean.is_empty() || !english.is_ascii() {
                wrong.push(format!("{id}: {status} {english:?} {korean:?}"));
            }
        }
    }
    wrong
}

/// The committed page.
pub fn page(all: &BTreeMap<String, Entry>) -> String {
    let mut page = String::from(
        "# Error codes\n\nGenerated from the endpoints' error types; `make openapi` writes it anew. Codes are stable: branch on them, never on titles.\n\n\
         | code | status | English | Korean | hosts |\n|---|---|---|---|---|\n",
    );
    for (id, entry) in all {
        let hosts: Vec<&str> = entry.hosts.iter().copied().collect();
        for (status, english, korean) in &entry.meanings {
            writeln!(page, "| `{id}` | {status} | {english} | {korean} | {} |", hosts.join(", ")).unwrap();
        }
    }
    page
}
