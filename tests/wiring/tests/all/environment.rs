//! A function is given what its code reads, and can start with no more than its secrets.

use crate::deployed::{environment, of, secret_parts, template};
use aws::Aws;
use boot::{Boot, Config, Secrets, Stage};
use harness::{Shop, Statements};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use wiring::{Made, all, root};

/// Fields of boot::Secrets by the part of Secrets Manager they lie in.
const PARTS: &[(&str, &[&str])] = &[
    ("database", &["database_writer", "database_reader"]),
    ("database-direct", &["database_direct"]),
    ("database-ca", &["database_ca"]),
    ("personal", &["pii_key", "hash_key"]),
    ("verifying", &["verifying"]),
    ("toss", &["toss"]),
    ("payouts", &["payouts"]),
    ("agency", &["agency_secret"]),
    ("bank", &["bank_secret"]),
    ("carriers", &["carriers"]),
];

/// Names that boot::Config reads.
fn config_names() -> BTreeSet<String> {
    let source = std::fs::read_to_string(root().join("shared/boot/src/config.rs")).unwrap();
    let calls = source.split("var(\"").skip(1).chain(source.split("list(\"").skip(1));
    calls.filter_map(|rest| rest.split_once('"').map(|(name, _)| name.to_owned())).collect()
}

#[test]
fn only_names_that_are_read_are_given() {
    let (template, known) = (template(), config_names());
    let parameters = template.parameters();
    assert!(known.contains("SECRET_IDS") && known.contains("STAGE"));
    for function in all() {
        let resource = of(&template, &function);
        for (name, value) in environment(&template, &resource) {
            assert!(known.contains(&name), "{}: nobody reads {name}", resource.logical);
            if let Some(target) = value.get("Ref").and_then(serde_json::Value::as_str) {
                let exists = parameters.contains(&target) || template.resource(target).is_some();
                assert!(exists, "{}: {name} refers to {target}", resource.logical);
            }
        }
    }
}

#[test]
fn secrets_are_known_and_readable_by_who_names_them() {
    let template = template();
    for function in all() {
        let resource = of(&template, &function);
        let policies = resource.property("Policies").to_string();
        for part in secret_parts(&template, &resource) {
            let known = PARTS.iter().any(|(name, _)| *name == part) || part.starts_with("signing-");
            assert!(known, "{}: there is no secret {part}", resource.logical);
            let readable = policies.contains(&format!("secret:drrip/${{Stage}}/{part}-??????"));
            assert!(readable, "{} may not read {part}", resource.logical);
        }
        let granted = policies.matches("secret:drrip/${Stage}/").count();
        assert_eq!(granted, secret_parts(&template, &resource).len(), "{} may read more", resource.logical);
    }
}

/// Of everything secret, what these parts hold.
fn only(full: &Secrets, parts: &[String]) -> Secrets {
    let has = |part: &str| parts.iter().any(|given| given == part);
    let text = |part: &str, value: &String| if has(part) { value.clone() } else { String::new() };
    Secrets {
        database_writer: full.database_writer.clone(),
        database_reader: None,
        database_ca: None,
        database_direct: None,
        pii_key: text("personal", &full.pii_key),
        hash_key: text("personal", &full.hash_key),
        signing: full
            .signing
            .iter()
            .filter(|(audience, _)| has(&format!("signing-{}", audience.as_str())))
            .map(|(audience, key)| (*audience, key.clone()))
            .collect(),
        verifying: if has("verifying") { full.verifying.clone() } else { HashMap::new() },
        toss: full.toss.clone().filter(|_| has("toss")),
        payouts: full.payouts.clone().filter(|_| has("payouts")),
        agency_secret: full.agency_secret.clone().filter(|_| has("agency")),
        bank_secret: full.bank_secret.clone().filter(|_| has("bank")),
        carriers: if has("carriers") { full.carriers.clone() } else { HashMap::new() },
    }
}

#[tokio::test]
async fn a_function_starts_with_its_own_secrets_alone() {
    let (template, shop) = (template(), Shop::open().await);
    for function in all() {
        let resource = of(&template, &function);
        let given: BTreeMap<String, serde_json::Value> = environment(&template, &resource);
        let has = |name: &str| if given.contains_key(name) { "http://127.0.0.1:1".to_owned() } else { String::new() };
        let config = Config {
            stage: Stage::Test,
            resource_prefix: Some("test-".to_owned()),
            secret_ids: Vec::new(),
            db_connections: 1,
            db_statements: Statements::Unnamed,
            toss_url: has("TOSS_URL"),
            agency_url: has("AGENCY_URL"),
            bank_url: has("BANK_URL"),
            public_bucket: has("PUBLIC_BUCKET"),
            private_bucket: has("PRIVATE_BUCKET"),
            mail_sender: has("MAIL_SENDER"),
            webhook_allow_hosts: Vec::new(),
            allowed_origins: Vec::new(),
        };
        let parts = secret_parts(&template, &resource);
        if parts.iter().all(|part| part.starts_with("database-")) {
            continue; // the migrations make no process of their own
        }
        let boot = Boot::new(
            config,
            only(&shop.boot().secrets, &parts),
            Aws::at("http://127.0.0.1:1", "test-"),
            boot::outgoing().unwrap(),
        )
        .unwrap();
        let made: Result<Made, kernel::Fault> = (function.make)(boot).await;
        if let Err(fault) = made {
            panic!("{} does not start with {parts:?}: {fault}", resource.logical);
        }
    }
    shop.close().await;
}
