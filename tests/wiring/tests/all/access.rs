//! What a function's code makes tells what it needs: variables and rights, no fewer and no more.

use crate::deployed::{environment, of, template};
use serde_json::Value;
use std::path::Path;
use wiring::template::text;
use wiring::{Function, all, root};

/// What stands in the source, the variables it reads and the resources its role must name.
struct Need {
    source: &'static str,
    variables: &'static [&'static str],
    resources: &'static [&'static str],
}

const fn need(source: &'static str, variables: &'static [&'static str], resources: &'static [&'static str]) -> Need {
    Need { source, variables, resources }
}

const NEEDS: &[Need] = &[
    need("Nudge::new(", &[], &["OutboxRelayQueue"]),
    need("Relay::new(", &[], &["DomainBus", ":drrip-${Stage}-*"]),
    need("DeadLetters::new(", &[], &[":drrip-${Stage}-*", ":drrip-${Stage}-*-dlq"]),
    need("Identity::new(", &[], &["AuthSessions", "RateLimitCounters"]),
    need("Limits::new(", &[], &["RateLimitCounters"]),
    need(".counters()", &[], &["RateLimitCounters"]),
    need("Inbox::new(", &[], &["PaymentWebhookEvents"]),
    need("Buckets::new(", &["PUBLIC_BUCKET", "PRIVATE_BUCKET"], &["PublicBucket", "PrivateBucket"]),
    need("Toss::new(", &["TOSS_URL"], &[]),
    need("TossPayouts::new(", &["TOSS_URL"], &[]),
    need("Bank::new(", &["BANK_URL"], &[]),
    need("identity.bank", &["BANK_URL"], &[]),
    need("/identity-verifications", &["AGENCY_URL"], &[]),
    need("SendCode::new(", &["MAIL_SENDER"], &["AuthSessions", "identity/*"]),
    need("DeliverPartnerWebhook::new(", &["WEBHOOK_ALLOW_HOSTS"], &[]),
    need("Courier::new(", &["WEBHOOK_ALLOW_HOSTS"], &[]),
    need("allowed_origins", &["ALLOWED_ORIGINS"], &[]),
];

/// Calls of the SDKs, and the action IAM is asked for.
const CALLS: &[(&str, &str)] = &[
    (".get_item()", "dynamodb:GetItem"),
    (".put_item()", "dynamodb:PutItem"),
    (".update_item()", "dynamodb:UpdateItem"),
    (".delete_item()", "dynamodb:DeleteItem"),
    (".query()", "dynamodb:Query"),
    (".scan()", "dynamodb:Scan"),
    (".batch_write_item()", "dynamodb:BatchWriteItem"),
    (".batch_get_item()", "dynamodb:BatchGetItem"),
    (".transact_write_items()", "dynamodb:TransactWriteItems"),
    (".send_message_batch()", "sqs:SendMessage"),
    (".receive_message()", "sqs:ReceiveMessage"),
    (".delete_message()", "sqs:DeleteMessage"),
    (".get_queue_attributes()", "sqs:GetQueueAttributes"),
    (".get_queue_url()", "sqs:GetQueueUrl"),
    (".change_message_visibility()", "sqs:ChangeMessageVisibility"),
    (".put_events()", "events:PutEvents"),
    (".put_object()", "s3:PutObject"),
    (".get_object()", "s3:GetObject"),
    // Without it what is not there would be forbidden instead of missing.
    (".get_object()", "s3:ListBucket"),
    (".delete_object()", "s3:DeleteObject"),
    (".send_email()", "ses:SendEmail"),
    (".get_secret_value()", "secretsmanager:GetSecretValue"),
];

/// Where a resource of the template is called from.
const CALLERS: &[(&str, &[&str])] = &[
    ("AuthSessions", &["shared/identity/src"]),
    ("RateLimitCounters", &["shared/aws/src/counters.rs", "shared/identity/src/limits.rs"]),
    ("PaymentWebhookEvents", &["shared/partners/src/inbound"]),
    ("Queue", &["shared/aws/src/queue.rs"]),
    (":drrip-${Stage}-*-dlq", &["shared/aws/src/dead_letters.rs"]),
    (":drrip-${Stage}-*", &["shared/aws/src/queue.rs"]),
    ("DomainBus", &["shared/aws/src/bus.rs"]),
    ("PublicBucket", &["shared/aws/src/documents.rs"]),
    ("PrivateBucket", &["shared/aws/src/documents.rs"]),
    ("identity/*", &["shared/aws/src/mail.rs"]),
    ("secret:drrip/${Stage}/", &["shared/aws/src/secrets.rs"]),
];

/// Actions that the code behind a resource can ask for.
fn callable(resource: &str) -> Vec<&'static str> {
    let logical = resource.split(['.', '}']).next().unwrap_or_default().trim_start_matches("${");
    let callers = CALLERS.iter().find(|(name, _)| {
        let part_of_an_address = name.contains(':') || name.contains('/');
        logical == *name
            || (*name == "Queue" && logical.ends_with("Queue"))
            || (part_of_an_address && resource.contains(name))
    });
    let (_, places) = callers.unwrap_or_else(|| panic!("nobody is known to call {resource}"));
    let source: String = places.iter().map(|place| source_at(&root().join(place))).collect();
    CALLS.iter().filter(|(call, _)| source.contains(call)).map(|(_, action)| *action).collect()
}

fn source_at(path: &Path) -> String {
    if path.is_dir() { source_of(path) } else { std::fs::read_to_string(path).unwrap() }
}

/// One text or several.
fn several(value: &Value) -> Vec<&Value> {
    value.as_array().map_or_else(|| vec![value], |all| all.iter().collect())
}

#[test]
fn an_action_is_allowed_only_where_the_code_can_ask_for_it() {
    let template = template();
    for function in all() {
        let resource = of(&template, &function);
        for policy in several(resource.property("Policies")).into_iter().filter(|policy| !policy.is_null()) {
            let statements = policy.get("Statement").unwrap_or_else(|| {
                panic!("{}: {policy} allows more than the code asks for: name the actions", resource.logical)
            });
            for statement in several(statements) {
                for target in several(&statement["Resource"]) {
                    let attribute = target.get("Fn::GetAtt").map(|at| format!("{}.Arn", at[0].as_str().unwrap()));
                    let target = attribute.or_else(|| text(target).map(str::to_owned)).unwrap();
                    let can = callable(&target);
                    for action in several(&statement["Action"]) {
                        let action = action.as_str().unwrap();
                        assert!(
                            can.contains(&action),
                            "{} may {action} on {target}, which no code does",
                            resource.logical
                        );
                    }
                }
            }
        }
    }
}

fn source_of(folder: &Path) -> String {
    let mut text = String::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            text.push_str(&source_of(&path));
        } else if path.extension().is_some_and(|e| e == "rs") {
            text.push_str(&std::fs::read_to_string(path).unwrap());
        }
    }
    text
}

fn needs_of(function: &Function) -> Vec<&'static Need> {
    let source = source_of(&root().join(function.folder()).join("src"));
    NEEDS.iter().filter(|need| source.contains(need.source)).collect()
}

#[test]
fn what_the_code_makes_is_given_and_allowed() {
    let template = template();
    for function in all() {
        let resource = of(&template, &function);
        let (given, policies) = (environment(&template, &resource), resource.property("Policies").to_string());
        for need in needs_of(&function) {
            for name in need.variables {
                assert!(given.contains_key(*name), "{} makes {} without {name}", resource.logical, need.source);
            }
            for name in need.resources {
                assert!(policies.contains(name), "{} makes {} and may not use {name}", resource.logical, need.source);
            }
        }
    }
}

#[test]
fn nothing_is_allowed_that_the_code_does_not_use() {
    let template = template();
    for function in all() {
        let resource = of(&template, &function);
        let policies = resource.property("Policies").to_string();
        let needed: Vec<&str> = needs_of(&function).iter().flat_map(|need| need.resources).copied().collect();
        for name in NEEDS.iter().flat_map(|need| need.resources) {
            let used = needed.contains(name);
            assert!(used || !policies.contains(name), "{} may use {name} and does not", resource.logical);
        }
        let given = environment(&template, &resource);
        let read: Vec<&str> = needs_of(&function).iter().flat_map(|need| need.variables).copied().collect();
        for name in NEEDS.iter().flat_map(|need| need.variables) {
            assert!(read.contains(name) || !given.contains_key(*name), "{} is given {name} in vain", resource.logical);
        }
        assert!(!policies.contains("\"Action\":\"*\"") && !policies.contains(":*\""), "{}", resource.logical);
    }
}
