//! What an endpoint may ask of the database. Every call of every story is counted and held to the budget of its endpoint,
//! which is the most any story needed when `scripts/budgets` last measured: a statement more is written down or mended.
//!
//! Calls that run beside others are not held to it, nor are those that end in a refusal or a fault: who meets somebody, or
//! finds the world broken, may have to look again.

use authz::Audience;
use axum::Router;
use axum::extract::{MatchedPath, Request};
use axum::middleware::{Next, from_fn};
use axum::response::Response;
use std::collections::HashMap;
use std::io::Write;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, LazyLock};

/// An endpoint: host, method, path as in its route.
pub type Endpoint = (String, String, String);

/// The committed budgets, in statements. Without the table nobody is held to one; a check of the house asks for it.
pub static BUDGETS: LazyLock<HashMap<Endpoint, u64>> = LazyLock::new(|| {
    let table = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/statement-budgets.tsv"));
    table.unwrap_or_default().lines().skip(1).map(row).collect()
});

fn row(line: &str) -> (Endpoint, u64) {
    let mut fields = line.split('\t').map(str::to_owned);
    let mut next = || fields.next().unwrap_or_else(|| panic!("docs/statement-budgets.tsv: {line}"));
    let endpoint = (next(), next(), next());
    (endpoint, next().parse().unwrap_or_else(|_| panic!("docs/statement-budgets.tsv: {line}")))
}

/// Statements a call may take beyond its budget: which of a story's calls finds a minute over or a lease expired is chance.
const SLACK: u64 = 2;

/// The calls of a shop: how many began, how many are still under way, whether nobody counts them.
#[derive(Debug, Default)]
pub(crate) struct Crowd {
    pub(crate) off_budget: AtomicBool,
    begun: AtomicU64,
    running: AtomicU64,
}

/// A host's routes, each call counted.
pub(crate) fn counted(router: Router, host: Audience, crowd: Arc<Crowd>) -> Router {
    router.layer(from_fn(move |request, next| count(host, crowd.clone(), request, next)))
}

async fn count(host: Audience, crowd: Arc<Crowd>, request: Request, next: Next) -> Response {
    let path = request.extensions().get::<MatchedPath>().map(|path| path.as_str().to_owned());
    let method = request.method().to_string();
    let number = crowd.begun.fetch_add(1, Ordering::SeqCst) + 1;
    let others = crowd.running.fetch_add(1, Ordering::SeqCst);
    let (cost, response) = db::counted(next.run(request)).await;
    crowd.running.fetch_sub(1, Ordering::SeqCst);
    let alone = others == 0 && crowd.begun.load(Ordering::SeqCst) == number && !crowd.off_budget.load(Ordering::SeqCst);
    let counts = alone && response.status().is_success();
    // Health and documentation are no endpoints.
    if let Some(path) = path.filter(|path| counts && path.starts_with("/v1/")) {
        hold((host.as_str().to_owned(), method, path), cost.statements);
    }
    response
}

/// Writes the measurement down when one is taken (`BUDGETS` names the file), or compares.
fn hold(endpoint: Endpoint, took: u64) {
    let (host, method, path) = &endpoint;
    if let Some(file) = std::env::var_os("BUDGETS") {
        let file = std::fs::OpenOptions::new().append(true).create(true).open(file);
        let line = format!("{host}\t{method}\t{path}\t{took}\n");
        return file.expect("the file of BUDGETS").write_all(line.as_bytes()).expect("a measurement");
    }
    if BUDGETS.is_empty() {
        return;
    }
    let budget = BUDGETS.get(&endpoint);
    let budget = budget.unwrap_or_else(|| panic!("{host} {method} {path} has no budget: scripts/budgets measures one"));
    assert!(
        took <= *budget + SLACK,
        "{host} {method} {path} took {took} statements, its budget is {budget} (docs/statement-budgets.tsv)"
    );
}
