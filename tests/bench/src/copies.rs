//! A big shop out of a small one: every row of it, copied as often as asked, set by set in SQL.
//!
//! Each copy is a world of its own under other ids, so that what holds in the small shop (the schema's checks, the
//! conservation laws, the shares of every discount) holds in the big one. An id keeps its first 48 bits, the moment it was
//! made, and gets others behind them: rows of one moment lie beside one another, as they would in a shop that grew.

use anyhow::Context as _;
use std::fmt::Write as _;
use tokio_postgres::Client;

/// What is copied. What is left out is shared (categories, grades, roles, carriers, periods) or of the moment (outbox,
/// idempotency keys, logs, notifications).
const TABLES: [&str; 49] = [
    "uploads",
    "users",
    "user_profiles",
    "user_addresses",
    "user_consents",
    "sellers",
    "seller_members",
    "seller_bank_accounts",
    "seller_contracts",
    "seller_addresses",
    "shipping_policies",
    "brands",
    "brand_sellers",
    "products",
    "option_groups",
    "option_values",
    "product_images",
    "product_skus",
    "product_notices",
    "sku_stocks",
    "stock_movements",
    "promotions",
    "promotion_products",
    "price_histories",
    "coupons",
    "coupon_targets",
    "user_coupons",
    "point_lots",
    "point_transactions",
    "checkout_quotes",
    "purchase_orders",
    "seller_orders",
    "product_orders",
    "discount_allocations",
    "stock_reservations",
    "order_status_histories",
    "product_order_changes",
    "shipments",
    "tracking_events",
    "payments",
    "payment_transactions",
    "payment_refunds",
    "virtual_accounts",
    "ledger_transactions",
    "ledger_entries",
    "settlements",
    "settlement_lines",
    "claims",
    "claim_items",
];

/// Tables that shoppers browse.
const CATALOG: [&str; 17] = [
    "uploads",
    "sellers",
    "seller_contracts",
    "seller_addresses",
    "shipping_policies",
    "brands",
    "brand_sellers",
    "products",
    "option_groups",
    "option_values",
    "product_images",
    "product_skus",
    "product_notices",
    "sku_stocks",
    "promotions",
    "promotion_products",
    "price_histories",
];

/// What customers and their orders leave behind, but for what is only ever appended. The goods themselves stay as few as they were.
const PAST: [&str; 16] = [
    "users",
    "user_profiles",
    "user_addresses",
    "user_consents",
    "coupons",
    "coupon_targets",
    "user_coupons",
    "point_lots",
    "checkout_quotes",
    "purchase_orders",
    "seller_orders",
    "product_orders",
    "discount_allocations",
    "stock_reservations",
    "payments",
    "payment_transactions",
];

/// Texts that name one thing in the whole shop get the copy's number behind them.
const NAMES: [(&str, &str); 13] = [
    ("uploads", "object_key"),
    ("users", "login_email"),
    ("user_profiles", "nickname"),
    ("sellers", "code"),
    ("seller_members", "email"),
    ("brands", "slug"),
    ("purchase_orders", "order_no"),
    ("product_orders", "product_order_no"),
    ("shipments", "invoice_no"),
    ("payments", "pg_order_id"),
    ("payments", "payment_key"),
    ("claims", "claim_no"),
    ("settlements", "settlement_no"),
];

/// Of the ids that refer to shared rows, these are known by what they refer to; every other id is the copy's own.
const SHARED: &str = "select a.attname from pg_constraint c
     join unnest(c.conkey) with ordinality k(attnum, n) on true join pg_attribute a on a.attrelid = c.conrelid and a.attnum = k.attnum
     where c.contype = 'f' and c.conrelid = $1::text::regclass and not c.confrelid::regclass::text = any($2::text[])";

/// Of a table, but for those of its constraints.
const INDEXES: &str = "select indexname::text, indexdef from pg_indexes
     where schemaname = 'public' and tablename = $1::text and not exists (select from pg_constraint where conname = indexname)";

/// A number that falls as dice would, the same at every run.
const DIE: &str = "abs(hashtext(t.id::text || k)::bigint)";

/// How much of the shop is copied.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum What {
    Everything,
    /// What is browsed alone: products without a past.
    Catalog,
    /// Customers and their orders, of goods that are gone.
    Past,
}

/// Makes `copies` worlds of the one there is (which counts as the first), then brings the planner's knowledge up to date.
pub async fn multiply(sql: &Client, copies: i32, what: What) -> anyhow::Result<()> {
    let tables: &[&str] = match what {
        What::Everything => &TABLES,
        What::Catalog => &CATALOG,
        What::Past => &PAST,
    };
    sql.batch_execute(
        "create or replace function copied(id uuid, k int) returns uuid language sql immutable parallel safe as
         $$ select (left(replace(id::text, '-', ''), 13) || right(md5(id::text || k), 19))::uuid $$;
         set session_replication_role = replica; set synchronous_commit = off; set maintenance_work_mem = '512MB'",
    )
    .await?;
    for table in tables {
        let statement = statement(sql, table).await?;
        // An index is built faster over all rows than row by row.
        let indexes = sql.query(INDEXES, &[&table]).await?;
        for index in &indexes {
            sql.batch_execute(&format!("drop index {}", index.get::<_, &str>(0))).await?;
        }
        sql.execute(&statement, &[&(copies - 1)]).await.with_context(|| format!("{table}: {statement}"))?;
        for index in &indexes {
            sql.batch_execute(index.get(1)).await?;
        }
    }
    sql.batch_execute("set session_replication_role = origin; reset synchronous_commit").await?;
    sql.batch_execute("vacuum analyze").await?;
    sql.batch_execute("checkpoint").await?;
    Ok(())
}

async fn statement(sql: &Client, table: &str) -> anyhow::Result<String> {
    let shared = sql.query(SHARED, &[&table, &TABLES.as_slice()]).await?;
    let shared: Vec<String> = shared.iter().map(|row| row.get(0)).collect();
    let columns = "select attname::text, format_type(atttypid, null) from pg_attribute
         where attrelid = $1::text::regclass and attnum > 0 and not attisdropped and attidentity = '' and attgenerated = '' order by attnum";
    let (mut names, mut values) = (String::new(), String::new());
    for row in sql.query(columns, &[&table]).await? {
        let (column, kind): (String, String) = (row.get(0), row.get(1));
        let value = match (table, column.as_str()) {
            ("sellers", "business_no") => {
                "lpad((1000000000 + k * 1000 + right(t.business_no, 3)::int)::text, 10, '0')".to_owned()
            }
            ("users", "ci_hash") => "sha256(t.ci_hash || int4send(k))".to_owned(),
            // A few products are liked by many and many by few, and they came one after the other within a year.
            ("products", "like_count") => format!("(5000 / (1 + {DIE} % 5000))::int"),
            ("products", "on_sale_at") => format!("t.on_sale_at - make_interval(mins => ({DIE} % 525600)::int)"),
            _ if kind == "uuid" && !shared.contains(&column) => format!("copied(t.{column}, k)"),
            name if NAMES.contains(&name) => format!("t.{column} || '-' || k"),
            _ => format!("t.{column}"),
        };
        let comma = if names.is_empty() { "" } else { ", " };
        write!(names, "{comma}{column}")?;
        write!(values, "{comma}{value}")?;
    }
    Ok(format!("insert into {table} ({names}) select {values} from {table} t cross join generate_series(1, $1::int) k"))
}
