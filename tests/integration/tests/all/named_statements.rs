//! Statements get names where the pooler carries them over: at the fifth use, without another round trip, and without harm when
//! a name is lost.

use crate::buying::{bought, piece};
use db::{Db, DbConfig};
use harness::{Shop, Statements, counted};
use kernel::{Fault, SkuId};

db::statements! {
    static STOCK: (SkuId,) => (i32,) = "select on_hand from sku_stocks where sku_id = $1";
    static BROKEN: () => (i32,) = "select 1 / 0";
    static FORGET: () => () = "deallocate all";
    static WIDEN: () => () = "alter table sku_stocks alter on_hand type bigint";
    static NARROW: () => () = "alter table sku_stocks alter on_hand type int";
    static NAMES: (String,) => (String,) = "select name from pg_prepared_statements where statement = $1";
}

/// A database with one connection, past the pooler.
pub(crate) fn alone(shop: &Shop, statements: Statements) -> Db {
    let url = shop.boot().secrets.database_writer.clone();
    Db::new(&DbConfig { writer: url.clone(), reader: url, connections: 1, statements }).unwrap()
}

async fn names(db: &Db) -> usize {
    NAMES.all(&db.writer().await.unwrap(), (STOCK.sql().to_owned(),)).await.unwrap().len()
}

#[tokio::test]
async fn a_statement_gets_its_name_at_the_fifth_use_in_the_same_round_trip() {
    let shop = Shop::named().await;
    for (statements, named) in [(Statements::Unnamed, 0), (Statements::Named, 1)] {
        let db = alone(&shop, statements);
        for used in 1..=7 {
            let on = db.writer().await.unwrap();
            let (cost, row) = counted(STOCK.opt(&on, (SkuId::new(),))).await;
            assert_eq!((cost.trips, row.unwrap()), (1, None));
            drop(on);
            assert_eq!(names(&db).await, if used < 5 { 0 } else { named }, "after {used} uses");
        }
        db.close();
    }
    shop.close().await;
}

#[tokio::test]
async fn a_transaction_that_failed_gives_no_name_and_the_next_one_does() {
    let shop = Shop::named().await;
    let db = alone(&shop, Statements::Named);
    for _ in 0..4 {
        STOCK.opt(&db.writer().await.unwrap(), (SkuId::new(),)).await.unwrap();
    }
    let tx = db.begin().await.unwrap();
    BROKEN.all(&tx, ()).await.unwrap_err();
    STOCK.opt(&tx, (SkuId::new(),)).await.unwrap_err();
    drop(tx);
    assert_eq!(names(&db).await, 0);
    STOCK.opt(&db.writer().await.unwrap(), (SkuId::new(),)).await.unwrap();
    assert_eq!(names(&db).await, 1);
    db.close();
    shop.close().await;
}

#[tokio::test]
async fn a_name_that_no_longer_fits_is_told_as_an_outage_once_and_given_anew() {
    let shop = Shop::named().await;
    let db = alone(&shop, Statements::Named);
    for _ in 0..6 {
        STOCK.opt(&db.writer().await.unwrap(), (SkuId::new(),)).await.unwrap();
    }
    // A server that forgets, as after a failover; a column of another type for a while.
    for (lose, mend) in [(&FORGET, None), (&WIDEN, Some(&NARROW))] {
        lose.run(&db.writer().await.unwrap(), ()).await.unwrap();
        let broken = STOCK.opt(&db.writer().await.unwrap(), (SkuId::new(),)).await.unwrap_err();
        assert!(matches!(broken, Fault::Unavailable { .. }), "{}: {broken}", lose.sql());
        if let Some(mend) = mend {
            mend.run(&db.writer().await.unwrap(), ()).await.unwrap();
        }
        for _ in 0..6 {
            STOCK.opt(&db.writer().await.unwrap(), (SkuId::new(),)).await.unwrap();
        }
        assert_eq!(names(&db).await, 1, "{}", lose.sql());
    }
    db.close();
    shop.close().await;
}

#[tokio::test]
async fn orders_are_placed_and_paid_with_named_statements() {
    let shop = Shop::named().await;
    let tee = shop.seller().await.product("티셔츠").price(30_000).sku("M", 20).on_sale().await;
    let minji = shop.customer().await;
    minji.address().await;
    for n in 1..=8 {
        bought(&shop, &minji, &[piece(tee.only(), 1)]).await;
        shop.run_tasks().await;
        let left: i32 = shop.value("select on_hand from sku_stocks", &[]).await;
        assert_eq!(left, 20 - n);
    }
    shop.close().await;
}
