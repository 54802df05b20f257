//! What a function's code makes tells what it needs: variables and rights, no fewer and no more.

use crate::deployed::{environment, of, template};
use std::path::Path;
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
