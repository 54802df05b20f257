//! DynamoDB tables and S3 buckets, with the keys of template.yaml. Every shop has tables of its own.

use aws::Aws;
use aws::aws_sdk_dynamodb::Client;
use aws::aws_sdk_dynamodb::types::{
    AttributeDefinition, BillingMode, GlobalSecondaryIndex, KeySchemaElement, KeyType, Projection, ProjectionType,
    ScalarAttributeType,
};
use tokio::sync::OnceCell;

pub(crate) const PUBLIC_BUCKET: &str = "drrip-test-public";
pub(crate) const PRIVATE_BUCKET: &str = "drrip-test-private";

struct Table {
    name: &'static str,
    keys: &'static [(&'static str, ScalarAttributeType)],
    index: Option<(&'static str, &'static [(&'static str, ScalarAttributeType)])>,
}

const TABLES: &[Table] = &[
    Table {
        name: "auth_sessions",
        keys: &[("session_id", ScalarAttributeType::S)],
        index: Some(("by_subject", &[("subject_id", ScalarAttributeType::S), ("created_at", ScalarAttributeType::N)])),
    },
    Table { name: "payment_webhook_events", keys: &[("message_key", ScalarAttributeType::S)], index: None },
    Table {
        name: "rate_limit_counters",
        keys: &[("counter", ScalarAttributeType::S), ("window_start", ScalarAttributeType::N)],
        index: None,
    },
];

fn schema(keys: &[(&str, ScalarAttributeType)]) -> Vec<KeySchemaElement> {
    let kinds = [KeyType::Hash, KeyType::Range];
    let element = |((name, _), kind): (&(&str, ScalarAttributeType), KeyType)| {
        KeySchemaElement::builder().attribute_name(*name).key_type(kind).build().unwrap()
    };
    keys.iter().zip(kinds).map(element).collect()
}

pub(crate) async fn create(aws: &Aws) {
    let tables = aws.tables();
    let client = &tables.client;
    let all = TABLES.iter().map(|table| one(client, table, tables.name(table.name)));
    futures::future::join_all(all).await;
}

async fn one(client: &Client, table: &Table, name: String) {
    let indexed = table.index.iter().flat_map(|(_, keys)| keys.iter());
    let attributes = table.keys.iter().chain(indexed).map(|(name, kind)| {
        AttributeDefinition::builder().attribute_name(*name).attribute_type(kind.clone()).build().unwrap()
    });
    let index = table.index.as_ref().map(|(name, keys)| {
        let all = Projection::builder().projection_type(ProjectionType::All).build();
        let index = GlobalSecondaryIndex::builder().index_name(*name).set_key_schema(Some(schema(keys)));
        vec![index.projection(all).build().unwrap()]
    });
    client
        .create_table()
        .table_name(name)
        .set_key_schema(Some(schema(table.keys)))
        .set_attribute_definitions(Some(attributes.collect()))
        .set_global_secondary_indexes(index)
        .billing_mode(BillingMode::PayPerRequest)
        .send()
        .await
        .expect("the AWS emulator makes a table");
}

pub(crate) async fn delete(aws: &Aws) {
    let tables = aws.tables();
    let gone = TABLES.iter().map(|table| tables.client.delete_table().table_name(tables.name(table.name)).send());
    futures::future::join_all(gone).await;
}

/// The buckets are shared: every object key holds a fresh id. So is the domain that mail is sent from.
pub(crate) async fn buckets(aws: &Aws) {
    static READY: OnceCell<()> = OnceCell::const_new();
    READY
        .get_or_init(|| async {
            let config = aws_sdk_s3::config::Builder::from(&aws.config).force_path_style(true).build();
            let client = aws_sdk_s3::Client::from_conf(config);
            for bucket in [PUBLIC_BUCKET, PRIVATE_BUCKET] {
                let here = aws_sdk_s3::types::BucketLocationConstraint::ApNortheast2;
                let here = aws_sdk_s3::types::CreateBucketConfiguration::builder().location_constraint(here).build();
                // It may exist from the last run.
                drop(client.create_bucket().bucket(bucket).create_bucket_configuration(here).send().await);
            }
            let mail = aws_sdk_sesv2::Client::new(&aws.config);
            drop(mail.create_email_identity().email_identity("drrip.example").send().await);
        })
        .await;
}
