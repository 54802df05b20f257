//! What callers rely on: OpenAPI documents, error codes, permissions, budgets. Each has a committed page that must not drift.

use authz::Audience;
use harness::{BUDGETS, Shop, described};
use house::{committed, documents, error_codes, permissions};
use std::collections::BTreeSet;

/// Statements a page may take, however many rows it holds: the page itself, what it is a part of, and on the partners' host
/// the look at who calls for whom.
const PAGE_MOST: u64 = 5;

fn of_host(host: Audience) {
    let document = documents::document(host);
    let wrong = documents::wrong(&document);
    assert!(wrong.is_empty(), "{} found:\n{}", wrong.len(), wrong.join("\n"));
    let text = serde_json::to_string_pretty(&document).unwrap();
    committed(&format!("docs/openapi/{}.json", host.as_str()), &format!("{text}\n"));
    for function in described(host) {
        let path = format!("functions/{}/{}/openapi.json", host.as_str(), function.function);
        committed(&path, &format!("{}\n", web::document(host, &[function])));
    }
}

#[test]
fn the_service_document_is_sound_and_committed() {
    of_host(Audience::Service);
}

#[test]
fn the_seller_document_is_sound_and_committed() {
    of_host(Audience::Seller);
}

#[test]
fn the_admin_document_is_sound_and_committed() {
    of_host(Audience::Admin);
}

#[test]
fn the_external_document_is_sound_and_committed() {
    of_host(Audience::External);
}

#[test]
fn an_error_code_has_one_status() {
    let all = error_codes::all();
    let wrong = error_codes::wrong(&all);
    assert!(wrong.is_empty(), "{} found:\n{}", wrong.len(), wrong.join("\n"));
    committed("docs/error-codes.md", &error_codes::page(&all));
}

#[tokio::test]
async fn permits_ask_for_permissions_that_roles_hold() {
    let shop = Shop::open().await;
    let mut page = permissions::HEAD.to_owned();
    let mut wrong = Vec::new();
    for host in Audience::ALL {
        let held = permissions::held(&shop, host).await;
        let mut all: Vec<_> = described(host).into_iter().flat_map(|function| function.routes).collect();
        wrong.extend(permissions::unknown(&all, &held));
        page.push_str(&permissions::section(host, &mut all, &held));
    }
    shop.close().await;
    assert!(wrong.is_empty(), "{} found:\n{}", wrong.len(), wrong.join("\n"));
    committed("docs/permissions.md", &page);
}

#[test]
fn every_endpoint_has_a_budget_and_a_page_costs_what_a_row_costs() {
    let mut wrong = Vec::new();
    let mut known = BTreeSet::new();
    for host in Audience::ALL {
        let document = documents::document(host);
        for route in described(host).into_iter().flat_map(|function| function.routes) {
            let parameters = document["paths"][route.path]["get"]["parameters"].as_array();
            let pages = parameters.is_some_and(|all| all.iter().any(|one| one["name"] == "cursor"));
            let endpoint = (host.as_str().to_owned(), route.method.to_string(), route.path.to_owned());
            match BUDGETS.get(&endpoint) {
                None => wrong.push(format!("{endpoint:?} has no budget: scripts/budgets")),
                Some(took) if pages && route.method == "GET" && *took > PAGE_MOST => {
                    wrong.push(format!("{endpoint:?} takes {took} statements for a page"));
                }
                Some(_) => {}
            }
            known.insert(endpoint);
        }
    }
    let stale = BUDGETS.keys().filter(|endpoint| !known.contains(*endpoint));
    wrong.extend(stale.map(|endpoint| format!("{endpoint:?} has a budget and is no endpoint")));
    assert!(wrong.is_empty(), "{} found:\n{}", wrong.len(), wrong.join("\n"));
}
