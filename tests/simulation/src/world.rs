//! The market of one run: who is in it, what is on the shelves, what was ordered, and everything that may go wrong.

use crate::dice::Dice;
use crate::faults::Faults;
use crate::model::Shelf;
use crate::tape::Tape;
use chrono::{DateTime, Utc};
use harness::simulators::toss::outbox::Targets;
use harness::{Actor, Cloud, Customer, Grade, Host, Seller, Shop, Statements, Value, json};
use kernel::{ProductId, ProductOrderId, PurchaseOrderId, SkuId, UserCouponId};
use std::collections::BTreeSet;

/// When every run begins: a Tuesday morning, the day before a leap day's holiday, later than the clock of any machine, because
/// the emulator forgets what is old by its own clock.
const START: &str = "2040-02-28T09:00:00+09:00";
/// A public holiday two days on.
const HOLIDAY: &str = "2040-03-01";
/// The first seller's system, as a receiver of webhooks.
pub const ENDPOINT: &str = "erp";

/// Everything a step may look at or change.
pub struct World {
    pub shop: Shop,
    pub cloud: Cloud,
    pub dice: Dice,
    pub tape: Tape,
    pub faults: Faults,
    pub customers: Vec<Buyer>,
    pub sellers: Vec<Seller>,
    /// The first seller's own system, which dispatches in its place.
    pub partner: Actor,
    pub polled: Polled,
    pub operators: Operators,
    pub goods: Vec<Good>,
    pub orders: Vec<Order>,
    /// Parcels by carrier number, oldest first.
    pub parcels: Vec<Parcel>,
    /// Until when the schedules have run.
    pub looked: DateTime<Utc>,
    /// Claims whose pieces are back on the shelf.
    pub approved: BTreeSet<String>,
    /// Payments whose deposit a bank took back, by the number the gateway knows.
    pub reversed: BTreeSet<String>,
    /// Orders that stay sold although their money is gone.
    pub gaps: BTreeSet<String>,
}

/// A customer and what the simulation knows of them.
pub struct Buyer {
    pub customer: Customer,
    /// Whether money can be sent back to an account of theirs.
    pub has_account: bool,
    pub coupons: Vec<UserCouponId>,
}

/// How far the partner has read the feed of changes, and the lines it saw there.
#[derive(Debug, Clone, Default)]
pub struct Polled {
    pub cursor: Option<String>,
    pub lines: BTreeSet<String>,
}

pub struct Operators {
    pub clerk: Actor,
    pub lead: Actor,
    pub agent: Actor,
}

/// One SKU.
pub struct Good {
    pub sku: SkuId,
    pub product: ProductId,
    pub seller: usize,
    pub shelf: Shelf,
}

/// How far the simulation knows an order to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Known {
    Waiting,
    Paid,
    Ended,
}

/// An order and the window it is paid in.
#[derive(Debug, Clone)]
pub struct Order {
    pub id: PurchaseOrderId,
    pub buyer: usize,
    pub payable: i64,
    pub method: &'static str,
    pub known: Known,
    /// SKU and pieces that hang on whether it is paid.
    pub pieces: Vec<(usize, i64)>,
    pub window: Option<Window>,
}

/// One attempt to pay.
#[derive(Debug, Clone)]
pub struct Window {
    pub payment: String,
    pub pg_order_id: String,
    /// What came back of the gateway's window, once the customer went through it.
    pub returned: Option<Value>,
}

/// A parcel on its way.
#[derive(Debug, Clone)]
pub struct Parcel {
    pub invoice: String,
    pub scans: usize,
    /// Before the seller told us of it.
    pub announced: bool,
}

/// A line as it stands.
#[derive(Debug, Clone)]
pub struct Line {
    pub id: ProductOrderId,
    pub order: usize,
    pub seller: usize,
    pub good: usize,
    pub state: String,
    pub left: i64,
    pub claimed: bool,
}

impl World {
    /// A fresh market: two sellers, six customers with points and coupons, little on the shelves.
    pub async fn open(seed: u64) -> World {
        // Half of all seeds live with named statements.
        let statements = if seed.is_multiple_of(2) { Statements::Named } else { Statements::Unnamed };
        let (shop, cloud) = Shop::open_in_a_cloud(statements).await;
        shop.off_budget();
        begin(&shop).await;
        let mut dice = Dice::new(seed);
        let url = shop.url(Host::External).await;
        let to = |path: &str| Some(format!("{url}/v1/inbound/toss/{path}"));
        let targets = Targets { payment: to("payment-events"), deposit: to("deposits"), payout: to("payout-events") };
        shop.toss().set_targets(targets);
        shop.toss().top_up(1_000_000_000);
        shop.carrier().push_to(&url);
        let sellers = vec![shop.seller().await, shop.seller().await];
        let goods = stocked(&sellers, &mut dice).await;
        let mut customers = Vec::new();
        for n in 0..6 {
            customers.push(buyer(&shop, &sellers, n).await);
        }
        let operators = Operators {
            clerk: shop.operator("settlement_clerk").await,
            lead: shop.operator("settlement_lead").await,
            agent: shop.operator("cs_lead").await,
        };
        for seller in &sellers {
            crate::steps::settling::registered(&shop, &operators.clerk, seller).await;
        }
        let partner = partner(&shop, &sellers[0]).await;
        let (tape, faults) = (Tape::new(seed), Faults::default());
        World {
            shop,
            cloud,
            dice,
            tape,
            faults,
            customers,
            sellers,
            partner,
            polled: Polled::default(),
            operators,
            goods,
            orders: Vec::new(),
            parcels: Vec::new(),
            looked: START.parse().unwrap(),
            approved: BTreeSet::new(),
            reversed: BTreeSet::new(),
            gaps: BTreeSet::new(),
        }
    }

    /// Lines in some states, oldest first.
    pub async fn lines(&self, states: &[&str]) -> Vec<Line> {
        let states: Vec<String> = states.iter().map(|state| (*state).to_owned()).collect();
        let sql = "select jsonb_build_object('id', o.id, 'order', o.purchase_order_id, 'seller', o.seller_id, 'sku', o.sku_id, 'state', o.state,
                          'left', o.remaining_quantity, 'claimed', exists (select 1 from claim_items i join claims c on c.id = i.claim_id
                              where i.product_order_id = o.id and c.state not in ('done', 'rejected', 'withdrawn')))
                   from product_orders o where o.state = any($1) order by o.purchase_order_id, o.line_no";
        let rows: Vec<Value> = self.shop.values(sql, &[&states]).await;
        rows.iter().map(|row| self.line(row)).collect()
    }

    fn line(&self, row: &Value) -> Line {
        let text = |field: &str| row[field].as_str().unwrap().to_owned();
        let order = self.orders.iter().position(|order| order.id.to_string() == text("order")).expect("our order");
        let seller = self.sellers.iter().position(|seller| seller.seller_id.to_string() == text("seller")).unwrap();
        let good = self.goods.iter().position(|good| good.sku.to_string() == text("sku")).unwrap();
        Line {
            id: text("id").parse().unwrap(),
            order,
            seller,
            good,
            state: text("state"),
            left: row["left"].as_i64().unwrap(),
            claimed: row["claimed"] == true,
        }
    }

    /// One of the orders that are so, none when there is none.
    pub fn some_order(&mut self, is: impl Fn(&Order) -> bool) -> Option<usize> {
        let fitting: Vec<usize> = (0..self.orders.len()).filter(|at| is(&self.orders[*at])).collect();
        self.dice.pick(&fitting).copied()
    }

    /// Reads what the clock, the gateway and the bank did to orders meanwhile. Pieces of an ended order may be on their way.
    pub async fn learn(&mut self) {
        let sql = "select jsonb_build_array(id, state) from purchase_orders";
        let states: Vec<Value> = self.shop.values(sql, &[]).await;
        for order in &mut self.orders {
            let id = order.id.to_string();
            let state = states.iter().find(|row| row[0] == id.as_str()).and_then(|row| row[1].as_str()).unwrap();
            let known = match state {
                "payment_waiting" => Known::Waiting,
                "canceled_by_nopayment" => Known::Ended,
                _ => Known::Paid,
            };
            if known == Known::Ended && order.known != Known::Ended {
                for (good, pieces) in &order.pieces {
                    self.goods[*good].shelf.ended(*pieces);
                }
            }
            order.known = known;
        }
    }

    /// Pieces of claims approved meanwhile are on the shelf at once, whoever approved them.
    pub async fn learn_approvals(&mut self) {
        let sql = "select jsonb_build_object('claim', c.id, 'order', o.purchase_order_id, 'sku', o.sku_id)
                   from claim_items i join claims c on c.id = i.claim_id join product_orders o on o.id = i.product_order_id
                   where c.state in ('approved', 'refunding', 'done') and not (c.id::text = any($1)) order by i.id";
        let known: Vec<String> = self.approved.iter().cloned().collect();
        let pieces: Vec<Value> = self.shop.values(sql, &[&known]).await;
        for piece in &pieces {
            let text = |field: &str| piece[field].as_str().unwrap().to_owned();
            let good = self.goods.iter().position(|good| good.sku.to_string() == text("sku")).unwrap();
            self.goods[good].shelf.put(1);
            let order = self.orders.iter_mut().find(|order| order.id.to_string() == text("order")).unwrap();
            if let Some(piece) = order.pieces.iter_mut().find(|(at, _)| *at == good) {
                piece.1 -= 1;
            }
            self.approved.insert(text("claim"));
        }
    }

    /// Whether the bank took the money of an order back although it stays sold, as far as our books know.
    pub async fn lost_its_money(&self, order: usize) -> bool {
        let sql = "select state not in ('payment_waiting', 'canceled_by_nopayment') and not exists (
                       select 1 from payments p where p.purchase_order_id = o.id and not p.is_surplus and (p.captured_amount > 0 or p.amount = 0))
                   from purchase_orders o where id = $1";
        self.shop.value(sql, &[&self.orders[order].id]).await
    }

    /// Pieces of a SKU that hang on orders nobody has paid yet: any of them may be free already.
    pub fn undecided(&self, good: usize) -> i64 {
        let waiting = self.orders.iter().filter(|order| order.known == Known::Waiting);
        waiting.flat_map(|order| &order.pieces).filter(|(at, _)| *at == good).map(|(_, pieces)| pieces).sum()
    }
}

/// Stops the clock at the first morning.
async fn begin(shop: &Shop) {
    shop.clock().stand_at(START.parse().unwrap());
    let sql = "insert into business_holidays (id, holiday_date, kind, name) values (gen_random_uuid(), $1::text::date, 'public', '3·1절')";
    shop.sql(sql, &[&HOLIDAY]).await;
}

/// The seller's own system: it polls, dispatches and hears.
async fn partner(shop: &Shop, seller: &Seller) -> Actor {
    let scopes = ["partner:orders:read", "partner:orders:write", "partner:webhooks:manage"];
    let partner = shop.own_client(seller, &scopes).await;
    let events = ["order.paid", "product_order.status_changed"];
    let body = json!({ "url": shop.hooks().endpoint(ENDPOINT), "event_types": events });
    let made = partner.post("/v1/webhook-endpoints", body).await.expect(201);
    shop.hooks().set_secret(ENDPOINT, made["secret"].as_str().unwrap());
    partner
}

async fn stocked(sellers: &[Seller], dice: &mut Dice) -> Vec<Good> {
    let mut goods = Vec::new();
    for (at, seller) in sellers.iter().enumerate() {
        for (name, price) in [("티셔츠", 19_900), ("코트", 62_000)] {
            let (m, l) = (dice.between(3, 20), dice.between(1, 8));
            let made = seller.product(name).price(price).sku("M", i32::try_from(m).unwrap());
            let product = made.sku_at("L", i32::try_from(l).unwrap(), 1_000).on_sale().await;
            for (size, free) in [("M", m), ("L", l)] {
                let shelf = Shelf { free, returning: 0 };
                goods.push(Good { sku: product.sku(size), product: product.id, seller: at, shelf });
            }
        }
    }
    goods
}

async fn buyer(shop: &Shop, sellers: &[Seller], n: usize) -> Buyer {
    let customer = shop.customer_with(if n.is_multiple_of(2) { Grade::Gold } else { Grade::Bronze }).await;
    if n == 1 {
        customer.jeju_address().await
    } else {
        customer.address().await
    };
    // One of them is rich in points, and pays with nothing else now and then.
    customer.points(if n == 5 { 2_000_000 } else { 40_000 }).await;
    customer.rewards(10_000).await;
    let mut coupons = Vec::new();
    for _ in 0..3 {
        coupons.push(shop.coupon("장바구니 3천원").cart().fixed(3_000).seller_share("0.5").give(&customer).await);
        shop.coupon("상품 10 %").rate("0.1", 5_000).by(&sellers[n % sellers.len()]).give(&customer).await;
        shop.coupon("배송비").shipping().fixed(2_000).give(&customer).await;
    }
    // This one has none until money cannot be sent back to them.
    let has_account = n != 4;
    let buyer = Buyer { customer, has_account, coupons };
    if has_account {
        buyer.saves_account(shop).await;
    }
    buyer
}

impl Buyer {
    /// Tells us where money can be sent back to.
    pub async fn saves_account(&self, shop: &Shop) {
        let number = format!("1101{}", &self.customer.phone[3..]);
        shop.bank().account("088", &number, self.customer.name);
        let body = json!({ "bank_code": "088", "account_no": number });
        self.customer.elevated().put("/v1/me/refund-account", body).await.expect(200);
    }
}
