//! Partners' systems at the door: tokens, signatures, secrets, limits.

use harness::{Actor, Answer, Call, Host, Seller, Shop, json};
use kernel::PartnerClientId;
use partners::access::client::{Issued, Registration, register};
use partners::access::network::Network;
use partners::access::signature::Signed;
use partners::{AuthMethod, Environment, Scope};

/// A client of the platform's own making, so that its secret is known.
pub fn registration(auth_method: AuthMethod, scopes: &[Scope]) -> Registration {
    Registration {
        name: "연동사".into(),
        seller: None,
        auth_method,
        environment: Environment::Live,
        scopes: scopes.to_vec(),
        allowed_ips: Vec::new(),
        rate_per_second: 100,
        contact_email: None,
        expires_at: None,
    }
}

pub async fn registered(shop: &Shop, registration: Registration) -> Issued {
    let tx = shop.boot().db.begin().await.unwrap();
    let issued = register(&tx, &shop.boot().vault, audit::By::System, shop.now(), registration).await.unwrap();
    tx.commit().await.unwrap();
    issued
}

/// A seller lets a client work for it.
pub async fn granted(shop: &Shop, seller: &Seller, client: PartnerClientId, scopes: &[Scope]) {
    let tx = shop.boot().db.begin().await.unwrap();
    let give = partners::grant::Give {
        client,
        scopes: scopes.to_vec(),
        writes_stock: false,
        granted_by: Some(seller.owner_id),
        expires_at: None,
    };
    let scope = authz::SellerScope::of_row(seller.seller_id);
    partners::grant::give(&tx, scope, audit::By::System, shop.now(), give).await.unwrap();
    tx.commit().await.unwrap();
}

fn ask(nobody: &Actor, client_id: &str, secret: &str, form: &str) -> Call {
    let basic = base64::Engine::encode(&base64::engine::general_purpose::STANDARD, format!("{client_id}:{secret}"));
    nobody
        .call(http::Method::POST, "/v1/oauth/token", None)
        .header("authorization", &format!("Basic {basic}"))
        .header("content-type", "application/x-www-form-urlencoded")
        .body(form)
}

const FORM: &str = "grant_type=client_credentials";

pub async fn token(nobody: &Actor, client: &Issued) -> String {
    ask(nobody, &client.client_id, &client.secret, FORM).await.expect(200).read("access_token")
}

fn with_token(nobody: &Actor, path: &str, token: &str) -> Call {
    nobody.get(path).header("authorization", &format!("Bearer {token}"))
}

#[tokio::test]
async fn a_secret_buys_a_token_for_three_hours() {
    let shop = Shop::open().await;
    let scopes = [Scope::Account, Scope::OrdersRead];
    let client = registered(&shop, registration(AuthMethod::ClientCredentials, &scopes)).await;
    let nobody = shop.anonymous(Host::External);

    let answer = ask(&nobody, &client.client_id, &client.secret, FORM).await.expect(200);
    assert_eq!((&answer["token_type"], answer.won("expires_in")), (&json!("Bearer"), 10_800));
    assert_eq!(answer["scope"], "partner:account partner:orders:read");
    assert_eq!((answer.header("cache-control"), answer.header("pragma")), (Some("no-store"), Some("no-cache")));
    let bearer: String = answer.read("access_token");
    let me = with_token(&nobody, "/v1/me", &bearer).await.expect(200);
    assert_eq!((&me["client_id"], &me["live_credentials"]), (&json!(client.client_id), &json!(1)));
    assert_eq!(me["environment"], "live");

    // Less is asked for than held: less is given.
    let form = format!("{FORM}&scope=partner:orders:read%20partner:claims:write");
    let less = ask(&nobody, &client.client_id, &client.secret, &form).await.expect(200);
    assert_eq!(less["scope"], "partner:orders:read");
    with_token(&nobody, "/v1/me", &less.read::<String>("access_token")).await.expect_code(403, "forbidden");

    // Narrowing counts at the next call, suspending too.
    shop.sql("update partner_clients set scopes = '{partner:orders:read}' where id = $1", &[&client.id]).await;
    with_token(&nobody, "/v1/me", &bearer).await.expect_code(403, "forbidden");
    shop.sql(
        "update partner_clients set scopes = '{partner:account}', state = 'suspended' where id = $1",
        &[&client.id],
    )
    .await;
    with_token(&nobody, "/v1/me", &bearer).await.expect_code(401, "unauthenticated");
    shop.sql("update partner_clients set state = 'active' where id = $1", &[&client.id]).await;
    with_token(&nobody, "/v1/me", &bearer).await.expect(200);
    shop.clock().advance(chrono::Duration::hours(3));
    with_token(&nobody, "/v1/me", &bearer).await.expect_code(401, "token_expired");
    nobody.get("/v1/me").await.expect_code(401, "unauthenticated");
    shop.close().await;
}

#[tokio::test]
async fn the_token_endpoint_refuses_in_the_words_of_oauth() {
    let shop = Shop::open().await;
    let client = registered(&shop, registration(AuthMethod::ClientCredentials, &[Scope::Account])).await;
    let signer = registered(&shop, registration(AuthMethod::Hmac, &[Scope::Account])).await;
    let nobody = shop.anonymous(Host::External);
    let oauth = |answer: Answer, status: u16, error: &str| {
        let answer = answer.expect(status);
        assert_eq!(answer["error"], error, "{}", answer.text);
        answer
    };
    let wrong = oauth(ask(&nobody, &client.client_id, "drs_wrong", FORM).await, 401, "invalid_client");
    assert_eq!(wrong.header("www-authenticate"), Some("Basic realm=\"drrip\""));
    oauth(ask(&nobody, "drc_nobody", "drs_wrong", FORM).await, 401, "invalid_client");
    oauth(ask(&nobody, &client.client_id, &client.secret, FORM).without("authorization").await, 401, "invalid_client");
    oauth(ask(&nobody, &signer.client_id, &signer.secret, FORM).await, 400, "unauthorized_client");
    oauth(ask(&nobody, &client.client_id, &client.secret, "").await, 400, "invalid_request");
    oauth(ask(&nobody, &client.client_id, &client.secret, "grant_type=password").await, 400, "unsupported_grant_type");
    let scope = format!("{FORM}&scope=partner:claims:write");
    oauth(ask(&nobody, &client.client_id, &client.secret, &scope).await, 400, "invalid_scope");

    // Ten wrong secrets and even the right one waits, from this address only.
    let guesser = shop.anonymous(Host::External);
    for _ in 0..10 {
        oauth(ask(&guesser, &client.client_id, "drs_wrong", FORM).await, 401, "invalid_client");
    }
    let held = oauth(ask(&guesser, &client.client_id, &client.secret, FORM).await, 429, "slow_down");
    assert!(held.header("retry-after").is_some());
    token(&nobody, &client).await;
    shop.clock().advance(chrono::Duration::minutes(15));
    token(&guesser, &client).await;
    shop.close().await;
}

#[tokio::test]
async fn two_secrets_live_while_rotating_and_a_leak_ends_everything() {
    let shop = Shop::open().await;
    let first = registered(&shop, registration(AuthMethod::ClientCredentials, &[Scope::Account])).await;
    let nobody = shop.anonymous(Host::External);
    let bearer = token(&nobody, &first).await;
    let rotate = |days: u8, bearer: &str| {
        let call = nobody.post("/v1/me/credentials/rotate", json!({ "keep_old_days": days }));
        call.header("authorization", &format!("Bearer {bearer}"))
    };
    rotate(8, &bearer).await.expect_code(422, "invalid_request");
    let rotated = rotate(7, &bearer).await.expect(200);
    let second = Issued { secret: rotated.read("client_secret"), ..first.clone() };
    token(&nobody, &first).await;
    token(&nobody, &second).await;
    assert_eq!(with_token(&nobody, "/v1/me", &bearer).await.expect(200)["live_credentials"], 2);
    rotate(1, &bearer).await.expect_code(409, "rotation_in_progress");

    let leaked = rotate(0, &bearer).await.expect(200);
    assert!(leaked["old_valid_until"].is_null());
    with_token(&nobody, "/v1/me", &bearer).await.expect_code(401, "unauthenticated");
    for dead in [&first, &second] {
        ask(&nobody, &dead.client_id, &dead.secret, FORM).await.expect(401);
    }
    let third = Issued { secret: leaked.read("client_secret"), ..first };
    let bearer = token(&nobody, &third).await;

    // The old one ends by itself.
    let fourth = Issued { secret: rotate(2, &bearer).await.expect(200).read("client_secret"), ..third.clone() };
    shop.clock().advance(chrono::Duration::days(2));
    ask(&nobody, &third.client_id, &third.secret, FORM).await.expect(401);
    token(&nobody, &fourth).await;
    let audited: i64 =
        shop.value("select count(*) from audit_logs where action = 'partner_client.secret_rotated'", &[]).await;
    assert_eq!(audited, 3);
    shop.close().await;
}

#[tokio::test]
async fn a_signature_proves_one_request_once() {
    let shop = Shop::open().await;
    let client = registered(&shop, registration(AuthMethod::Hmac, &[Scope::Account])).await;
    let nobody = shop.anonymous(Host::External);
    let get = Signed { method: "GET", path: "/v1/sellers", query: "limit=5", body: b"" };
    let at = shop.now().0.timestamp();
    let header =
        |request: &Signed<'_>, at: i64, nonce: &str| request.header(&client.client_id, &client.secret, at, nonce);
    let send = |header: String| nobody.get("/v1/sellers?limit=5").header("authorization", &header);

    send(header(&get, at, "nonce-000001")).await.expect(200);
    send(header(&get, at, "nonce-000001")).await.expect_code(401, "nonce_reused");
    send(header(&get, at - 301, "nonce-000002")).await.expect_code(401, "timestamp_skewed");
    send(header(&get, at + 299, "nonce-000003")).await.expect(200);
    let other = header(&Signed { query: "limit=6", ..get }, at, "nonce-000004");
    let refused = send(other.clone()).await.expect_code(401, "signature_invalid");
    assert!(refused["details"]["string_to_sign"].is_null(), "live clients are told nothing");
    send("DRRIP-HMAC client_id=x".to_owned()).await.expect_code(401, "signature_invalid");
    shop.sql("update partner_clients set environment = 'sandbox' where id = $1", &[&client.id]).await;
    let told = send(other).await.expect_code(401, "signature_invalid");
    let text: &str = told["details"]["string_to_sign"].as_str().unwrap();
    assert!(text.starts_with(&format!("{at}\nnonce-000004\nGET\n/v1/sellers\nlimit=5\n")), "{text}");

    // The body is part of it; a rotated key works beside the old one.
    let body = json!({ "keep_old_days": 1 }).to_string();
    let post = Signed { method: "POST", path: "/v1/me/credentials/rotate", query: "", body: body.as_bytes() };
    let rotate = |header: String, body: &str| {
        nobody.post("/v1/me/credentials/rotate", json!({})).header("authorization", &header).body(body)
    };
    rotate(header(&post, at, "nonce-000005"), r#"{"keep_old_days":0}"#).await.expect_code(401, "signature_invalid");
    let rotated = rotate(header(&post, at, "nonce-000006"), &body).await.expect(200);
    send(header(&get, at, "nonce-000007")).await.expect(200);
    let key: String = rotated.read("client_secret");
    send(get.header(&client.client_id, &key, at, "nonce-000008")).await.expect(200);
    shop.close().await;
}

#[tokio::test]
async fn a_client_calls_from_its_addresses_and_at_its_rate() {
    let shop = Shop::open().await;
    let allowed_ips = vec![Network::new("203.0.113.0/24").unwrap()];
    let office = Registration {
        allowed_ips,
        rate_per_second: 1,
        ..registration(AuthMethod::ClientCredentials, &[Scope::Account])
    };
    let client = registered(&shop, office).await;
    let outside = shop.anonymous(Host::External);
    ask(&outside, &client.client_id, &client.secret, FORM).await.expect(401);
    let inside = outside.with_header("x-forwarded-for", "203.0.113.9");
    let bearer = token(&inside, &client).await;
    with_token(&outside, "/v1/me", &bearer).await.expect_code(403, "ip_not_allowed");
    let me = with_token(&inside, "/v1/me", &bearer).await.expect(200);
    assert_eq!(me["allowed_ips"], json!(["203.0.113.0/24"]));

    let mut held = None;
    for _ in 0..25 {
        let answer = with_token(&inside, "/v1/me", &bearer).await;
        if answer.status == 429 {
            held = Some(answer.expect_code(429, "too_many_requests"));
            break;
        }
    }
    let held = held.expect("a call a second, counted over ten");
    assert!((1..=10).contains(&held.header("retry-after").unwrap().parse::<i64>().unwrap()));
    // A connected seller's calls are counted apart, a made-up seller's are not.
    let calls_for = |seller: kernel::SellerId| {
        with_token(&inside, "/v1/me", &bearer).header("drrip-seller-id", &seller.to_string())
    };
    let seller = shop.seller().await;
    granted(&shop, &seller, client.id, &[Scope::Account]).await;
    calls_for(seller.seller_id).await.expect(200);
    for _ in 0..25 {
        if calls_for(kernel::SellerId::new()).await.status == 429 {
            break;
        }
    }
    let from: String = shop.value("select host(last_used_ip) from partner_clients where id = $1", &[&client.id]).await;
    assert_eq!(from, "203.0.113.9", "a refused address is not a use");
    shop.close().await;
}
