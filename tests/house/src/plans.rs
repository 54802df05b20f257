//! The statements that are asked most, and how PostgreSQL goes about them.

use crate::statements;
use db::Checked;
use std::collections::BTreeSet;

/// What buying and browsing asks most often.
pub const HOT: [&str; 10] = [
    "catalog::browse::BROWSE (newest)",
    "catalog::browse::BROWSE (price_asc)",
    "catalog::product_page::PAGE",
    "catalog::product_options::OPTIONS",
    "catalog::sellable::SELLABLE",
    "orders::views::orders::detail::DETAIL",
    "orders::lines::LINES_OF_ORDER",
    "inventory::reserve::RESERVE",
    "inventory::confirm::CONFIRM",
    "payments::attempt::LOCK_OF_ORDER",
];

/// Tables that grow with the shop and with every order.
pub const LARGE: [&str; 24] = [
    "products",
    "product_skus",
    "product_images",
    "option_groups",
    "option_values",
    "sku_stocks",
    "stock_movements",
    "stock_reservations",
    "price_histories",
    "promotion_products",
    "uploads",
    "users",
    "user_coupons",
    "point_lots",
    "purchase_orders",
    "seller_orders",
    "product_orders",
    "discount_allocations",
    "order_status_histories",
    "shipments",
    "tracking_events",
    "claims",
    "claim_items",
    "payments",
];

/// The hot statements.
pub fn hot() -> Vec<&'static dyn Checked> {
    statements::named().into_iter().filter(|one| HOT.contains(&one.name())).collect()
}

/// A literal for a parameter of a type.
pub fn literal(kind: &str) -> String {
    let value = match kind {
        "uuid" => "00000000-0000-7000-8000-000000000001",
        "_uuid" => "{00000000-0000-7000-8000-000000000001}",
        "jsonb" => "[]",
        "timestamptz" | "date" => "2026-03-02",
        "bool" => "false",
        "int2" | "int4" | "int8" | "numeric" => "24",
        _ => "word",
    };
    format!("'{value}'::{kind}")
}

/// Large tables that a plan (EXPLAIN without costs) reads from one end to the other.
pub fn scanned(plan: &[String]) -> BTreeSet<String> {
    let table = |line: &String| {
        let name = line.split("Seq Scan on ").nth(1)?.split_whitespace().next()?;
        LARGE.contains(&name).then(|| name.to_owned())
    };
    plan.iter().filter_map(table).collect()
}
