//! Everything the platform holds about one customer's order or one seller's settlement, without ids, numbers and moments: two
//! that went the same way stand the same.

use db::tokio_postgres::types::ToSql;
use harness::{Shop, Value};
use kernel::{SellerId, UserId};

const ORDERS: &str = "(select id from purchase_orders where user_id = $1)";
const LINES: &str = "(select id from product_orders where user_id = $1)";
const PAYMENTS: &str =
    "(select p.id from payments p join purchase_orders o on o.id = p.purchase_order_id where o.user_id = $1)";
const CLAIMS: &str =
    "(select c.id from claims c join purchase_orders o on o.id = c.purchase_order_id where o.user_id = $1)";

/// Each table with the rows that belong to the customer.
fn buyers_tables() -> Vec<(&'static str, String)> {
    let parcels = format!("seller_order_id in (select id from seller_orders where purchase_order_id in {ORDERS})");
    vec![
        ("purchase_orders", "user_id = $1".into()),
        ("seller_orders", format!("purchase_order_id in {ORDERS}")),
        ("product_orders", "user_id = $1".into()),
        ("discount_allocations", format!("purchase_order_id in {ORDERS}")),
        ("order_status_histories", format!("purchase_order_id in {ORDERS}")),
        ("product_order_changes", format!("product_order_id in {LINES}")),
        ("stock_reservations", format!("product_order_id in {LINES}")),
        ("payments", format!("id in {PAYMENTS}")),
        // A question that was asked once more, or whose answer got lost, moves nothing.
        ("payment_transactions", format!("payment_id in {PAYMENTS} and amount <> 0 and result = 'success'")),
        ("payment_refunds", format!("payment_id in {PAYMENTS}")),
        ("virtual_accounts", format!("payment_id in {PAYMENTS}")),
        ("ledger_entries", format!("purchase_order_id in {ORDERS} or user_id = $1")),
        ("point_lots", "user_id = $1".into()),
        ("point_transactions", "user_id = $1".into()),
        ("user_coupons", "user_id = $1".into()),
        ("claims", format!("id in {CLAIMS}")),
        ("claim_items", format!("claim_id in {CLAIMS}")),
        ("shipments", parcels.clone()),
        ("tracking_events", format!("shipment_id in (select id from shipments where {parcels})")),
        ("settlement_lines", format!("product_order_id in {LINES} or {parcels}")),
        ("notifications", "user_id = $1".into()),
        ("inquiries", "user_id = $1".into()),
        ("webhook_deliveries", format!("object_id in {LINES} or object_id in {ORDERS} or object_id in {CLAIMS}")),
        (
            "outbox_events",
            "payload ->> 'user_id' = $1::uuid::text or exists (select 1 from purchase_orders o where o.user_id = $1 and position(o.id::text in payload::text) > 0)".into(),
        ),
        ("stock_movements", format!("ref_id in {LINES} or ref_id in (select id from claim_items where claim_id in {CLAIMS})")),
    ]
}

/// Columns that count rows, name things or say how often something was tried.
const PASSING: &[&str] = &[
    "version",
    "order_no",
    "product_order_no",
    "pg_order_id",
    "payment_key",
    "idempotency_key",
    "request_key",
    "dedupe_key",
    "pg_transaction_key",
    "claim_no",
    "invoice_no",
    "seq",
    "txid",
    "on_hand_after",
    "stock_version",
    "trace_id",
    "title",
    "body",
    "link",
    "publish_attempts",
    "attempts",
    "attempt_no",
    "leased_until",
    "last_code",
    "next_poll_at",
    "inquiry_no",
    "queued_until",
    "next_attempt_at",
    "settlement_no",
    "batch_no",
    "ref_payout_id",
    "pg_payout_id",
];

/// What stands, table by table: text, numbers and yes or no as they are, of moments only whether they came.
pub type Standing = Vec<(String, Value)>;

async fn rows(shop: &Shop, tables: Vec<(&'static str, String)>, whose: &(dyn ToSql + Sync)) -> Standing {
    let mut all = Vec::new();
    for (table, rows) in tables {
        let shown = format!(
            "select string_agg(format(case when udt_name in ('timestamptz', 'date') then '%L, %I is not null' else '%L, %I' end, column_name, column_name), ', ' order by ordinal_position)
             from information_schema.columns
             where table_schema = 'public' and table_name = '{table}' and column_name <> all($1)
               and udt_name in ('text', 'int4', 'int8', 'numeric', 'bool', 'timestamptz', 'date')"
        );
        let passing: Vec<String> = PASSING.iter().map(|name| (*name).to_owned()).collect();
        let shown: String = shop.value(&shown, &[&passing]).await;
        let sql = format!(
            "select coalesce(jsonb_agg(r order by r::text), '[]') from (select jsonb_build_object({shown}) as r from {table} where {rows}) t"
        );
        all.push((table.to_owned(), shop.value(&sql, &[whose]).await));
    }
    all
}

/// How a customer's only order stands.
pub async fn of_buyer(shop: &Shop, user: UserId) -> Standing {
    rows(shop, buyers_tables(), &user).await
}

/// How a seller's settlement stands.
pub async fn of_seller(shop: &Shop, seller: SellerId) -> Standing {
    let batches = "batch_no in (select batch_no from payouts where seller_id = $1)".to_owned();
    let own = || "seller_id = $1".to_owned();
    let tables = vec![
        ("settlement_lines", own()),
        ("settlements", own()),
        ("payouts", own()),
        ("payout_batches", batches),
        ("settlement_holds", own()),
        ("ledger_entries", own()),
        ("outbox_events", "payload ->> 'seller_id' = $1::uuid::text".to_owned()),
    ];
    rows(shop, tables, &seller).await
}

/// Where two differ.
#[track_caller]
pub fn same(undisturbed: &Standing, other: &Standing, what: &str) {
    for ((table, expected), (_, found)) in undisturbed.iter().zip(other) {
        assert!(expected == found, "{what}: {table} stands otherwise\nundisturbed: {expected:#}\nfound: {found:#}");
    }
}
