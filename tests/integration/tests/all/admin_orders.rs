//! Operators look into orders: found by what a caller can name, masked, told as a story, counted to the unit, ruled on.

use crate::buying::{lines, order, pay, piece, quote};
use crate::order_steps::*;
use harness::{Actor, Answer, Customer, Seller, Shop, Value, json};
use kernel::{ClaimId, ProductOrderId, PurchaseOrderId};

/// An order over two sellers with a coupon, points and rewards in it, paid.
struct Desk {
    shop: Shop,
    minji: Customer,
    seller: Seller,
    placed: Answer,
    order: PurchaseOrderId,
    lines: Vec<ProductOrderId>,
    agent: Actor,
}

impl Desk {
    async fn open() -> Desk {
        let shop = Shop::open().await;
        let (seller, two) = (shop.seller().await, shop.seller().await);
        let tee = seller.product("티셔츠").price(19_900).sku("M", 5).on_sale().await;
        shop.time_sale(&tee, 18_000, "0.3").await;
        let cap = two.product("모자").price(15_000).sku("M", 5).on_sale().await;
        let minji = shop.customer().await;
        minji.address().await;
        minji.points(5_000).await;
        minji.rewards(1_000).await;
        let coupon = shop.coupon("장바구니 3천원").cart().fixed(3_000).seller_share("0.5").give(&minji).await;
        let quoted = quote(&minji, &[piece(tee.only(), 3), piece(cap.only(), 1)]).await;
        let path = format!("/v1/checkout-quotes/{}", quoted["quote_id"].as_str().unwrap());
        let coupons = json!({ "product": [], "cart": coupon, "shipping": [] });
        let choices = json!({ "coupons": coupons, "points": 5_000, "rewards": 1_000 });
        let placed = order(&minji, &minji.patch(&path, choices).await.expect(200)).await;
        pay(&shop, &minji, &placed).await;
        let (order, lines) = (placed.read("purchase_order_id"), lines(&shop, &placed).await);
        let agent = shop.operator("cs_agent").await;
        Desk { shop, minji, seller, placed, order, lines, agent }
    }

    async fn of_order(&self, page: &str) -> Answer {
        self.agent.get(&format!("/v1/purchase-orders/{}{page}", self.order)).await.expect(200)
    }
}

#[tokio::test]
async fn an_order_is_found_by_what_a_caller_can_name() {
    let desk = Desk::open().await;
    let Desk { shop, minji, placed, order, agent, .. } = &desk;
    shop.operator("marketer").await.get("/v1/purchase-orders").await.expect_code(403, "forbidden");
    let key: String = shop.value("select payment_key from payments", &[]).await;
    let name: String = minji.name.bytes().map(|byte| format!("%{byte:02X}")).collect();
    let (number, today) = (placed["order_no"].as_str().unwrap(), shop.now().date());
    for query in [
        String::new(),
        format!("number={number}"),
        format!("number={number}-01"),
        format!("user_id={}", minji.user_id),
        format!("buyer_email={}", minji.email.to_uppercase()),
        format!("buyer_phone={}", minji.phone),
        format!("recipient={name}"),
        format!("recipient_phone={}", minji.phone),
        format!("payment_key={key}"),
        format!("payment_key={}", placed["payment"]["pg_order_id"].as_str().unwrap()),
        format!("amount={}", placed.won("total_payable")),
        format!("from={today}&to={today}&state=in_progress"),
    ] {
        let found = agent.get(&format!("/v1/purchase-orders?{query}")).await.expect(200);
        assert_eq!(found.items().len(), 1, "{query}");
        assert_eq!(found.items()[0]["purchase_order_id"], json!(order));
        assert_eq!((&found.items()[0]["lines"], &found.items()[0]["method"]), (&json!(2), &json!("card")));
        for private in [minji.name, &minji.phone, &minji.email] {
            assert!(!found.text.contains(private), "{private} in {}", found.text);
        }
    }
    for query in [
        "number=nothing",
        "buyer_phone=01099999999",
        "recipient=%EA%B9%80",
        "amount=1",
        "to=2020-01-01",
        "state=completed",
    ] {
        assert!(agent.get(&format!("/v1/purchase-orders?{query}")).await.expect(200).items().is_empty(), "{query}");
    }
    desk.shop.close().await;
}

#[tokio::test]
async fn an_order_is_a_tree_and_a_story() {
    let desk = Desk::open().await;
    let Desk { shop, minji, seller, agent, lines, .. } = &desk;
    let tree = desk.of_order("").await;
    assert_eq!(tree["seller_orders"].as_array().unwrap().len(), 2);
    assert_eq!(tree["payments"][0]["state"], "done");
    let line = &tree["seller_orders"][0]["lines"][0];
    assert_eq!(line["options"][0]["action"], "cancel");
    assert!(!tree.text.contains(minji.name) && !tree.text.contains(&minji.phone), "{}", tree.text);

    accepted(seller, &[lines[0]]).await;
    let claim = ask_cancel(minji, &[(lines[0], 1)]).await;
    let told = desk.of_order("/timeline").await;
    let kinds: Vec<&str> = told.items().iter().map(|entry| entry["kind"].as_str().unwrap()).collect();
    for kind in ["status", "payment", "claim", "message"] {
        assert!(kinds.contains(&kind), "{kind} in {}", told.text);
    }
    let times: Vec<&str> = told.items().iter().map(|entry| entry["at"].as_str().unwrap()).collect();
    assert!(times.is_sorted(), "{times:?}");
    assert!(told.items().iter().any(|entry| entry["subject_id"] == json!(claim)));
    let nothing = PurchaseOrderId::new();
    for page in ["", "/timeline", "/money"] {
        let answer = agent.get(&format!("/v1/purchase-orders/{nothing}{page}")).await;
        answer.expect_code(404, "purchase_order_not_found");
    }
    shop.run_tasks().await;
    desk.shop.close().await;
}

/// Won of one field over the units of every line.
fn over_units(money: &Answer, of: impl Fn(&Value) -> i64) -> i64 {
    money["lines"].as_array().unwrap().iter().flat_map(|line| line["units"].as_array().unwrap()).map(of).sum()
}

#[tokio::test]
async fn the_money_of_an_order_adds_up_to_the_unit() {
    let desk = Desk::open().await;
    let Desk { shop, minji, placed, lines, .. } = &desk;
    let share = |unit: &Value, source: &str| {
        let shares = unit["shares"].as_array().unwrap().iter().filter(|share| share["source"] == source);
        shares.map(|share| share["seller"].as_i64().unwrap() + share["platform"].as_i64().unwrap()).sum::<i64>()
    };
    let money = desk.of_order("/money").await;
    let shipping = money["initial"]["shipping"].as_i64().unwrap();
    assert_eq!(over_units(&money, |unit| unit["cash"].as_i64().unwrap()) + shipping, placed.won("total_payable"));
    assert_eq!(over_units(&money, |unit| share(unit, "points")), 5_000);
    assert_eq!(over_units(&money, |unit| share(unit, "rewards")), 1_000);
    assert_eq!(over_units(&money, |unit| share(unit, "cart_coupon")), 3_000);
    assert_eq!((&money["balanced"], money.won("balance")), (&json!(true), placed.won("total_payable")));

    let claim = ask_cancel(minji, &[(lines[0], 1)]).await;
    shop.run_tasks().await;
    let after = desk.of_order("/money").await;
    assert_eq!((&after["balanced"], &after["refunds"][0]["claim_id"]), (&json!(true), &json!(claim)));
    assert!(after.won("balance") < money.won("balance"));
    let units = after["lines"][0]["units"].as_array().unwrap();
    let taken: Vec<bool> = units.iter().map(|unit| unit["claim_id"] == json!(claim)).collect();
    assert_eq!(taken, [true, false, false]);
    let left =
        |line: &Value| line["shares"].as_array().unwrap().iter().map(|s| s["remaining"].as_i64().unwrap()).sum::<i64>();
    let kept: i64 = units[1..]
        .iter()
        .map(|u| ["promotion", "cart_coupon", "points", "rewards"].map(|s| share(u, s)).iter().sum::<i64>())
        .sum();
    assert_eq!(left(&after["lines"][0]), kept, "what is left of the shares is what the other pieces carry");
    // The customer's own page says the same.
    let theirs = minji.get(&format!("/v1/purchase-orders/{}/payment", desk.order)).await.expect(200);
    assert_eq!((&theirs["balance"], &theirs["remaining"]), (&after["balance"], &after["remaining"]));
    desk.shop.close().await;
}

#[tokio::test]
async fn personal_data_is_shown_field_by_field_and_each_look_is_kept() {
    let desk = Desk::open().await;
    let Desk { shop, minji, order, agent, .. } = &desk;
    let path = format!("/v1/purchase-orders/{order}/reveal");
    let body = json!({ "fields": ["phone"], "reason": "배송 문의 회신" });
    for role in ["md", "settlement_clerk", "auditor"] {
        shop.operator(role).await.post(&path, body.clone()).await.expect_code(403, "forbidden");
    }
    let shown = agent.post(&path, body).await.expect(200);
    assert_eq!(shown.json(), &json!({ "phone": minji.phone }));
    let both = json!({ "fields": ["recipient", "address"], "reason": "반송된 택배 확인" });
    let shown = agent.post(&path, both).await.expect(200);
    assert_eq!((&shown["recipient"], &shown["postcode"]), (&json!(minji.name), &json!("06236")));
    assert_eq!(shown["phone"], Value::Null);
    let looks: Vec<String> =
        shop.values("select purpose from privacy_access_logs where subject_id = $1 order by id", &[order]).await;
    assert_eq!(looks, ["phone: 배송 문의 회신", "recipient: 반송된 택배 확인", "address: 반송된 택배 확인"]);
    let nothing = format!("/v1/purchase-orders/{}/reveal", PurchaseOrderId::new());
    let body = json!({ "fields": ["phone"], "reason": "배송 문의 회신" });
    agent.post(&nothing, body).await.expect_code(404, "purchase_order_not_found");
    agent.post(&path, json!({ "fields": [], "reason": "배송 문의" })).await.expect_code(422, "invalid_request");
    desk.shop.close().await;
}

#[tokio::test]
async fn late_lines_are_counted_in_business_days() {
    let desk = Desk::open().await;
    let Desk { shop, seller, agent, lines, .. } = &desk;
    let list = async |query: &str| agent.get(&format!("/v1/product-orders?{query}")).await.expect(200);
    assert_eq!(list("").await.items().len(), 2);
    assert!(list("overdue=true").await.items().is_empty());
    assert_eq!(list(&format!("seller_id={}", seller.seller_id)).await.items().len(), 1);
    accepted(seller, &[lines[0]]).await;
    assert_eq!(list("state=preparing").await.items()[0]["product_order_id"], json!(lines[0]));
    // Two whole weeks after the due day lie ten weekdays, fewer where holidays do.
    shop.clock().set(shop.value("select dispatch_due_at + interval '14 days' from product_orders limit 1", &[]).await);
    let late = list("overdue=true").await;
    assert_eq!(late.items().len(), 2);
    let days = late.items()[0]["delay_days"].as_i64().unwrap();
    assert!((5..=10).contains(&days), "{days}");
    assert_eq!(list(&format!("delay_days={days}")).await.items().len(), 2);
    assert!(list(&format!("delay_days={}", days + 1)).await.items().is_empty());
    let stuck = shop.now().0.format("%Y-%m-%dT%H:%M:%SZ");
    assert_eq!(list(&format!("stuck_since={stuck}")).await.items().len(), 2);
    assert!(list("stuck_since=2020-01-01T00:00:00Z").await.items().is_empty());
    desk.shop.close().await;
}

#[tokio::test]
async fn a_lead_rules_on_claims_and_says_why() {
    let desk = Desk::open().await;
    let Desk { shop, minji, seller, agent, lines, .. } = &desk;
    accepted(seller, &[lines[0]]).await;
    let (first, second) = (ask_cancel(minji, &[(lines[0], 1)]).await, ask_cancel(minji, &[(lines[0], 1)]).await);
    let lead = shop.operator("cs_lead").await;
    let waiting = agent.get("/v1/claims?state=requested&type=cancel").await.expect(200);
    assert_eq!(waiting.items().len(), 2);
    let shown = agent.get(&format!("/v1/claims/{first}")).await.expect(200);
    assert_eq!(shown["actions"], json!(["approve", "reject"]));
    assert_eq!(shown["units"][0]["gross"], 19_900);

    let ruling = |claim: ClaimId, verb: &str| format!("/v1/claims/{claim}/{verb}");
    let reason = json!({ "reason": "판매자 무응답" });
    agent.post(&ruling(first, "approve"), reason.clone()).await.expect_code(403, "forbidden");
    lead.post(&ruling(ClaimId::new(), "approve"), reason.clone()).await.expect_code(404, "claim_not_found");
    lead.post(&ruling(first, "approve"), json!({})).await.expect_code(422, "invalid_request");
    lead.post(&ruling(first, "approve"), reason.clone()).await.expect(204);
    shop.run_tasks().await;
    let done = agent.get(&format!("/v1/claims/{first}")).await.expect(200);
    assert_eq!((&done["state"], &done["refunds"][0]["state"]), (&json!("done"), &json!("done")));
    lead.post(&ruling(first, "approve"), reason.clone()).await.expect(204);
    lead.post(&ruling(first, "reject"), reason.clone()).await.expect_code(409, "invalid_state");

    lead.post(&ruling(second, "reject"), json!({ "reason": "이미 발송 준비가 끝났습니다" })).await.expect(204);
    let refused = minji.get(&format!("/v1/claims/{second}")).await.expect(200);
    assert_eq!(
        (&refused["state"], &refused["reject_reason"]),
        (&json!("rejected"), &json!("이미 발송 준비가 끝났습니다"))
    );
    lead.post(&ruling(second, "approve"), reason).await.expect_code(409, "invalid_state");
    let audited: Vec<String> =
        shop.values("select action from audit_logs where target_type = 'claims' order by id", &[]).await;
    assert_eq!(audited, ["claim.approved", "claim.approved", "claim.rejected"]);
    let ended = agent.get("/v1/claims").await.expect(200);
    assert_eq!(ended.items().len(), 2);
    desk.shop.close().await;
}
