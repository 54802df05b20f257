//! The OpenAPI document of each host, and what must hold of it.

use authz::Audience;
use harness::described;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// The document of a host as all its functions make it.
pub fn document(host: Audience) -> Value {
    web::document(host, &described(host))
}

/// What is wrong with a document.
pub fn wrong(document: &Value) -> Vec<String> {
    let mut wrong = Vec::new();
    if let Some(clashes) = document.get("x-schema-clashes") {
        wrong.push(format!("two types of one name: {clashes}"));
    }
    for name in document["components"]["schemas"].as_object().into_iter().flatten().map(|(name, _)| name) {
        // schemars numbers the second of two types of one name.
        if name.ends_with(|c: char| c.is_ascii_digit()) {
            wrong.push(format!("schema {name}: two types of one name, or a name that ends in a number"));
        }
    }
    let mut ids: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for (path, operations) in document["paths"].as_object().into_iter().flatten() {
        for (method, operation) in operations.as_object().into_iter().flatten() {
            let said = format!("{} {path}", method.to_uppercase());
            ids.entry(operation["operationId"].as_str().unwrap_or_default()).or_default().push(said.clone());
            let body = &operation["requestBody"]["content"]["application/json"]["schema"];
            if !body.is_null() {
                let mut seen = BTreeSet::new();
                loose_ends(document, body, &said, &mut seen, &mut wrong);
            }
            for one in operation["parameters"].as_array().into_iter().flatten() {
                let said = format!("{said} ?{}", one["name"].as_str().unwrap_or_default());
                loose_ends(document, &one["schema"], &said, &mut BTreeSet::new(), &mut wrong);
            }
            let named: BTreeSet<&str> = path.split('{').skip(1).filter_map(|part| part.split('}').next()).collect();
            let parameters = operation["parameters"].as_array().into_iter().flatten();
            let described = parameters.filter(|one| one["in"] == "path").filter_map(|one| one["name"].as_str());
            let described: BTreeSet<&str> = described.collect();
            if named != described {
                wrong.push(format!("{said}: the path names {named:?}, the handler reads {described:?}"));
            }
        }
    }
    for (id, places) in ids {
        if places.len() > 1 {
            wrong.push(format!("operation id {id} is given to {}", places.join(", ")));
        }
    }
    wrong
}

/// What of a request has no end: objects that would swallow unknown fields, texts and lists of any length.
fn loose_ends(document: &Value, schema: &Value, said: &str, seen: &mut BTreeSet<String>, wrong: &mut Vec<String>) {
    if let Some(target) = schema["$ref"].as_str() {
        if seen.insert(target.to_owned()) {
            let inner = document.pointer(target.trim_start_matches('#')).unwrap_or(&Value::Null);
            let said = format!("{said} ({})", target.rsplit('/').next().unwrap_or_default());
            loose_ends(document, inner, &said, seen, wrong);
        }
        return;
    }
    // A map says itself what its values are.
    let closed = schema.get("additionalProperties").is_some() || schema.get("unevaluatedProperties").is_some();
    if schema.get("properties").is_some() && !closed {
        wrong.push(format!("{said}: the body takes unknown fields (deny_unknown_fields is missing)"));
    }
    let is =
        |kind: &str| schema["type"] == kind || schema["type"].as_array().is_some_and(|all| all.contains(&kind.into()));
    let says = |keywords: &[&str]| keywords.iter().any(|keyword| schema.get(keyword).is_some());
    if is("array") && !says(&["maxItems"]) {
        wrong.push(format!("{said}: a list of any length: {schema}"));
    }
    if is("string") && !says(&["maxLength", "enum", "const", "format", "pattern"]) {
        wrong.push(format!("{said}: a text of any length: {schema}"));
    }
    for (key, value) in schema.as_object().into_iter().flatten() {
        match (key.as_str(), value) {
            ("properties" | "$defs", Value::Object(all)) => {
                all.values().for_each(|one| loose_ends(document, one, said, seen, wrong));
            }
            ("anyOf" | "oneOf" | "allOf" | "prefixItems", Value::Array(all)) => {
                all.iter().for_each(|one| loose_ends(document, one, said, seen, wrong));
            }
            ("items" | "additionalProperties", Value::Object(_)) => loose_ends(document, value, said, seen, wrong),
            _ => {}
        }
    }
}
