//! Every law of `shared/laws/sql` is broken on purpose, in every way its file in `shared/laws/broken` knows, and names the
//! row at fault. A law without such a file is not trusted.

use crate::buying::*;
use crate::order_life::{FullStack, cancel, dispatch};
use crate::settlement_steps::mornings_until;
use harness::simulators::carrier::ScanStatus;
use harness::{Host, Shop, json};
use laws::Law;

/// An order with every kind of discount, cancelled in part, delivered, decided, settled and on issued statements of two
/// sellers; and another one nobody has paid yet.
async fn busy_shop() -> Shop {
    let FullStack { shop, minji, one, two, quote: quoted } = FullStack::open().await;
    let placed = order(&minji, &quoted).await;
    pay(&shop, &minji, &placed).await;
    let lines = lines(&shop, &placed).await;
    cancel(&shop, &minji, &[(lines[1], 1)], [14_842, 1_573, 351]).await;
    dispatch(&one, &[(lines[0], 1), (lines[1], 2)], "100000000071").await;
    dispatch(&two, &[(lines[2], 1)], "100000000072").await;
    shop.carrier().push_to(&shop.url(Host::External).await);
    for invoice in ["100000000071", "100000000072"] {
        shop.carrier().scan("CJ", invoice, ScanStatus::AtPickup).await;
        shop.carrier().scan("CJ", invoice, ScanStatus::Delivered).await;
    }
    shop.run_tasks().await;
    minji.post("/v1/product-orders/confirm", json!({ "product_order_ids": lines })).await.expect(204);
    shop.run_tasks().await;
    mornings_until(&shop, &one, "issued").await;
    mornings_until(&shop, &two, "issued").await;
    let socks = one.product("양말").price(9_900).sku("F", 10).on_sale().await;
    let sumin = shop.customer().await;
    sumin.address().await;
    order(&sumin, &quote(&sumin, &[piece(socks.only(), 2)]).await).await;
    shop.run_tasks().await;
    shop
}

/// The ways to break a law, or to do what it excuses: what each does, and its statements, the last of which answers the ids
/// it is about.
fn ways(law: &Law, kind: &str) -> Option<Vec<(String, Vec<String>)>> {
    let file = format!("{}/../../shared/laws/{kind}/{}.sql", env!("CARGO_MANIFEST_DIR"), law.name);
    let text = std::fs::read_to_string(&file).ok()?;
    let statements = |sql: &str| sql.split_terminator(";\n").map(str::to_owned).collect();
    let way = |paragraph: &str| {
        let (comment, sql) = paragraph.split_once('\n').unwrap();
        (comment.trim_start_matches("-- ").to_owned(), statements(&format!("{}\n", sql.trim())))
    };
    Some(text.split("\n\n").map(way).collect())
}

/// Breaks a law behind the schema's back, for a moment; answers the rows at fault and what the law says.
async fn broken(shop: &Shop, law: &Law, statements: &[String]) -> (Vec<String>, Vec<(String, String)>) {
    shop.sql("begin", &[]).await;
    shop.sql("set local session_replication_role = replica", &[]).await;
    let (last, before) = statements.split_last().unwrap();
    for sql in before {
        shop.sql(sql, &[]).await;
    }
    let at_fault = shop.values(last, &[]).await;
    let query = law.sql.trim_end().trim_end_matches(';');
    let said = format!("select array[id, why] from ({query}) broken");
    let said: Vec<Vec<Option<String>>> = shop.values(&said, &[&shop.now()]).await;
    shop.sql("rollback", &[]).await;
    let word = |words: &[Option<String>], i: usize| words[i].clone().unwrap_or_default();
    (at_fault, said.iter().map(|words| (word(words, 0), word(words, 1))).collect())
}

#[tokio::test]
async fn every_law_that_is_broken_names_the_row_at_fault() {
    let shop = busy_shop().await;
    shop.check_laws().await;
    let mut unseen = Vec::new();
    for law in laws::all() {
        for (what, statements) in ways(&law, "broken").unwrap_or_else(|| panic!("nobody breaks {}", law.name)) {
            let (at_fault, said) = broken(&shop, &law, &statements).await;
            let missed = at_fault.iter().filter(|id| !said.iter().any(|(named, why)| named == *id && !why.is_empty()));
            let missed: Vec<&String> = missed.collect();
            if at_fault.is_empty() || !missed.is_empty() {
                unseen
                    .push(format!("{}: {what} At fault: {at_fault:?}, unnamed: {missed:?}, said: {said:?}", law.name));
            }
        }
    }
    assert!(unseen.is_empty(), "laws that did not see:\n{}", unseen.join("\n"));
    shop.close().await;
}

#[tokio::test]
async fn what_a_law_excuses_breaks_it_not() {
    let shop = busy_shop().await;
    let (mut tried, mut named) = (0, Vec::new());
    for law in laws::all() {
        for (what, statements) in ways(&law, "allowed").unwrap_or_default() {
            let (excused, said) = broken(&shop, &law, &statements).await;
            if excused.is_empty() || !said.is_empty() {
                named.push(format!("{}: {what} Excused: {excused:?}, said: {said:?}", law.name));
            }
            tried += 1;
        }
    }
    assert!(named.is_empty(), "laws that knew no excuse:\n{}", named.join("\n"));
    assert!(tried >= 4, "{tried}");
    shop.close().await;
}
