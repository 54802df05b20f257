//! Every body of every endpoint with fields it does not know, at each of its levels, and with more than may be sent.
//!
//! The bodies are read from the documents of the hosts: a new endpoint is tried without a line here.

use harness::{Actor, Answer, Host, Shop, Value};
use http::Method;

/// What somebody might want to set beside what may be set.
const WISHES: [(&str, &str); 12] = [
    ("id", r#""00000000-0000-7000-8000-000000000001""#),
    ("state", r#""paid""#),
    ("user_id", r#""00000000-0000-7000-8000-000000000001""#),
    ("seller_id", r#""00000000-0000-7000-8000-000000000001""#),
    ("role", r#""owner""#),
    ("is_owner", "true"),
    ("permissions", r#"["*"]"#),
    ("price", "1"),
    ("amount", "0"),
    ("commission_rate", "0"),
    ("version", "0"),
    ("__proto__", "{}"),
];

/// An object of a body: what stands before and after its fields, where it is, and which fields it has.
#[derive(Clone)]
struct Level {
    before: String,
    after: String,
    place: String,
    fields: Vec<String>,
}

impl Level {
    fn inside(&self, property: &str, open: &str, close: &str, place: &str) -> Level {
        Level {
            before: format!("{}\"{property}\":{open}", self.before),
            after: format!("{close}{}", self.after),
            place: format!("{}/{property}{place}", self.place),
            fields: Vec::new(),
        }
    }
}

fn resolved<'a>(document: &'a Value, schema: &'a Value) -> &'a Value {
    match schema["$ref"].as_str() {
        Some(reference) => document.pointer(reference.trim_start_matches('#')).unwrap(),
        None => schema,
    }
}

/// Every object of a schema, itself first.
fn levels(document: &Value, schema: &Value, at: &Level, found: &mut Vec<Level>) {
    let schema = resolved(document, schema);
    for kind in ["anyOf", "oneOf", "allOf"] {
        for variant in schema[kind].as_array().into_iter().flatten() {
            levels(document, variant, at, found);
        }
    }
    let Some(properties) = schema["properties"].as_object() else { return };
    let mut here = at.clone();
    // What tells the variants of one object apart comes first.
    for (name, property) in properties {
        if let Some(word) = property["const"].as_str() {
            here.before.push_str(&format!("\"{name}\":\"{word}\","));
        }
    }
    here.fields = properties.keys().cloned().collect();
    found.push(here.clone());
    for (name, property) in properties {
        let property = resolved(document, property);
        levels(document, property, &here.inside(name, "{", "}", ""), found);
        if property["items"].is_object() {
            levels(document, &property["items"], &here.inside(name, "[{", "}]", "/0"), found);
        }
    }
}

/// An endpoint with a body: the objects of that body, none when its bytes are read as they are.
struct Endpoint {
    method: Method,
    path: String,
    levels: Vec<Level>,
}

async fn endpoints(shop: &Shop, host: Host) -> Vec<Endpoint> {
    let document = shop.anonymous(host).get("/openapi.json").await.expect(200).json().clone();
    let root = Level { before: "{".into(), after: "}".into(), place: String::new(), fields: Vec::new() };
    let mut found = Vec::new();
    for (path, operations) in document["paths"].as_object().unwrap() {
        for (method, operation) in operations.as_object().unwrap() {
            let mut levels_of = Vec::new();
            let schema = &operation["requestBody"]["content"]["application/json"]["schema"];
            levels(&document, schema, &root, &mut levels_of);
            let raw = path.starts_with("/v1/inbound/");
            if !levels_of.is_empty() || raw {
                let method = method.to_uppercase().parse().unwrap();
                found.push(Endpoint { method, path: filled(path), levels: if raw { Vec::new() } else { levels_of } });
            }
        }
    }
    found
}

fn filled(path: &str) -> String {
    let id = uuid::Uuid::now_v7().to_string();
    path.split('/').map(|part| if part.starts_with('{') { id.as_str() } else { part }).collect::<Vec<_>>().join("/")
}

/// Of every host somebody who may do everything there.
async fn mighty(shop: &Shop) -> Vec<Actor> {
    let seller = shop.seller().await;
    let scopes = ["account", "orders:read", "orders:write", "webhooks:manage"].map(|scope| format!("partner:{scope}"));
    let partner = shop.own_client(&seller, &scopes.each_ref().map(String::as_str)).await;
    vec![
        (*shop.customer().await.elevated()).clone(),
        (*seller.elevated()).clone(),
        shop.operator("super_admin").await.elevated(),
        partner,
    ]
}

async fn sent(by: &Actor, endpoint: &Endpoint, body: String) -> Answer {
    by.call(endpoint.method.clone(), &endpoint.path, Some(Value::Null)).body(body).await
}

#[tokio::test]
async fn nobody_sets_a_field_that_an_endpoint_does_not_know() {
    let shop = Shop::open().await;
    let (mut tried, mut surprises) = (0, Vec::new());
    for actor in mighty(&shop).await {
        for endpoint in endpoints(&shop, actor.host()).await {
            for level in &endpoint.levels {
                for (field, value) in WISHES.iter().filter(|(field, _)| !level.fields.iter().any(|own| own == field)) {
                    let body = format!("{}\"{field}\":{value}{}", level.before, level.after);
                    let answer = sent(&actor, &endpoint, body).await;
                    let place = format!("{}/{field}", level.place);
                    let error = &answer["errors"][0];
                    // Of an object with variants the place is the object's, and the message names the field.
                    let said = error["message"]
                        .as_str()
                        .is_some_and(|text| text.starts_with("unknown") && text.contains(&format!("`{field}`")));
                    let placed = error["field"] == place || error["field"] == level.place && said;
                    if answer.status != 422 || !placed {
                        surprises.push(format!("{} {} with {place}: {}", endpoint.method, endpoint.path, answer.text));
                    }
                    tried += 1;
                }
            }
        }
    }
    assert!(surprises.is_empty(), "{} of {tried}:\n{}", surprises.len(), surprises.join("\n"));
    assert!(tried > 1_000, "{tried}");
    shop.close().await;
}

#[tokio::test]
async fn nobody_sends_more_than_a_megabyte() {
    let shop = Shop::open().await;
    let body = format!("{{\"x\":\"{}\"}}", "x".repeat(1_000_000));
    let (mut tried, mut surprises) = (0, Vec::new());
    for actor in mighty(&shop).await {
        for endpoint in endpoints(&shop, actor.host()).await {
            let answer = sent(&actor, &endpoint, body.clone()).await;
            if answer.status != 413 || answer["code"] != "payload_too_large" {
                surprises.push(format!("{} {}: {}", endpoint.method, endpoint.path, answer.text));
            }
            tried += 1;
        }
    }
    assert!(surprises.is_empty(), "{} of {tried}:\n{}", surprises.len(), surprises.join("\n"));
    assert!(tried > 80, "{tried}");
    shop.close().await;
}
