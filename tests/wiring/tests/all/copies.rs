//! Copies outside the account: all that lasts is taken, and under a key that the other account can be given.

use crate::deployed::template;
use wiring::template::{referred, text};
use wiring::{Template, root};

fn copies() -> Template {
    Template::parse(&std::fs::read_to_string(root().join("copies.yaml")).unwrap()).unwrap()
}

#[test]
fn every_cluster_and_bucket_is_copied_to_the_other_account() {
    let (template, copies) = (template(), copies());
    let clusters = template.of_type("AWS::RDS::DBCluster").map(|one| one.text("DBClusterIdentifier"));
    let buckets = template.of_type("AWS::S3::Bucket").map(|one| one.text("BucketName"));
    let lasting: Vec<&str> = clusters.chain(buckets).map(Option::unwrap).collect();
    let selection = copies.resource("Selection").unwrap();
    let taken: Vec<&str> =
        selection.property("BackupSelection/Resources").as_array().unwrap().iter().filter_map(text).collect();
    assert_eq!(taken.len(), lasting.len());
    for name in lasting {
        assert!(taken.iter().any(|arn| arn.ends_with(&format!(":{name}"))), "{name} is not copied");
    }
    let plan = copies.resource("Plan").unwrap();
    let copy = &plan.property("BackupPlan/BackupPlanRule")[0]["CopyActions"][0];
    assert_eq!(referred(&copy["DestinationBackupVaultArn"]), Some("BackupVault"));
}

#[test]
fn nothing_that_is_copied_lies_under_a_key_of_aws() {
    let (template, copies) = (template(), copies());
    for cluster in template.of_type("AWS::RDS::DBCluster") {
        assert_eq!(referred(cluster.property("KmsKeyId")), Some("DataKey"), "{}", cluster.logical);
    }
    // Files are encrypted anew in the vault they are taken to.
    for vault in copies.of_type("AWS::Backup::BackupVault") {
        let key = text(&vault.property("EncryptionKeyArn")["Fn::ImportValue"]);
        assert_eq!(key, Some("drrip-${Stage}-data-key"), "{}", vault.logical);
    }
}
