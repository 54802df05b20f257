//! The OpenAPI 3.1 document of a host, assembled from the route tables of its functions.

use crate::described::{Described, Route};
use crate::problem::{self, Problem};
use crate::spec::Spec;
use authz::{Access, Audience};
use kernel::Code;
use serde_json::{Map, Value, json};
use std::collections::{BTreeMap, BTreeSet};

/// The document of functions of one host: all of them, or one.
pub fn document(host: Audience, functions: &[Described]) -> Value {
    let mut schemas = Map::new();
    let mut paths: BTreeMap<&'static str, Map<String, Value>> = BTreeMap::new();
    let mut codes: BTreeMap<&'static str, Code> = BTreeMap::new();
    // Two types of one name would hide each other; a test keeps this list empty.
    let mut clashes: BTreeSet<String> = BTreeSet::new();
    for Described { function, routes, .. } in functions {
        for route in routes {
            let mut spec = route.spec();
            for code in codes_of(&spec) {
                codes.insert(code.id, code);
            }
            let operation = operation(function, route, &spec);
            paths.entry(route.path).or_default().insert(route.method.as_str().to_ascii_lowercase(), operation);
            for (name, schema) in spec.schemas.take_definitions(true) {
                if schemas.get(&name).is_some_and(|other| *other != schema) {
                    clashes.insert(name.clone());
                }
                schemas.insert(name, schema);
            }
        }
    }
    let problem = schemars::schema_for!(Problem).to_value();
    for (name, schema) in problem.get("$defs").and_then(Value::as_object).cloned().unwrap_or_default() {
        schemas.insert(name, schema);
    }
    schemas.insert("Problem".to_owned(), refer(strip(problem)));
    schemas.sort_keys();
    let mut document = json!({
        "openapi": "3.1.0",
        "info": { "title": format!("Drrip {} API", host.as_str()), "version": "1.0.0", "description": about(host) },
        "paths": paths,
        "components": {
            "schemas": schemas,
            "securitySchemes": { "bearer": { "type": "http", "scheme": "bearer", "bearerFormat": "JWT" } },
        },
        "x-codes": codes.values().map(|c| (c.id, json!({ "status": c.status, "title": c.title, "title_ko": c.title_ko }))).collect::<BTreeMap<_, _>>(),
    });
    if !clashes.is_empty() {
        document["x-schema-clashes"] = json!(clashes);
    }
    document
}

fn about(host: Audience) -> &'static str {
    match host {
        Audience::Service => "What customers' apps call.",
        Audience::Seller => "What sellers (입점사) run their store with.",
        Audience::Admin => "What operators run the marketplace with.",
        Audience::External => "What partners' systems and outside services call.",
    }
}

fn codes_of(spec: &Spec) -> Vec<Code> {
    let mut codes = spec.codes.clone();
    codes.extend_from_slice(problem::COMMON);
    if !matches!(spec.access, Access::Public | Access::Signature(_)) {
        codes.extend_from_slice(problem::AUTHENTICATED);
    }
    if spec.audience == Audience::Seller && spec.access.needs_active_seller() {
        codes.push(problem::SELLER_NOT_ACTIVE);
    }
    if spec.step_up {
        codes.push(problem::STEP_UP_REQUIRED);
    }
    codes
}

fn operation(function: &str, route: &Route, spec: &Spec) -> Value {
    let mut parameters = parameters("path", spec.path.as_ref(), route.path);
    parameters.extend(self::parameters("query", spec.query.as_ref(), route.path));
    if spec.idempotent {
        parameters.push(json!({ "name": "Idempotency-Key", "in": "header", "required": true, "schema": { "type": "string", "minLength": 8, "maxLength": 300, "pattern": "^[!-~]+$" } }));
    }
    parameters.extend(spec.headers.iter().cloned());
    let mut operation = json!({
        "operationId": route.operation,
        "summary": route.summary,
        "tags": [function],
        "x-access": access(spec),
        "security": security(spec),
        "responses": responses(spec),
    });
    if !parameters.is_empty() {
        operation["parameters"] = parameters.into();
    }
    if let Some(body) = &spec.body {
        operation["requestBody"] = json!({ "required": true, "content": { "application/json": { "schema": body } } });
    }
    operation
}

/// The access as it stands in the endpoint × role table.
pub(crate) fn access(spec: &Spec) -> String {
    let base = match spec.access {
        Access::Public => "public".to_owned(),
        Access::Optional => "optional".to_owned(),
        Access::SignedIn => "signed_in".to_owned(),
        Access::Owner => "owner".to_owned(),
        Access::Permission(name) | Access::Scope(name) => name.to_owned(),
        Access::Signature(sender) => format!("signature:{sender}"),
    };
    if spec.step_up { format!("{base} + step_up") } else { base }
}

fn security(spec: &Spec) -> Value {
    match spec.access {
        Access::Public | Access::Signature(_) => json!([]),
        Access::Optional => json!([{}, { "bearer": [] }]),
        Access::SignedIn | Access::Owner => json!([{ "bearer": [] }]),
        Access::Permission(name) | Access::Scope(name) => json!([{ "bearer": [name] }]),
    }
}

fn responses(spec: &Spec) -> Value {
    let mut responses = Map::new();
    for (status, schema) in &spec.replies {
        let kind = if spec.text { "text/plain" } else { "application/json" };
        let mut response = json!({ "description": reason(*status) });
        if let Some(schema) = schema {
            response["content"] = json!({ kind: { "schema": schema } });
        }
        responses.insert(status.to_string(), response);
    }
    let mut by_status: BTreeMap<u16, BTreeSet<&str>> = BTreeMap::new();
    for code in codes_of(spec) {
        by_status.entry(code.status).or_default().insert(code.id);
    }
    for (status, codes) in by_status {
        let codes: Vec<&str> = codes.into_iter().collect();
        // An endpoint may answer the same status in words of its own.
        let response = responses.entry(status.to_string()).or_insert_with(|| json!({}));
        response["description"] = codes.join(", ").into();
        response["content"]["application/problem+json"] =
            json!({ "schema": { "$ref": "#/components/schemas/Problem" } });
    }
    responses.into()
}

fn reason(status: u16) -> &'static str {
    http::StatusCode::from_u16(status).ok().and_then(|s| s.canonical_reason()).unwrap_or("Answer")
}

/// One parameter per property of an object schema; a bare value is the path's single parameter.
fn parameters(place: &str, schema: Option<&Value>, path: &str) -> Vec<Value> {
    let Some(schema) = schema else { return Vec::new() };
    let required: BTreeSet<&str> =
        schema.get("required").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str).collect();
    match schema.get("properties").and_then(Value::as_object) {
        Some(properties) => properties
            .iter()
            .map(|(name, schema)| {
                let needed = place == "path" || required.contains(name.as_str());
                json!({ "name": name, "in": place, "required": needed, "schema": refer(schema.clone()) })
            })
            .collect(),
        None => path
            .split('{')
            .skip(1)
            .filter_map(|part| part.split('}').next())
            .map(|name| json!({ "name": name, "in": place, "required": true, "schema": refer(strip(schema.clone())) }))
            .collect(),
    }
}

/// Drops what only makes sense in a standalone schema.
fn strip(mut schema: Value) -> Value {
    if let Some(object) = schema.as_object_mut() {
        object.remove("$schema");
        object.remove("$defs");
        object.remove("title");
    }
    schema
}

/// References into the document's components instead of the schema's own definitions.
fn refer(value: Value) -> Value {
    match value {
        Value::Object(map) => map
            .into_iter()
            .map(|(key, value)| match (key.as_str(), &value) {
                ("$ref", Value::String(target)) => (key, target.replace("#/$defs/", "#/components/schemas/").into()),
                _ => (key, refer(value)),
            })
            .collect::<Map<_, _>>()
            .into(),
        Value::Array(items) => items.into_iter().map(refer).collect::<Vec<_>>().into(),
        other => other,
    }
}
