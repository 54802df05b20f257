//! A hundred pieces and a thousand buyers at once, over HTTP, while others shop in peace.

use crate::buying::{accepted, piece, quote, window};
use db::{Db, DbConfig, Statements};
use futures::future::join_all;
use harness::{Answer, Call, Customer, Host, Shop, Value, json, serve, web};
use kernel::SkuId;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use tokio::sync::Semaphore;

const PIECES: i32 = 100;
const BUYERS: usize = 1_000;
/// Requests on their way at once: both ends of each are open files of this process.
const DOORS: usize = 200;
/// How often somebody who is told to come again does.
const PATIENCE: usize = 100;

/// A host on a port, as the people see it who stand before it.
struct Door {
    url: String,
    places: Semaphore,
    /// Answers that said to come again.
    sent_away: AtomicUsize,
}

impl Door {
    fn to(url: String) -> Door {
        Door { url, places: Semaphore::new(DOORS), sent_away: AtomicUsize::new(0) }
    }

    /// Sends what `make` makes until the answer is one; whoever comes again comes with the same Idempotency-Key.
    async fn ask(&self, make: impl Fn() -> Call) -> Answer {
        for _ in 0..PATIENCE {
            let place = self.places.acquire().await.unwrap();
            let answer = make().over(&self.url).await;
            drop(place);
            if answer.status != 503 {
                return answer;
            }
            assert!(answer.header("retry-after").is_some(), "{}", answer.text);
            self.sent_away.fetch_add(1, Ordering::Relaxed);
        }
        panic!("{} answers nobody", self.url)
    }

    /// Goes through the gateway's window and comes back; asks until the payment is done.
    async fn pay(&self, shop: &Shop, buyer: &Customer, placed: &Answer) {
        let (body, key) = (window(shop, placed).await, format!("pay-{}", buyer.user_id));
        let mut paid = self.ask(|| buyer.post("/v1/payments/confirm", body.clone()).key(&key)).await;
        let path = format!("/v1/payments/{}", placed["payment"]["payment_id"].as_str().unwrap());
        for _ in 0..PATIENCE {
            if paid["state"] == "done" {
                return;
            }
            assert!(paid.status.is_success(), "{}", paid.text);
            paid = self.ask(|| buyer.get(&path)).await;
        }
        panic!("never paid: {}", paid.text)
    }

    /// One buyer's try; answers whether they have it.
    async fn buys(&self, shop: &Shop, buyer: &Customer, quoted: &Answer) -> bool {
        let (body, key) = (accepted(quoted), format!("place-{}", buyer.user_id));
        let placed = self.ask(|| buyer.post("/v1/purchase-orders", body.clone()).key(&key)).await;
        if placed.status == 409 {
            assert_eq!(placed["code"], "out_of_stock", "{}", placed.text);
            return false;
        }
        self.pay(shop, buyer, &placed.expect(201)).await;
        true
    }
}

async fn somebody(shop: &Shop) -> Customer {
    let customer = shop.customer().await;
    customer.address().await;
    customer
}

/// Reads and buys something else until the sale is over; answers how often it was served.
async fn bystander(shop: &Shop, door: &Door, who: &Customer, coat: SkuId, over: &AtomicBool) -> usize {
    let mut served = 0;
    while !over.load(Ordering::Relaxed) {
        for path in ["/v1/products", "/v1/categories", "/v1/purchase-orders"] {
            door.ask(|| who.get(path)).await.expect(200);
        }
        let body = json!({ "items": [piece(coat, 1)] });
        let quoted = door.ask(|| who.post("/v1/checkout-quotes", body.clone())).await.expect(201);
        let body = accepted(&quoted);
        let key = format!("place-{}", quoted["quote_id"]);
        let placed = door.ask(|| who.post("/v1/purchase-orders", body.clone()).key(&key)).await.expect(201);
        let returned = window(shop, &placed).await;
        let paid = door.ask(|| who.post("/v1/payments/confirm", returned.clone())).await;
        assert!([200, 202].contains(&paid.status.as_u16()), "{}", paid.text);
        served += 6;
    }
    served
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hundred_pieces_go_to_a_hundred_of_a_thousand_buyers() {
    let shop = Shop::open().await;
    let (seller, other) = (shop.seller().await, shop.seller().await);
    let tee = seller.product("한정판 티셔츠").price(20_000).sku("M", PIECES).on_sale().await.only();
    let coat = other.product("코트").price(60_000).sku("M", 10_000).on_sale().await.only();
    let buyers = join_all((0..BUYERS).map(|_| somebody(&shop))).await;
    let passer_by = somebody(&shop).await;

    // The others are served by another process, as functions of their own would.
    let mut beside = shop.boot().clone();
    let url = beside.secrets.database_writer.clone();
    beside.db =
        Db::new(&DbConfig { writer: url.clone(), reader: url, connections: 4, statements: Statements::Unnamed })
            .unwrap();
    let router = web::start(beside.clone(), serve::apis(Host::Service, &beside).await.unwrap());
    let (sale, elsewhere) = (Door::to(shop.url(Host::Service).await), Door::to(harness::listen(router).await));

    let deadlocks = "select deadlocks from pg_stat_database where datname = current_database()";
    let before: i64 = shop.value(deadlocks, &[]).await;
    let quoted = join_all(
        buyers
            .iter()
            .map(|buyer| sale.ask(move || buyer.post("/v1/checkout-quotes", json!({ "items": [piece(tee, 1)] })))),
    )
    .await;
    let over = AtomicBool::new(false);
    let rush = async {
        let tries = buyers.iter().zip(&quoted).map(|(buyer, quoted)| sale.buys(&shop, buyer, quoted));
        let got = join_all(tries).await;
        over.store(true, Ordering::Relaxed);
        got.into_iter().filter(|got| *got).count()
    };
    let (winners, served) = futures::join!(rush, bystander(&shop, &elsewhere, &passer_by, coat, &over));
    assert_eq!(winners, usize::try_from(PIECES).unwrap());
    assert!(served > 0, "nobody else was served");

    shop.run_tasks().await;
    let orders = "select jsonb_object_agg(state, n) from (
                      select p.state, count(distinct p.id) as n from purchase_orders p join product_orders o on o.purchase_order_id = p.id
                      where o.sku_id = $1 and o.state = 'paid' group by 1) of_state";
    assert_eq!(shop.value::<Value>(orders, &[&tee]).await, json!({ "in_progress": PIECES }));
    let stock = "select jsonb_build_array(on_hand, reserved) from sku_stocks where sku_id = $1";
    assert_eq!(shop.value::<Value>(stock, &[&tee]).await, json!([0, 0]));
    let held = "select count(*) from stock_reservations where sku_id = $1 and state <> 'confirmed'";
    assert_eq!(shop.value::<i64>(held, &[&tee]).await, 0);
    assert_eq!(shop.value::<i64>(deadlocks, &[]).await, before);
    let late = quote(&passer_by, &[piece(coat, 1)]).await;
    assert_eq!(late["total_payable"], 60_000, "{}", late.text);
    println!(
        "flash sale: {BUYERS} buyers, {winners} paid, {} refused, {} told to come again; {served} answers to others",
        BUYERS - winners,
        sale.sent_away.load(Ordering::Relaxed)
    );
    beside.db.close();
    shop.close().await;
}
