//! Scratch: prepares every statement.
#![expect(clippy::unwrap_used, reason = "scratch")]
#[tokio::main]
async fn main() {
    let url = std::env::args().nth(1).unwrap();
    let (c, conn) = db::tokio_postgres::connect(&url, db::tokio_postgres::NoTls).await.unwrap();
    tokio::spawn(conn);
    let mut bad = 0;
    let mut n = 0;
    for (name, stmt) in orders::STATEMENTS.iter().flat_map(|m| m.iter()) {
        n += 1;
        for wrong in db::check(&c, *stmt).await {
            bad += 1;
            println!("{name}: {wrong}");
        }
    }
    println!("{n} statements, {bad} wrong");
}
