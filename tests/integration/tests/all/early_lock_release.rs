//! A transaction that lets go of its locks early is durable when its end is heard of, as any other.

use crate::named_statements::alone;
use db::Db;
use harness::{Shop, Statements, counted};

db::statements! {
    static WRITE: () => (String,) = "insert into system_settings (key, kind, value, updated_at) values (gen_random_uuid()::text, 'setting', '1', now()) returning pg_current_wal_insert_lsn()::text";
    static WAITS: () => (String,) = "select current_setting('synchronous_commit')";
    /// This transaction's commit is heard of before it is durable.
    static LET_GO: () => (String,) = "select set_config('synchronous_commit', 'off', true)";
    static IS_DURABLE: (String,) => (bool,) = "select pg_current_wal_flush_lsn() >= $1::text::pg_lsn";
}

/// A database whose commits are waited for, which those of the other stories are not.
async fn waiting(shop: &Shop) -> Db {
    shop.sql(
        "do $$ begin execute format('alter database %I set synchronous_commit = on', current_database()); end $$",
        &[],
    )
    .await;
    alone(shop, Statements::Unnamed)
}

#[tokio::test]
async fn what_is_let_go_early_is_durable_when_its_commit_is_heard_of_and_costs_no_trip_more() {
    let shop = Shop::open().await;
    let db = waiting(&shop).await;
    // Often, for the server may have written its log just then by itself.
    for _ in 0..20 {
        let tx = db.begin().await.unwrap().early_lock_release();
        let (cost, written) = counted(async {
            let (written,) = WRITE.one(&tx, ()).await.unwrap();
            assert_eq!(WAITS.one(&tx, ()).await.unwrap().0, "off", "its commit is not waited for");
            tx.commit().await.unwrap();
            written
        })
        .await;
        let on = db.writer().await.unwrap();
        assert!(IS_DURABLE.one(&on, (written,)).await.unwrap().0);
        assert_eq!(WAITS.one(&on, ()).await.unwrap().0, "on", "the next transaction on the connection waits");
        assert_eq!(cost.trips, 3);
    }
    db.close();
    shop.close().await;
}

#[tokio::test]
async fn who_tells_what_others_committed_can_wait_until_it_is_durable() {
    let shop = Shop::open().await;
    let db = waiting(&shop).await;
    // Often, for the server may have written its log just then by itself.
    for _ in 0..20 {
        let tx = db.begin().await.unwrap();
        LET_GO.one(&tx, ()).await.unwrap();
        let (written,) = WRITE.one(&tx, ()).await.unwrap();
        tx.commit().await.unwrap();
        db.durable().await.unwrap();
        assert!(IS_DURABLE.one(&db.writer().await.unwrap(), (written,)).await.unwrap().0);
    }
    db.close();
    shop.close().await;
}
