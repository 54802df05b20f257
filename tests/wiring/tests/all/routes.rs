//! Every route of the code is reached through the gateway at its own function, and the gateway leads nowhere else.

use crate::deployed::{of, template};
use harness::{described, offline};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use wiring::template::{Resource, text};
use wiring::{Function, Made, all};

const HOSTS: [&str; 4] = ["service", "seller", "admin", "external"];

/// Gateway path → logical id of the function behind it.
fn gateway(api: &Resource<'_>) -> BTreeMap<String, String> {
    let body = api.property("DefinitionBody");
    let mut routes = BTreeMap::new();
    for (path, methods) in body["paths"].as_object().unwrap() {
        assert_eq!(methods.as_object().unwrap().len(), 1, "{path} has methods besides any");
        let mut integration = &methods["x-amazon-apigateway-any-method"]["x-amazon-apigateway-integration"];
        if let Some(reference) = integration["$ref"].as_str() {
            integration = body.pointer(reference.trim_start_matches('#')).unwrap_or(&Value::Null);
        }
        assert_eq!(integration["type"], "aws_proxy", "{path}");
        assert_eq!(integration["payloadFormatVersion"], "2.0", "{path}");
        let uri = text(&integration["uri"]).unwrap_or_default();
        let function = uri.split("functions/${").nth(1).and_then(|rest| rest.split_once(".Arn}:live/invocations"));
        routes.insert(path.clone(), function.unwrap_or_else(|| panic!("{path}: {uri}")).0.to_owned());
    }
    routes
}

/// How API Gateway chooses: the exact path, else the greedy one with the longest beginning.
fn chosen<'a>(routes: &'a BTreeMap<String, String>, path: &str) -> Option<(&'a str, &'a str)> {
    if let Some((key, function)) = routes.get_key_value(path) {
        return Some((key, function));
    }
    let greedy = routes.iter().filter(|(key, _)| {
        key.strip_suffix("{proxy+}").is_some_and(|start| path.starts_with(start) && path.len() > start.len())
    });
    greedy.max_by_key(|(key, _)| key.len()).map(|(key, function)| (key.as_str(), function.as_str()))
}

/// A path as it is called: every parameter filled in.
fn called(path: &str) -> String {
    path.split('/').map(|part| if part.starts_with('{') { "0" } else { part }).collect::<Vec<_>>().join("/")
}

fn logical_of<'a>(template: &'a wiring::Template, function: &Function) -> &'a str {
    of(template, function).logical
}

#[tokio::test]
async fn routes_and_gateway_agree() {
    let (template, boot) = (template(), offline().await);
    for host in HOSTS {
        let apis: Vec<Resource<'_>> = template
            .of_type("AWS::Serverless::HttpApi")
            .filter(|api| {
                text(&api.property("DefinitionBody")["info"]["title"]) == Some(&format!("drrip-${{Stage}}-{host}"))
            })
            .collect();
        assert_eq!(apis.len(), 1, "one API for the {host} host");
        let routes = gateway(&apis[0]);
        let mut used: BTreeSet<String> = BTreeSet::new();
        let mut reach = |path: &str, function: &Function| {
            let (key, found) = chosen(&routes, path).unwrap_or_else(|| panic!("{host}: nothing leads to {path}"));
            assert_eq!(found, logical_of(&template, function), "{host}: {path} leads elsewhere");
            used.insert(key.to_owned());
        };
        let mut functions = all().into_iter().filter(|f| f.host == host).peekable();
        // The page and the health of the host are those of its first function.
        let first = web::FUNCTIONS.iter().find(|(of, _)| of.as_str() == host).unwrap().1[0];
        assert!(functions.peek().is_some());
        for function in functions {
            let Made::Api(api) = (function.make)(boot.clone()).await.unwrap() else {
                panic!("{} is no API", function.folder())
            };
            assert_eq!((api.host.as_str(), api.function), (function.host, function.name));
            let described = described(api.host).into_iter().find(|one| one.function == api.function).unwrap();
            assert!(!described.routes.is_empty(), "{} has no routes", function.folder());
            for route in &described.routes {
                reach(&called(route.path), &function);
            }
            reach(&format!("/openapi/{}.json", function.name), &function);
            reach(&format!("/healthz/{}", function.name), &function);
            if function.name == first {
                reach("/docs", &function);
                reach("/healthz", &function);
            }
        }
        let unused: Vec<&String> = routes.keys().filter(|key| !used.contains(*key)).collect();
        assert!(unused.is_empty(), "{host}: routes without code: {unused:?}");
    }
}

#[test]
fn the_gateway_may_invoke_each_function_and_is_open_where_browsers_call() {
    let template = template();
    for function in all().iter().filter(|f| HOSTS.contains(&f.host)) {
        let logical = logical_of(&template, function);
        let may = template.of_type("AWS::Lambda::Permission").any(|permission| {
            permission.property("FunctionName")["Ref"] == format!("{logical}.Alias")
                && permission.property("Principal") == "apigateway.amazonaws.com"
        });
        assert!(may, "the gateway may not invoke {logical}");
    }
    for api in template.of_type("AWS::Serverless::HttpApi") {
        let cors = api.property("DefinitionBody").get("x-amazon-apigateway-cors").is_some();
        assert_eq!(cors, api.logical != "ExternalApi", "{}", api.logical);
    }
}

#[test]
fn the_longest_greedy_path_wins() {
    let routes: BTreeMap<String, String> = [("/v1/me", "A"), ("/v1/me/{proxy+}", "A"), ("/v1/me/points/{proxy+}", "B")]
        .map(|(path, f)| (path.to_owned(), f.to_owned()))
        .into();
    assert_eq!(chosen(&routes, "/v1/me").unwrap().1, "A");
    assert_eq!(chosen(&routes, "/v1/me/points/2026").unwrap().1, "B");
    assert_eq!(chosen(&routes, "/v1/me/points").unwrap().1, "A");
    assert_eq!(chosen(&routes, "/v1/mess"), None);
}
