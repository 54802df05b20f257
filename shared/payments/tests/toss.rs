//! The Toss clients against the simulator, which shares no code with them.

use boot::Patience;
use boot::Vault;
use kernel::Money;
use payments::gateway::{
    BusinessKind, Cancel, Confirm, PayeeAccount, PayeeForm, PayeeStatus, PayoutOrder, PayoutWhen, PgPayoutStatus,
    TossPayouts,
};
use payments::{Gateway, Lookup, Method, Outcome, PayoutGateway, PgPayment, PgStatus, RefundAccount, Toss};
use simulators::toss::Window;
use simulators::{Fault, FaultKind, TossSim};
use std::time::Duration;

fn patience() -> Patience {
    Patience::of(Duration::from_millis(800), Duration::from_millis(800))
}

fn client(sim: &TossSim) -> Toss {
    Toss::at(reqwest::Client::new(), &sim.url, &sim.secret_key, patience())
}

fn won(amount: i64) -> Money {
    Money::won(amount)
}

/// The customer pays in the window; answers the confirm to send.
fn authenticated(sim: &TossSim, window: Window) -> Confirm {
    let (pg_order_id, amount) = (window.order_id.clone(), won(window.amount));
    let redirect = sim.window(window);
    let payment_key = redirect.payment_key().map(str::to_owned).unwrap_or_else(|| panic!("{redirect:?}"));
    Confirm { payment_key, idempotency_key: format!("confirm-{pg_order_id}"), pg_order_id, amount }
}

fn done<T>(outcome: Outcome<T>) -> T
where
    T: std::fmt::Debug,
{
    match outcome {
        Outcome::Done(value) => value,
        other => panic!("{other:?}"),
    }
}

fn code<T: std::fmt::Debug>(outcome: Outcome<T>) -> String {
    match outcome {
        Outcome::Refused { code, .. } => code,
        other => panic!("{other:?}"),
    }
}

fn found(lookup: Lookup) -> PgPayment {
    match lookup {
        Lookup::Found(payment) => *payment,
        other => panic!("{other:?}"),
    }
}

fn cancel_of(ask: &Confirm, amount: i64, refundable: i64, key: &str) -> Cancel {
    Cancel {
        payment_key: ask.payment_key.clone(),
        amount: Some(won(amount)),
        refundable: Some(won(refundable)),
        reason: "고객 변심".to_owned(),
        account: None,
        idempotency_key: key.to_owned(),
    }
}

#[tokio::test]
async fn a_card_is_confirmed_once_however_often_it_is_asked() {
    let sim = simulators::Toss::start().await;
    let toss = client(&sim);
    let ask = authenticated(&sim, Window::card("order-0001", 50_000));
    let paid = done(toss.confirm(&ask).await);
    assert_eq!((paid.status, paid.method, paid.total_amount), (PgStatus::Done, Some(Method::Card), won(50_000)));
    assert_eq!(done(toss.confirm(&ask).await).last_transaction_key, paid.last_transaction_key);
    let again = Confirm { idempotency_key: "another-key".to_owned(), ..ask };
    assert_eq!(done(toss.confirm(&again).await).payment_key, paid.payment_key);
}

#[tokio::test]
async fn a_refusal_is_definite_and_a_lost_answer_is_not() {
    let sim = simulators::Toss::start().await;
    let toss = client(&sim);
    let refused = authenticated(&sim, Window::card("order-0002", 50_000).refused_at_confirm("REJECT_CARD_COMPANY"));
    assert_eq!(code(toss.confirm(&refused).await), "REJECT_CARD_COMPANY");
    for (order, kind) in [
        ("order-0003", FaultKind::LostAnswer),
        ("order-0004", FaultKind::Http500),
        ("order-0005", FaultKind::ErrorBefore),
    ] {
        let ask = authenticated(&sim, Window::card(order, 50_000));
        sim.fail_next("confirm", kind);
        assert!(matches!(toss.confirm(&ask).await, Outcome::Unknown { .. }), "{kind:?}");
        let status = found(toss.by_order(order).await).status;
        let happened = kind != FaultKind::ErrorBefore;
        assert_eq!(status, if happened { PgStatus::Done } else { PgStatus::InProgress });
        assert_eq!(done(toss.confirm(&ask).await).status, PgStatus::Done);
    }
    let slow = authenticated(&sim, Window::card("order-0006", 50_000));
    sim.fault(Fault::new("confirm", FaultKind::Latency).late_by(2_000));
    assert!(matches!(toss.confirm(&slow).await, Outcome::Unknown { .. }));
    assert_eq!(toss.by_order("order-none").await, Lookup::Nothing);
    let wrong = Confirm { amount: won(1), ..authenticated(&sim, Window::card("order-0007", 50_000)) };
    assert_eq!(code(toss.confirm(&wrong).await), "FORBIDDEN_REQUEST");
}

#[tokio::test]
async fn questions_are_asked_again_when_the_gateway_stumbles() {
    let sim = simulators::Toss::start().await;
    let toss = client(&sim);
    let ask = authenticated(&sim, Window::card("order-0008", 50_000));
    sim.fault(Fault::new("get_payment_by_order", FaultKind::ErrorBefore).times(2));
    assert_eq!(found(toss.by_order(&ask.pg_order_id).await).status, PgStatus::InProgress);
    sim.fault(Fault::new("get_payment", FaultKind::ErrorBefore).times(3));
    assert!(matches!(toss.by_key(&ask.payment_key).await, Lookup::Unknown { .. }));
}

#[tokio::test]
async fn parts_are_canceled_under_guard_and_found_again() {
    let sim = simulators::Toss::start().await;
    let toss = client(&sim);
    let ask = authenticated(&sim, Window::card("order-0009", 50_000));
    done(toss.confirm(&ask).await);
    let first = done(toss.cancel(&cancel_of(&ask, 10_000, 50_000, "refund-1")).await);
    assert_eq!((first.cancel.refundable_amount, first.payment.status), (won(40_000), PgStatus::PartialCanceled));
    // The key was forgotten: the guard refuses, and the cancel that happened is found.
    let again = done(toss.cancel(&cancel_of(&ask, 10_000, 50_000, "refund-1b")).await);
    assert_eq!(again.cancel.transaction_key, first.cancel.transaction_key);
    assert_eq!(code(toss.cancel(&cancel_of(&ask, 5_000, 50_000, "refund-2")).await), "NOT_MATCHES_REFUNDABLE_AMOUNT");
    sim.fail_next("cancel", FaultKind::LostAnswer);
    let rest = cancel_of(&ask, 40_000, 40_000, "refund-3");
    assert!(matches!(toss.cancel(&rest).await, Outcome::Unknown { .. }));
    let rest = done(toss.cancel(&Cancel { idempotency_key: "refund-3b".to_owned(), ..rest }).await);
    assert_eq!(rest.payment.status, PgStatus::Canceled);
    assert_eq!(sim.payment_of_order(&ask.pg_order_id).unwrap().canceled_amount(), 50_000);
}

#[tokio::test]
async fn a_virtual_account_waits_for_its_deposit_and_is_refunded_to_an_account() {
    let sim = simulators::Toss::start().await;
    let toss = client(&sim);
    let ask = authenticated(&sim, Window::virtual_account("order-0010", 50_000, 24));
    let waiting = done(toss.confirm(&ask).await);
    assert_eq!((waiting.status, waiting.method), (PgStatus::WaitingForDeposit, Some(Method::VirtualAccount)));
    assert!(waiting.virtual_account.is_some() && waiting.secret.is_some());
    sim.deposit("order-0010").unwrap();
    assert_eq!(found(toss.by_order("order-0010").await).status, PgStatus::Done);
    let without = cancel_of(&ask, 50_000, 50_000, "refund-4");
    assert_eq!(code(toss.cancel(&without).await), "INVALID_REFUND_ACCOUNT_INFO");
    let account =
        RefundAccount { bank_code: "88".into(), account_no: "110123456789".into(), holder: "김민지".into() };
    let with = Cancel { account: Some(account), idempotency_key: "refund-5".to_owned(), ..without };
    assert_eq!(done(toss.cancel(&with).await).payment.status, PgStatus::Canceled);
}

#[tokio::test]
async fn an_unpaid_virtual_account_is_closed_once() {
    let sim = simulators::Toss::start().await;
    let toss = client(&sim);
    let ask = authenticated(&sim, Window::virtual_account("order-0011", 50_000, 24));
    done(toss.confirm(&ask).await);
    let close = Cancel { amount: None, refundable: None, ..cancel_of(&ask, 0, 0, "close-1") };
    assert_eq!(done(toss.cancel(&close).await).payment.status, PgStatus::Canceled);
    let again = Cancel { idempotency_key: "close-2".to_owned(), ..close };
    assert_eq!(done(toss.cancel(&again).await).payment.status, PgStatus::Canceled);
}

#[test]
fn a_refund_account_is_sealed_and_never_printed() {
    let vault = Vault::new(&"ab".repeat(32), &"cd".repeat(32)).unwrap();
    let account =
        RefundAccount { bank_code: "88".into(), account_no: "110123456789".into(), holder: "김민지".into() };
    assert_eq!(RefundAccount::open(&vault, &account.seal(&vault).unwrap()).unwrap(), account);
    assert!(!format!("{account:?}").contains("110123456789"));
}

fn form() -> PayeeForm {
    PayeeForm {
        ref_seller_id: "seller-1".into(),
        kind: BusinessKind::CorporateBusiness,
        company_name: "주식회사 봄".into(),
        representative: "이봄".into(),
        business_no: "1248100998".into(),
        email: "bom@example.com".into(),
        phone: "0212345678".into(),
        account: PayeeAccount {
            bank_code: "088".into(),
            account_no: "110123456789".into(),
            holder: "주식회사 봄".into(),
        },
    }
}

#[tokio::test]
async fn sellers_are_registered_and_paid_through_sealed_bodies() {
    let sim = simulators::Toss::start().await;
    let payouts =
        TossPayouts::at(reqwest::Client::new(), &sim.url, &sim.secret_key, &sim.security_key, patience()).unwrap();
    let seller = done(payouts.register_seller(&form(), "seller-1").await);
    assert_eq!((seller.ref_seller_id.as_str(), seller.status), ("seller-1", PayeeStatus::PartiallyApproved));
    assert_eq!(done(payouts.seller(&seller.id).await), seller);
    done(payouts.update_seller(&seller.id, &form(), "seller-1-v2").await);
    let order = PayoutOrder {
        ref_payout_id: "payout-1".into(),
        pg_seller_id: seller.id.clone(),
        amount: won(30_000),
        when: PayoutWhen::Express,
        description: "드립정산".into(),
    };
    let poor = payouts.request_payouts(std::slice::from_ref(&order), "batch-1").await;
    assert_eq!(code(poor), "NOT_ENOUGH_AMOUNT");
    sim.top_up(100_000);
    assert_eq!(done(payouts.balances().await).available, won(100_000));
    let sent = done(payouts.request_payouts(std::slice::from_ref(&order), "batch-2").await);
    assert_eq!((sent.len(), sent[0].status, sent[0].amount), (1, PgPayoutStatus::InProgress, won(30_000)));
    let repeated = done(payouts.request_payouts(&[order], "batch-3").await);
    assert_eq!(repeated[0].id, sent[0].id);
    assert_eq!(code(payouts.cancel_payout(&sent[0].id, "cancel-1").await), "NOT_CANCELABLE_PAYOUT");
    sim.complete_payouts();
    assert_eq!(done(payouts.payout(&sent[0].id).await).status, PgPayoutStatus::Completed);
    assert_eq!(done(payouts.balances().await).available, won(70_000));
    let stranger =
        TossPayouts::at(reqwest::Client::new(), &sim.url, &sim.secret_key, &"00".repeat(32), patience()).unwrap();
    assert!(matches!(stranger.seller(&seller.id).await, Outcome::Unknown { .. }));
}
