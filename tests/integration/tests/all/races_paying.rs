//! A customer's confirm, the gateway's webhook and the minute's round over unpaid orders meet, at every point at which they
//! can: one charge, one entry in the books, whoever brings the news.

use crate::buying::{order, piece, quote};
use chrono::Duration;
use futures::join;
use harness::simulators::toss::Window;
use harness::simulators::toss::outbox::Targets;
use harness::simulators::{Fault, FaultKind};
use harness::{Answer, Call, Customer, Host, Point, Shop, Value, after, before, json};

const LOCK: &str = "orders::lines::LOCK_ORDER";
const ASKED: &str = "payments::attempt::FIND_BY_PG_ORDER";

/// An order at the gateway's window.
struct Till {
    shop: Shop,
    minji: Customer,
    placed: Answer,
    /// What the window handed back.
    returned: Value,
}

impl Till {
    async fn open() -> Till {
        Till::with(0, Window::card).await
    }

    /// At the window so many minutes after the order.
    async fn late(minutes: i64) -> Till {
        Till::with(minutes, Window::card).await
    }

    async fn waiting_for_a_deposit() -> Till {
        Till::with(0, |order, amount| Window::virtual_account(order, amount, 24)).await
    }

    async fn with(minutes: i64, window: impl Fn(&str, i64) -> Window) -> Till {
        let shop = Shop::open().await;
        let url = shop.url(Host::External).await;
        let to = |path: &str| Some(format!("{url}/v1/inbound/toss/{path}"));
        shop.toss().set_targets(Targets { payment: to("payment-events"), deposit: to("deposits"), payout: None });
        let tee = shop.seller().await.product("티셔츠").price(30_000).sku("M", 5).on_sale().await;
        let minji = shop.customer().await;
        minji.address().await;
        let placed = order(&minji, &quote(&minji, &[piece(tee.only(), 1)]).await).await;
        let (id, amount) = (placed["payment"]["pg_order_id"].as_str().unwrap().to_owned(), placed.won("total_payable"));
        shop.clock().advance(Duration::minutes(minutes));
        let key = shop.toss().window(window(&id, amount)).payment_key().map(str::to_owned);
        let returned = json!({ "payment_key": key, "order_id": id, "amount": amount });
        Till { shop, minji, placed, returned }
    }

    fn confirm(&self) -> Call {
        self.minji.post("/v1/payments/confirm", self.returned.clone())
    }

    fn pg_order_id(&self) -> String {
        self.returned["order_id"].as_str().unwrap().to_owned()
    }

    /// What became of the only order: its payment, its line, how often the books took money in.
    async fn stands(&self) -> (String, String, i64) {
        let shop = &self.shop;
        (
            shop.value("select state from payments", &[]).await,
            shop.value("select state from product_orders", &[]).await,
            shop.value("select count(*) from ledger_transactions where kind = 'payment_captured'", &[]).await,
        )
    }

    /// Paid, charged once, booked once; nothing more to come.
    async fn ends_paid_once(self) {
        self.shop.run_tasks().await;
        assert_eq!(self.stands().await, ("done".into(), "paid".into(), 1));
        assert_eq!(self.charges(), 1, "only one of them may order the charge");
        assert_eq!(self.shop.toss().totals().net, 33_000);
        self.shop.close().await;
    }

    /// Confirms that did something; one that is sent again under its key gets the answer of the first.
    fn charges(&self) -> usize {
        let requests = self.shop.toss().requests();
        requests.iter().filter(|seen| seen.operation == "confirm" && seen.status == 200 && !seen.replayed).count()
    }
}

/// The gateway's webhooks arrive and are worked off.
async fn told(shop: Shop) {
    assert!(!shop.toss().flush_webhooks().await.is_empty());
    shop.run_tasks().await;
}

/// The minute's round.
async fn round(shop: Shop) {
    shop.run_schedule("cancel_expired_payments").await;
}

#[tokio::test]
async fn a_payment_confirmed_twice_at_once_is_charged_and_booked_once() {
    // The second confirm comes before the first holds the order, while it does, and before the answer is written.
    for (point, second) in
        [(before(LOCK), 200), (after(LOCK), 202), (before(LOCK).nth(2), 200), (after(LOCK).nth(2), 200)]
    {
        let till = Till::open().await;
        let other = till.shop.meanwhile(point.clone(), till.confirm());
        let (one, other) = (till.confirm().await, other.answer().await);
        assert_eq!(one.status, 200, "{point:?}: {}", one.text);
        assert!(other.status == second || other.status == 200, "{point:?}: {}", other.text);
        till.ends_paid_once().await;
    }
}

#[tokio::test]
async fn a_second_confirm_while_the_gateway_thinks_only_asks() {
    for held in [FaultKind::HeldCall, FaultKind::HeldAnswer] {
        let till = Till::open().await;
        till.shop.toss().fail_next("confirm", held);
        let (first, second) = join!(till.confirm().into_future(), async {
            till.shop.toss().held("confirm").await;
            let second = till.confirm().await;
            till.shop.toss().release();
            second
        });
        let known = if held == FaultKind::HeldCall { 202 } else { 200 };
        assert_eq!((first.status.as_u16(), second.status.as_u16()), (200, known), "{} {}", first.text, second.text);
        till.ends_paid_once().await;
    }
}

#[tokio::test]
async fn a_webhook_may_come_while_its_confirm_is_under_way() {
    let till = Till::open().await;
    till.shop.toss().fail_next("confirm", FaultKind::HeldAnswer);
    let (confirmed, ()) = join!(till.confirm().into_future(), async {
        till.shop.toss().held("confirm").await;
        told(till.shop.handle()).await;
        assert_eq!(till.stands().await, ("done".into(), "paid".into(), 1), "the webhook brought the news");
        till.shop.toss().release();
    });
    assert_eq!(confirmed.expect(200)["state"], "done");
    till.ends_paid_once().await;
}

#[tokio::test]
async fn a_webhook_may_come_right_before_or_after_the_confirm_writes() {
    for point in [before(LOCK).nth(2), after(LOCK).nth(2), before("COMMIT").nth(2), after("COMMIT").nth(2)] {
        let till = Till::open().await;
        let webhook = till.shop.meanwhile(point, told(till.shop.handle()));
        assert_eq!(till.confirm().await.expect(200)["state"], "done");
        webhook.answer().await;
        till.ends_paid_once().await;
    }
}

#[tokio::test]
async fn a_confirm_may_come_while_a_webhook_is_worked_off() {
    // The charge's answer got lost; its webhook and the customer's next try are on their way.
    for point in [before(ASKED), after(ASKED), before(LOCK), after(LOCK)] {
        let till = Till::open().await;
        till.shop.toss().fail_next("confirm", FaultKind::LostAnswer);
        assert_eq!(till.confirm().await.expect(202)["state"], "unknown");
        let again = till.shop.meanwhile(point, till.confirm());
        told(till.shop.handle()).await;
        assert_eq!(again.answer().await.expect(200)["state"], "done");
        till.ends_paid_once().await;
    }
}

#[tokio::test]
async fn an_answer_that_was_overtaken_takes_no_deposit_back() {
    // The confirm's answer says that an account waits for its deposit. Before it arrives the deposit is there.
    let till = Till::waiting_for_a_deposit().await;
    till.shop.toss().fail_next("confirm", FaultKind::HeldAnswer);
    let (confirmed, ()) = join!(till.confirm().into_future(), async {
        till.shop.toss().held("confirm").await;
        told(till.shop.handle()).await;
        till.shop.toss().deposit(&till.pg_order_id()).unwrap();
        till.shop.clock().advance(Duration::minutes(2));
        told(till.shop.handle()).await;
        assert_eq!(till.stands().await, ("done".into(), "paid".into(), 1));
        till.shop.toss().release();
    });
    assert_eq!(confirmed.expect(200)["state"], "done");
    till.ends_paid_once().await;
}

#[tokio::test]
async fn a_question_that_was_overtaken_takes_no_deposit_back() {
    // A poll asked before the deposit and writes after it.
    let till = Till::waiting_for_a_deposit().await;
    till.shop.toss().fail_next("confirm", FaultKind::LostAnswer);
    till.confirm().await.expect(202);
    till.shop.clock().advance(Duration::seconds(10));
    let (shop, order) = (till.shop.handle(), till.pg_order_id());
    let paid = till.shop.meanwhile(before(LOCK), async move {
        shop.run_schedule("cancel_expired_payments").await;
        shop.toss().deposit(&order).unwrap();
        shop.clock().advance(Duration::minutes(2));
        told(shop).await;
    });
    let poll = format!("/v1/payments/{}", till.placed["payment"]["payment_id"].as_str().unwrap());
    let polled = till.minji.get(&poll).await.expect(200);
    paid.answer().await;
    assert_eq!(polled["state"], "done");
    till.ends_paid_once().await;
}

/// The order's time runs out, and the minute's round comes.
fn late(till: &Till, minutes: i64) -> impl Future<Output = ()> + Send + use<> {
    let shop = till.shop.handle();
    async move {
        shop.clock().advance(Duration::minutes(minutes));
        round(shop).await;
    }
}

#[tokio::test]
async fn a_confirm_that_comes_after_the_expiry_is_never_charged() {
    let till = Till::open().await;
    let expiry = till.shop.meanwhile(before(LOCK), late(&till, 46));
    till.confirm().await.expect_code(409, "order_expired");
    expiry.answer().await;
    till.shop.run_tasks().await;
    assert_eq!(till.stands().await, ("expired".into(), "canceled_by_nopayment".into(), 0));
    till.confirm().await.expect_code(409, "order_expired");
    assert_eq!(till.charges(), 0);
    till.shop.close().await;
}

#[tokio::test]
async fn an_expiry_that_comes_after_the_confirm_finds_it_under_way() {
    // While the confirm holds the order, before it calls the gateway, and before it writes what the gateway said.
    let points: [Point; 3] = [after(LOCK), after("COMMIT"), before(LOCK).nth(2)];
    for point in points {
        let till = Till::late(29).await;
        let expiry = till.shop.meanwhile(point, late(&till, 2));
        assert_eq!(till.confirm().await.expect(200)["state"], "done");
        expiry.answer().await;
        till.ends_paid_once().await;
    }
}

#[tokio::test]
async fn an_expiry_while_the_gateway_charges_finds_the_money() {
    let till = Till::open().await;
    till.shop.toss().fail_next("confirm", FaultKind::HeldAnswer);
    let (confirmed, ()) = join!(till.confirm().into_future(), async {
        till.shop.toss().held("confirm").await;
        late(&till, 46).await;
        assert_eq!(till.stands().await.0, "done");
        till.shop.toss().release();
    });
    assert_eq!(confirmed.expect(200)["state"], "done");
    till.ends_paid_once().await;
}

#[tokio::test]
async fn a_call_that_reaches_the_gateway_too_late_charges_nothing() {
    let till = Till::open().await;
    till.shop.toss().fail_next("confirm", FaultKind::HeldCall);
    let (confirmed, ()) = join!(till.confirm().into_future(), async {
        till.shop.toss().held("confirm").await;
        late(&till, 46).await;
        till.shop.toss().release();
    });
    confirmed.expect_code(409, "order_expired");
    till.shop.run_tasks().await;
    assert_eq!(till.stands().await, ("expired".into(), "canceled_by_nopayment".into(), 0));
    assert_eq!(till.shop.toss().totals().net, 0);
    till.shop.close().await;
}

#[tokio::test]
async fn a_gateway_that_takes_too_long_leaves_the_payment_unknown_until_it_is_asked() {
    for (held, after_all) in [(FaultKind::HeldCall, 202), (FaultKind::HeldAnswer, 200)] {
        let till = Till::open().await;
        till.shop.toss().fail_next("confirm", held);
        let (confirmed, ()) = join!(till.confirm().into_future(), async {
            till.shop.toss().held("confirm").await;
            till.shop.lose_patience();
        });
        assert_eq!(confirmed.expect(202)["state"], "unknown");
        // The customer tries again while the call is still on its way: it is asked about, never sent twice.
        till.confirm().await.expect(after_all);
        till.shop.toss().release();
        while till.charges() == 0 {
            tokio::task::yield_now().await;
        }
        assert_eq!(till.confirm().await.expect(200)["state"], "done");
        till.ends_paid_once().await;
    }
}

#[tokio::test]
async fn a_charge_nobody_heard_of_is_found_by_the_clock_and_not_expired() {
    let till = Till::open().await;
    till.shop.toss().fail_next("confirm", FaultKind::LostAnswer);
    till.confirm().await.expect(202);
    // No webhook, no poll: the order's time runs out while the money is taken.
    till.shop.clock().advance(Duration::minutes(46));
    // While the gateway cannot be asked nothing is given up.
    till.shop.toss().fault(Fault::new("*", FaultKind::ErrorBefore).times(20));
    round(till.shop.handle()).await;
    till.shop.run_tasks().await;
    assert_eq!(till.stands().await, ("unknown".into(), "payment_waiting".into(), 0));
    till.shop.toss().clear_faults();
    round(till.shop.handle()).await;
    till.ends_paid_once().await;
}
