//! What people are told: once, in both languages, the right ones of a store.

use crate::buying::{bought, lines, piece};
use crate::inbound::deposit_awaited;
use crate::order_steps::{accepted, ask_cancel};
use harness::{Actor, Customer, Host, Shop, json};
use kernel::{ClaimId, MemberId};

async fn inbox(shop: &Shop, customer: &Customer) -> Vec<String> {
    shop.values("select template_code from notifications where user_id = $1 order by id", &[&customer.user_id]).await
}

#[tokio::test]
async fn a_buyer_hears_each_step_of_an_order_once() {
    let shop = Shop::open().await;
    let seller = shop.seller().await;
    let tee = seller.product("티셔츠").price(20_000).sku("M", 5).sku("L", 5).on_sale().await;
    let minji = shop.customer().await;
    let placed = bought(&shop, &minji, &[piece(tee.sku("M"), 1), piece(tee.sku("L"), 2)]).await;
    assert_eq!(inbox(&shop, &minji).await, ["order_paid"], "two lines, one message, though it ran four times");
    let letters = shop.letters(&minji.email).await;
    assert_eq!(letters.len(), 1);
    assert!(
        letters[0].subject.contains("결제가 완료되었습니다") && letters[0].subject.contains("Your payment is complete")
    );
    assert!(letters[0].text.contains("60,000원") && letters[0].text.contains(placed["order_no"].as_str().unwrap()));

    // Two parcels are two messages; each names carrier and number.
    let own = shop.own_client(&seller, &["partner:orders:write"]).await;
    for (line, invoice) in lines(&shop, &placed).await.iter().zip(["123456789012", "123456789013"]) {
        let item = json!({ "product_order_id": line, "method": "parcel", "carrier_code": "CJ", "invoice_no": invoice });
        own.post("/v1/product-orders/dispatch", json!({ "items": [item] })).await.expect(200);
    }
    shop.run_tasks().await;
    assert_eq!(inbox(&shop, &minji).await, ["order_paid", "order_dispatched", "order_dispatched"]);
    let letters = shop.letters(&minji.email).await;
    assert!(letters[1].text.contains("123456789012") && letters[2].text.contains("123456789013"), "{letters:?}");
    let states: Vec<String> = shop.values("select state from notification_deliveries", &[]).await;
    assert!(states.iter().all(|state| state == "sent") && states.len() >= 3);
    shop.close().await;
}

#[tokio::test]
async fn a_buyer_hears_what_became_of_a_cancel() {
    let shop = Shop::open().await;
    let (seller, minji, lead) = (shop.seller().await, shop.customer().await, shop.operator("cs_lead").await);
    let tee = seller.product("티셔츠").price(30_000).sku("M", 9).on_sale().await;
    let placed = bought(&shop, &minji, &[piece(tee.only(), 3)]).await;
    let line = lines(&shop, &placed).await[0];
    // Nobody is asked while the order is only paid: one message, with what came back.
    ask_cancel(&minji, &[(line, 1)]).await;
    shop.run_tasks().await;
    assert_eq!(inbox(&shop, &minji).await, ["order_paid", "claim_refunded"]);
    let letters = shop.letters(&minji.email).await;
    assert!(letters[1].text.contains("30,000원") && letters[1].text.contains(placed["order_no"].as_str().unwrap()));
    // A seller who prepares it is asked; whoever answers, the buyer hears of it, with the reason of a refusal.
    accepted(&seller, &[line]).await;
    let answer = async |claim: ClaimId, verb: &str| {
        let body = json!({ "reason": "이미 포장이 끝났습니다" });
        lead.post(&format!("/v1/claims/{claim}/{verb}"), body).await.expect(204);
        shop.run_tasks().await;
    };
    answer(ask_cancel(&minji, &[(line, 1)]).await, "reject").await;
    let letters = shop.letters(&minji.email).await;
    assert!(letters[2].text.contains("이미 포장이 끝났습니다"), "{letters:?}");
    let taken_back = ask_cancel(&minji, &[(line, 1)]).await;
    minji.post(&format!("/v1/claims/{taken_back}/withdraw"), json!({})).await.expect(204);
    shop.run_tasks().await;
    // The last pieces: the line ends canceled, which is told once, by the claim.
    answer(ask_cancel(&minji, &[(line, 2)]).await, "approve").await;
    let told = ["order_paid", "claim_refunded", "claim_rejected", "claim_approved", "claim_refunded"];
    assert_eq!(inbox(&shop, &minji).await, told);
    let state: String = shop.value("select state from product_orders", &[]).await;
    assert_eq!(state, "canceled");
    shop.close().await;
}

#[tokio::test]
async fn an_account_number_is_mailed_whole_and_kept_masked() {
    let shop = Shop::open().await;
    let (minji, placed) = deposit_awaited(&shop).await;
    assert_eq!(inbox(&shop, &minji).await, ["order_account_opened"]);
    let sealed: Vec<u8> = shop.value("select account_no_enc from virtual_accounts", &[]).await;
    let account = shop.boot().vault.open(&sealed).unwrap();
    let letter = &shop.letters(&minji.email).await[0];
    assert!(letter.text.contains(&account));
    let body: String = shop.value("select body from notifications where user_id = $1", &[&minji.user_id]).await;
    assert!(!body.contains(&account) && body.contains(placed["order_no"].as_str().unwrap()), "{body}");
    shop.close().await;
}

#[tokio::test]
async fn the_members_whose_role_covers_it_hear_of_orders_bundled_by_the_minute() {
    let shop = Shop::open().await;
    let seller = shop.seller().await;
    let tee = seller.product("티셔츠").price(20_000).sku("M", 9).on_sale().await;
    for role in ["order", "settlement"] {
        seller.member(role).await;
    }
    let other = shop.seller().await;
    // The start of a minute, so that both orders lie in it.
    let now = shop.now().0.timestamp();
    shop.clock().advance(chrono::Duration::seconds(61 - now.rem_euclid(60)));
    for buyer in [shop.customer().await, shop.customer().await] {
        bought(&shop, &buyer, &[piece(tee.only(), 1)]).await;
    }
    let told: Vec<String> = shop
        .values(
            "select r.code from notifications n join seller_members m on m.id = n.seller_member_id join roles r on r.id = m.role_id
             where n.template_code = 'seller_orders' order by 1",
            &[],
        )
        .await;
    assert_eq!(told, ["order", "owner"], "not the settlement clerk, and not twice");
    let bodies: Vec<String> =
        shop.values("select body from notifications where template_code = 'seller_orders'", &[]).await;
    assert!(bodies.iter().all(|body| body.contains("새 주문 2건")), "{bodies:?}");
    assert_eq!(shop.letters(&seller.owner_email).await.len(), 1, "one mail a minute");
    assert!(shop.letters(&other.owner_email).await.is_empty());
    shop.clock().advance(chrono::Duration::minutes(2));
    bought(&shop, &shop.customer().await, &[piece(tee.only(), 1)]).await;
    let rows: i64 = shop
        .value("select count(*) from notifications where seller_member_id = $1", &[&MemberId(seller.owner_id.0)])
        .await;
    assert_eq!(rows, 2);
    shop.close().await;
}

#[tokio::test]
async fn a_partner_without_an_inbox_is_mailed_once() {
    use crate::partner::{registered, registration};
    let shop = Shop::open().await;
    let address = format!("ops-{}@partner.test", uuid::Uuid::now_v7().simple());
    let wanted = registration(partners::AuthMethod::Hmac, &[partners::Scope::WebhooksManage]);
    let wanted = partners::access::client::Registration { contact_email: Some(address.clone()), ..wanted };
    let client = registered(&shop, wanted).await;
    let endpoint_id = kernel::WebhookEndpointId::new();
    let off = events::WebhookEndpointDisabled { endpoint_id, partner_client_id: client.id, seller_id: None };
    let tx = shop.boot().db.begin().await.unwrap();
    jobs::outbox::emit(&tx, &off, shop.now()).await.unwrap();
    tx.commit().await.unwrap();
    shop.run_tasks().await;
    let letters = shop.letters(&address).await;
    assert_eq!(letters.len(), 1);
    assert!(letters[0].subject.contains("switched off"));
    shop.close().await;
}

#[tokio::test]
async fn a_code_is_mailed_once_in_the_language_asked_for() {
    let shop = Shop::open().await;
    let nobody = shop.anonymous(Host::Service);
    let ask = |actor: &Actor, email: &str| actor.post("/v1/auth/email-verifications", json!({ "email": email }));
    let [sua, sam] = ["sua", "sam"].map(|name| format!("{name}-{}@drrip.test", uuid::Uuid::now_v7().simple()));
    ask(&nobody, &sua).await.expect(202);
    ask(&nobody.in_english(), &sam).await.expect(202);
    shop.run_tasks().await;
    let korean = shop.letters(&sua).await;
    assert_eq!(korean.len(), 1);
    assert!(korean[0].text.contains("인증번호") && korean[0].code().len() == 6);
    let english = shop.letters(&sam).await;
    assert!(english.last().unwrap().text.contains("Your code"));
    let runs: i64 =
        shop.value("select count(*) from task_runs where task = 'send_code' and state = 'succeeded'", &[]).await;
    assert_eq!(runs, 2);
    let leaks: i64 = shop.value("select count(*) from outbox_events where payload::text like '%@%'", &[]).await;
    assert_eq!(leaks, 0);
    shop.close().await;
}
