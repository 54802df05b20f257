//! Coupons and membership: what customers see and take.

use crate::buying::{bought, piece};
use harness::{Customer, Grade, Host, Shop, Value, json};
use kernel::CouponId;

async fn taken(customer: &Customer, coupon: CouponId) -> harness::Answer {
    customer.post(&format!("/v1/coupons/{coupon}/download"), json!({})).await
}

/// Items of a list by a text field.
fn field<'a>(items: &'a [Value], name: &str) -> Vec<&'a str> {
    items.iter().filter_map(|item| item[name].as_str()).collect()
}

#[tokio::test]
async fn a_coupon_is_taken_once_and_only_while_it_lasts() {
    let shop = Shop::open().await;
    let (minji, seoyeon, jihun) = (shop.customer().await, shop.customer().await, shop.customer().await);
    let coupon = shop.coupon("5천원 할인").fixed(5_000).cart().min_order(30_000).limit(2).make().await;

    let nobody = shop.anonymous(Host::Service);
    let listed = nobody.get("/v1/coupons").await.expect(200);
    assert_eq!(listed.items()[0]["takeable"], true);
    nobody.post(&format!("/v1/coupons/{coupon}/download"), json!({})).await.expect_code(401, "unauthenticated");

    let mine = taken(&minji, coupon).await.expect(201);
    assert_eq!(mine["coupon_id"], coupon.to_string());
    taken(&minji, coupon).await.expect_code(409, "already_issued");
    taken(&seoyeon, coupon).await.expect(201);
    taken(&jihun, coupon).await.expect_code(409, "coupon_exhausted");

    let sold_out = jihun.get("/v1/coupons").await.expect(200);
    assert_eq!((&sold_out.items()[0]["sold_out"], &sold_out.items()[0]["takeable"]), (&json!(true), &json!(false)));
    let held = minji.get("/v1/coupons").await.expect(200);
    assert_eq!(held.items()[0]["held_count"], 1);
    let terms = minji.get(&format!("/v1/coupons/{coupon}")).await.expect(200);
    assert_eq!(terms["min_order_amount"], 30_000);
    assert_eq!(terms["stacking"]["one_per"], "order");
    minji.get(&format!("/v1/coupons/{}", CouponId::new())).await.expect_code(404, "coupon_not_found");
    taken(&minji, CouponId::new()).await.expect_code(404, "coupon_not_found");

    let wallet = minji.get("/v1/user-coupons").await.expect(200);
    assert_eq!(field(wallet.items(), "status"), ["usable"]);
    assert_eq!(minji.get("/v1/user-coupons?status=used").await.expect(200).items().len(), 0);
    assert_eq!(jihun.get("/v1/user-coupons").await.expect(200).items().len(), 0);
    shop.close().await;
}

#[tokio::test]
async fn the_same_key_gets_the_same_coupon() {
    let shop = Shop::open().await;
    let minji = shop.customer().await;
    let coupon = shop.coupon("두 장까지").per_user(2).make().await;
    let path = format!("/v1/coupons/{coupon}/download");
    let first = minji.post(&path, json!({})).key("taken-once-0001").await.expect(201);
    let again = minji.post(&path, json!({})).key("taken-once-0001").await.expect(201);
    assert_eq!(first["user_coupon_id"], again["user_coupon_id"]);
    minji.post(&path, json!({})).without("idempotency-key").await.expect_code(400, "idempotency_key_required");
    minji.post(&path, json!({})).await.expect(201);
    taken(&minji, coupon).await.expect_code(409, "already_issued");
    shop.close().await;
}

#[tokio::test]
async fn many_customers_at_once_take_exactly_what_there_is() {
    let shop = Shop::open().await;
    let coupon = shop.coupon("선착순 5장").limit(5).make().await;
    let mut customers = Vec::new();
    for _ in 0..6 {
        customers.push(shop.customer().await);
    }
    // Everybody clicks twice.
    let clicks = customers.iter().chain(&customers).map(|customer| taken(customer, coupon));
    let answers = futures::future::join_all(clicks).await;
    let count = |status: u16| answers.iter().filter(|answer| answer.status.as_u16() == status).count();
    assert_eq!((count(201), count(409)), (5, 7));
    let issued: i32 = shop.value("select issued_count from coupons where id = $1", &[&coupon]).await;
    let owners: i64 =
        shop.value("select count(distinct user_id) from user_coupons where coupon_id = $1", &[&coupon]).await;
    assert_eq!((issued, owners), (5, 5));
    shop.close().await;
}

#[tokio::test]
async fn coupons_are_listed_for_what_they_are_good_for() {
    let shop = Shop::open().await;
    let (minji, hana, bomi) = (shop.customer().await, shop.seller().await, shop.seller().await);
    let (tee, knit) = (hana.product("티셔츠").on_sale().await, bomi.product("니트").on_sale().await);
    let anything = shop.coupon("전 상품").make().await;
    let only_tee = shop.coupon("티셔츠만").only(tee.id).make().await;
    let hanas = shop.coupon("하나 스토어").by(&hana).make().await;
    let barred = shop.coupon("니트 제외").make().await;
    shop.sql(
        "insert into coupon_targets (id, coupon_id, mode, category_id) select gen_random_uuid(), $1, 'exclude', id from categories where path = '/clothing'",
        &[&barred],
    )
    .await;
    for_grade(&shop, shop.coupon("다이아 전용").make().await, "DIAMOND").await;
    shop.coupon("코드 쿠폰").method("code").make().await;

    let names = |answer: harness::Answer| {
        let mut names: Vec<String> = field(answer.expect(200).items(), "name").into_iter().map(str::to_owned).collect();
        names.sort_unstable();
        names
    };
    assert_eq!(names(minji.get("/v1/coupons").await), ["니트 제외", "전 상품", "티셔츠만", "하나 스토어"]);
    assert_eq!(
        names(minji.get(&format!("/v1/coupons?product_id={}", tee.id)).await),
        ["전 상품", "티셔츠만", "하나 스토어"]
    );
    assert_eq!(names(minji.get(&format!("/v1/coupons?product_id={}", knit.id)).await), ["전 상품"]);
    assert_eq!(
        names(minji.get(&format!("/v1/coupons?brand_id={}", hana.brand_id)).await),
        ["전 상품", "티셔츠만", "하나 스토어"]
    );
    let first = minji.get("/v1/coupons?limit=3").await.expect(200);
    let next = first["next_cursor"].as_str().unwrap().to_owned();
    assert_eq!(minji.get(&format!("/v1/coupons?limit=3&cursor={next}")).await.expect(200).items().len(), 1);

    taken(&minji, anything).await.expect(201);
    let body = json!({ "for": "product", "product_id": tee.id });
    let all = minji.post("/v1/coupons/bulk-download", body.clone()).await.expect(200);
    assert_eq!(all["held_before"], json!([anything]));
    let mut got: Vec<&str> = field(all["issued"].as_array().unwrap(), "coupon_id");
    got.sort_unstable();
    let mut expected = [only_tee.to_string(), hanas.to_string()];
    expected.sort_unstable();
    assert_eq!(got, expected);
    let again = minji.post("/v1/coupons/bulk-download", body).await.expect(200);
    assert_eq!((again["issued"].as_array().unwrap().len(), again["held_before"].as_array().unwrap().len()), (0, 3));
    let terms = minji.get(&format!("/v1/coupons/{only_tee}")).await.expect(200);
    assert_eq!(terms["good_for"][0]["name"], "티셔츠");
    shop.close().await;
}

async fn for_grade(shop: &Shop, coupon: CouponId, grade: &str) {
    shop.sql(
        "insert into coupon_targets (id, coupon_id, mode, grade_id) select gen_random_uuid(), $1, 'include', id from membership_grades where code = $2",
        &[&coupon, &grade],
    )
    .await;
}

#[tokio::test]
async fn a_coupon_for_a_grade_is_for_that_grade() {
    let shop = Shop::open().await;
    let (bronze, diamond) = (shop.customer().await, shop.customer_with(Grade::Diamond).await);
    let coupon = shop.coupon("다이아 전용").make().await;
    for_grade(&shop, coupon, "DIAMOND").await;
    assert_eq!(bronze.get("/v1/coupons").await.expect(200).items().len(), 0);
    taken(&bronze, coupon).await.expect_code(403, "coupon_not_eligible");
    assert_eq!(diamond.get("/v1/coupons").await.expect(200).items().len(), 1);
    taken(&diamond, coupon).await.expect(201);
    shop.close().await;
}

#[tokio::test]
async fn grades_are_public_and_my_standing_is_mine() {
    let shop = Shop::open().await;
    let nobody = shop.anonymous(Host::Service);
    let grades = nobody.get("/v1/membership/grades").await.expect(200);
    assert_eq!(field(grades.items(), "code"), ["BRONZE", "SILVER", "GOLD", "PLATINUM", "DIAMOND"]);
    nobody.get("/v1/membership/status").await.expect_code(401, "unauthenticated");
    let status = shop.customer_with(Grade::Silver).await.get("/v1/membership/status").await.expect(200);
    assert_eq!((&status["grade"]["code"], &status["next_grade"]["code"]), (&json!("SILVER"), &json!("GOLD")));
    assert_eq!(status["amount_to_next_grade"], status["next_grade"]["min_spend_12m"]);
    shop.close().await;
}

#[tokio::test]
async fn nobody_reads_a_wallet_or_balance_without_a_session() {
    let shop = Shop::open().await;
    let nobody = shop.anonymous(Host::Service);
    for path in [
        "/v1/user-coupons",
        "/v1/points",
        "/v1/points/transactions",
        "/v1/points/expirations",
        "/v1/points/pending",
        "/v1/rewards",
        "/v1/rewards/transactions",
    ] {
        nobody.get(path).await.expect_code(401, "unauthenticated");
    }
    let minji = shop.customer().await;
    minji.get("/v1/points/transactions?limit=0").await.expect_code(422, "invalid_request");
    minji.get("/v1/user-coupons?status=held_forever").await.expect_code(422, "invalid_request");
    shop.close().await;
}

#[tokio::test]
async fn a_paid_line_shows_the_points_it_will_earn_and_the_coupon_it_used() {
    let shop = Shop::open().await;
    let (minji, seller) = (shop.customer_with(Grade::Gold).await, shop.seller().await);
    let tee = seller.product("티셔츠").price(30_000).on_sale().await;
    shop.coupon("천원").give(&minji).await;
    let placed = bought(&shop, &minji, &[piece(tee.only(), 1)]).await;
    let pending = minji.get("/v1/points/pending").await.expect(200);
    let (rate, points) =
        (pending.items()[0]["point_rate"].as_str().unwrap(), pending.items()[0]["points"].as_i64().unwrap());
    let cash: i64 = shop.value("select remaining_paid from product_orders", &[]).await;
    assert_eq!(points, (cash as f64 * rate.parse::<f64>().unwrap()).floor() as i64);
    assert_eq!(minji.get("/v1/points").await.expect(200).won("pending"), points);
    assert_eq!(pending.items()[0]["product_name"], "티셔츠");
    let wallet = minji.get("/v1/user-coupons?status=used").await.expect(200);
    assert_eq!(wallet.items()[0]["order_no"], placed["order_no"]);
    assert_eq!(wallet.items()[0]["saved"], 1_000);
    shop.close().await;
}
