//! Tables and buckets: named as the code derives them, private, encrypted, expiring.

use crate::deployed::template;
use std::collections::BTreeSet;
use std::path::Path;
use wiring::root;

fn tables_of(folder: &Path, found: &mut BTreeSet<String>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            tables_of(&path, found);
        } else if path.extension().is_some_and(|e| e == "rs") {
            let source = std::fs::read_to_string(path).unwrap();
            let names = source.split("const TABLE: &str = \"").skip(1).filter_map(|rest| rest.split_once('"'));
            found.extend(names.map(|(name, _)| format!("drrip-${{Stage}}-{}", name.replace('_', "-"))));
        }
    }
}

#[test]
fn tables_are_the_codes_and_their_rows_expire() {
    let (template, mut coded) = (template(), BTreeSet::new());
    tables_of(&root().join("shared"), &mut coded);
    let mut deployed = BTreeSet::new();
    for table in template.of_type("AWS::DynamoDB::Table") {
        deployed.insert(table.text("TableName").unwrap().to_owned());
        let ttl = table.property("TimeToLiveSpecification");
        assert_eq!((&ttl["AttributeName"], &ttl["Enabled"]), (&"expires_at".into(), &true.into()), "{}", table.logical);
        let recovery = table.property("PointInTimeRecoverySpecification/PointInTimeRecoveryEnabled");
        assert_eq!(recovery, true, "{}", table.logical);
        assert_eq!(table.property("SSESpecification/SSEEnabled"), true, "{}", table.logical);
        assert_eq!(table.body["DeletionPolicy"], "Retain", "{}", table.logical);
    }
    assert_eq!(deployed, coded);
}

#[test]
fn buckets_are_closed_and_encrypted() {
    let template = template();
    let buckets: Vec<_> = template.of_type("AWS::S3::Bucket").collect();
    assert_eq!(buckets.iter().map(|b| b.logical).collect::<BTreeSet<_>>(), ["PrivateBucket", "PublicBucket"].into());
    for bucket in &buckets {
        let closed = bucket.property("PublicAccessBlockConfiguration").as_object().unwrap();
        assert!(closed.len() == 4 && closed.values().all(|value| value == true), "{}", bucket.logical);
        assert!(bucket.property("BucketEncryption").is_object(), "{}", bucket.logical);
        assert_eq!(bucket.body["DeletionPolicy"], "Retain", "{}", bucket.logical);
        let guarded = template.of_type("AWS::S3::BucketPolicy").any(|p| {
            p.property("Bucket")["Ref"] == bucket.logical && p.body.to_string().contains("aws:SecureTransport")
        });
        assert!(guarded, "{} takes plain http", bucket.logical);
    }
}

#[test]
fn the_bus_is_the_codes() {
    let template = template();
    let buses: Vec<_> = template.of_type("AWS::Events::EventBus").filter_map(|bus| bus.text("Name")).collect();
    assert_eq!(buses, ["drrip-${Stage}-domain"]);
}
