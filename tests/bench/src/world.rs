//! A small shop with a past, lived through over the platform's own routes: two sellers, what they sell, their customers, and
//! orders that were paid, sent, delivered and mostly kept. Nine days ago it opened; it ends today.

use chrono::Duration;
use futures::future::join_all;
use harness::simulators::carrier::ScanStatus;
use harness::simulators::toss::Window;
use harness::{Answer, Customer, Grade, Host, Product, Seller, Shop, Value, json};
use kernel::{Clock, ProductOrderId, PurchaseOrderId};

/// Products of each of the two sellers; each comes in six sizes.
pub const PRODUCTS: usize = 200;
pub const CUSTOMERS: usize = 200;
/// Orders of three lines from both sellers.
pub const ORDERS: usize = 667;
/// Coupons over the cart each customer has left.
pub const COUPONS: usize = 3;
/// Lives that go on at once.
const AT_ONCE: usize = 8;
const SIZES: [&str; 6] = ["XS", "S", "M", "L", "XL", "XXL"];

/// Opens the shop and lives through its past. The shop is as it was left: tasks are done, the laws hold.
pub async fn live(shop: &Shop) {
    let today = Clock::default().now().0;
    shop.clock().set(today - Duration::days(9));
    let sellers = [shop.seller().await, shop.seller().await];
    let mut goods = [Vec::new(), Vec::new()];
    for (seller, goods) in sellers.iter().zip(&mut goods) {
        for n in 0..PRODUCTS {
            goods.push(product(seller, n).await);
        }
    }
    let customers = customers(shop).await;
    shop.carrier().push_to(&shop.url(Host::External).await);
    let mut placed = Vec::new();
    for chunk in (0..ORDERS).collect::<Vec<_>>().chunks(AT_ONCE) {
        let bought = chunk.iter().map(|n| buy(shop, &customers[n % CUSTOMERS], &goods, *n));
        placed.extend(join_all(bought).await);
    }
    shop.run_tasks().await;
    shop.clock().advance(Duration::days(1));
    for (n, order) in placed.iter().enumerate() {
        for (at, seller) in sellers.iter().enumerate() {
            send(shop, seller, *order, &format!("{}", 100_000_000_000 + 2 * n + at)).await;
        }
    }
    shop.run_tasks().await;
    shop.clock().advance(Duration::days(8));
    shop.run_schedule("auto_confirm_sweep").await;
    shop.run_tasks().await;
    shop.clock().set(today);
}

async fn product(seller: &Seller, n: usize) -> Product {
    let price = 10_000 + 100 * i64::try_from(n * 37 % 900).unwrap_or(0);
    let made = seller.product(&format!("데일리 코튼 셔츠 {n:03}")).price(price).list_price(price * 12 / 10);
    SIZES.iter().fold(made, |made, size| made.sku(size, 100_000)).on_sale().await
}

async fn customers(shop: &Shop) -> Vec<Customer> {
    let mut coupons = Vec::new();
    for n in 0..COUPONS {
        let coupon = shop.coupon(&format!("장바구니 2천원 {n}")).cart().fixed(2_000).seller_share("0.5");
        coupons.push(coupon.days(365).make().await);
    }
    let mut made = Vec::new();
    for n in 0..CUSTOMERS {
        let customer = shop.customer_with(if n % 2 == 0 { Grade::Bronze } else { Grade::Gold }).await;
        customer.address().await;
        customer.points(1_000_000).await;
        for coupon in &coupons {
            shop.give_coupon(*coupon, &customer).await;
        }
        made.push(customer);
    }
    made
}

/// What order `n` is made of: two products of one seller, one of the other.
pub fn basket(goods: &[Vec<Product>; 2], n: usize) -> Vec<Value> {
    let sku = |seller: usize, step: usize| {
        let product = &goods[seller][(n * 7 + step) % goods[seller].len()];
        json!({ "sku_id": product.skus[(n + step) % SIZES.len()].id, "quantity": 1 + step % 2 })
    };
    vec![sku(0, 0), sku(0, 3), sku(1, 1)]
}

/// Bought and paid by card.
async fn buy(shop: &Shop, buyer: &Customer, goods: &[Vec<Product>; 2], n: usize) -> PurchaseOrderId {
    let quote = buyer.post("/v1/checkout-quotes", json!({ "items": basket(goods, n) })).await.expect(201);
    let path = format!("/v1/checkout-quotes/{}", quote["quote_id"].as_str().unwrap_or_default());
    let quote = buyer.patch(&path, json!({ "coupons": {}, "points": 1_000 })).await.expect(200);
    let accepted = json!({ "quote_id": quote["quote_id"], "version": quote["version"], "payment_method": "card" });
    let placed = buyer.post("/v1/purchase-orders", accepted).await.expect(201);
    buyer.post("/v1/payments/confirm", paid(shop, &placed)).await.expect(200);
    placed.read("purchase_order_id")
}

/// Goes through the gateway's window; what the client sends to confirm.
fn paid(shop: &Shop, placed: &Answer) -> Value {
    let (pg_order_id, amount) =
        (placed["payment"]["pg_order_id"].as_str().unwrap_or_default(), placed.won("total_payable"));
    let redirect = shop.toss().window(Window::card(pg_order_id, amount));
    json!({ "payment_key": redirect.payment_key(), "order_id": pg_order_id, "amount": amount })
}

/// A seller's part of an order travels and arrives.
async fn send(shop: &Shop, seller: &Seller, order: PurchaseOrderId, invoice: &str) {
    let mine = "select id from product_orders where purchase_order_id = $1 and seller_id = $2 order by line_no";
    let lines: Vec<ProductOrderId> = shop.values(mine, &[&order, &seller.id()]).await;
    let mut items = Vec::new();
    for line in lines {
        let pieces: i32 = shop.value("select remaining_quantity from product_orders where id = $1", &[&line]).await;
        items.push(json!({ "product_order_id": line, "quantity": pieces, "method": "parcel", "carrier_code": "CJ", "invoice_no": invoice }));
    }
    seller.post("/v1/product-orders/dispatch", json!({ "items": items })).await.expect(200);
    for status in [ScanStatus::AtPickup, ScanStatus::Delivered] {
        shop.carrier().scan("CJ", invoice, status).await;
    }
}
