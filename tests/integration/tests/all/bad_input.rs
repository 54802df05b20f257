//! Input that cannot be taken: refused with its code and the field at fault, and every row stays what it was.

use harness::{Actor, Answer, Shop, Value, json};
use http::Method;

/// Tables that sellers and inspectors write.
const TABLES: &[&str] = &[
    "products",
    "product_skus",
    "option_groups",
    "option_values",
    "product_images",
    "product_notices",
    "product_certifications",
    "product_revisions",
    "price_histories",
    "sku_stocks",
    "stock_movements",
    "uploads",
    "shipping_policies",
    "seller_addresses",
    "outbox_events",
    "audit_logs",
    "idempotency_keys",
];

/// One endpoint with what it takes.
pub struct Endpoint<'a> {
    pub shop: &'a Shop,
    pub by: &'a Actor,
    pub method: Method,
    pub path: String,
    /// A body it takes; each case changes some fields of it.
    pub body: Value,
}

impl Endpoint<'_> {
    /// Each change makes the body one that is refused with this code at this field.
    pub async fn refuses(&self, cases: &[(Value, &str, &str)]) {
        let before = rows(self.shop).await;
        for (change, code, field) in cases {
            let mut body = self.body.clone();
            body.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
            let answer = self.by.call(self.method.clone(), &self.path, Some(body)).await;
            let fields = fields(&answer);
            assert_eq!(
                (answer.status.as_u16(), answer["code"].as_str()),
                (422, Some(*code)),
                "{change}: {}",
                answer.text
            );
            assert!(fields.contains(&(*field).to_owned()), "{change}: {fields:?} and not {field}");
        }
        let after = rows(self.shop).await;
        let changed: Vec<&str> = TABLES
            .iter()
            .zip(before.iter().zip(&after))
            .filter(|(_, (b, a))| b != a)
            .map(|(table, _)| *table)
            .collect();
        assert!(changed.is_empty(), "refused at {}, yet these changed: {changed:?}", self.path);
    }
}

/// The fields at fault.
fn fields(answer: &Answer) -> Vec<String> {
    let errors = answer["errors"].as_array().cloned().unwrap_or_default();
    errors.iter().filter_map(|error| error["field"].as_str().map(str::to_owned)).collect()
}

/// A fingerprint of each table.
async fn rows(shop: &Shop) -> Vec<Option<String>> {
    let mut prints = Vec::new();
    for table in TABLES {
        prints.push(
            shop.value(&format!("select md5(string_agg(t::text, '|' order by t::text)) from {table} t"), &[]).await,
        );
    }
    prints
}

/// So many of one value.
pub fn many(n: usize, value: &Value) -> Value {
    json!(vec![value; n])
}

#[tokio::test]
async fn what_is_far_too_long_is_refused_like_anything_else() {
    let shop = Shop::open().await;
    let minji = shop.customer().await;
    let long = "a".repeat(60_000);
    for field in ["keyword", "cursor", "limit", "sort"] {
        let answer = minji.get(&format!("/v1/products?{field}={long}")).await.expect_code(422, "invalid_request");
        assert_eq!(answer["errors"][0]["field"], format!("?{field}"));
    }
    minji.get(&format!("/v1/products/{long}")).await.expect_code(404, "not_found");
    let nobody = shop.anonymous(harness::Host::Service);
    nobody.get("/v1/me").header("authorization", &format!("Bearer {long}")).await.expect_code(401, "unauthenticated");
    let order = minji.post("/v1/purchase-orders", harness::json!({})).header("idempotency-key", &long).await;
    assert_eq!((order.status.as_u16(), &order["errors"][0]["field"]), (400, &harness::json!("Idempotency-Key")));
    shop.close().await;
}
