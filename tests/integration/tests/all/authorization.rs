//! Every endpoint of every host, tried by everybody who may not call it, and by somebody who may.
//!
//! The list is the route tables themselves: a new endpoint is tried without a line here. Whose rows a caller reaches is
//! told by the stories of each area.

use crate::seller_account;
use authz::{Access, Audience, catalogue};
use harness::web::Spec;
use harness::{Actor, Answer, PASSWORD, Shop, described, json};
use http::Method;
use std::collections::BTreeSet;

struct Endpoint {
    method: Method,
    path: String,
    spec: Spec,
}

async fn endpoints(host: Audience) -> Vec<Endpoint> {
    let all = described(host).into_iter().flat_map(|function| function.routes);
    all.map(|route| Endpoint { path: filled(route.path), method: route.method.clone(), spec: route.spec() }).collect()
}

/// The path with an id of nothing in every place.
fn filled(path: &str) -> String {
    let part = |part: &str| if part.starts_with('{') { uuid::Uuid::now_v7().to_string() } else { part.to_owned() };
    path.split('/').map(part).collect::<Vec<_>>().join("/")
}

impl Endpoint {
    async fn tried(&self, by: &Actor) -> Answer {
        let body = (self.method != Method::GET && self.method != Method::DELETE).then(|| json!({}));
        by.call(self.method.clone(), &self.path, body).await
    }

    /// A session may be needed or not; one of another host is refused either way.
    fn reads_tokens(&self) -> bool {
        !matches!(self.spec.access, Access::Public | Access::Signature(_))
    }

    fn guarded(&self) -> bool {
        !matches!(self.spec.access, Access::Public | Access::Optional | Access::Signature(_))
    }
}

/// What was answered otherwise than expected.
#[derive(Default)]
struct Surprises(Vec<String>);

impl Surprises {
    fn expect(&mut self, who: &str, endpoint: &Endpoint, answer: &Answer, status: u16, code: &str) {
        if answer.status.as_u16() != status || answer["code"] != code {
            let got = format!("{} {}", answer.status.as_u16(), answer["code"]);
            self.0.push(format!("{} {} as {who}: {got}, not {status} {code}", endpoint.method, endpoint.path));
        }
    }

    fn admitted(&mut self, who: &str, endpoint: &Endpoint, answer: &Answer) {
        let barred = [
            "unauthenticated",
            "token_expired",
            "forbidden",
            "seller_not_active",
            "step_up_required",
            "internal_error",
        ];
        if barred.iter().any(|code| answer["code"] == *code) {
            self.0.push(format!("{} {} as {who}: {}", endpoint.method, endpoint.path, answer.text));
        }
    }

    fn none(self) {
        assert!(self.0.is_empty(), "{} found:\n{}", self.0.len(), self.0.join("\n"));
    }
}

#[tokio::test]
async fn nobody_gets_in_without_a_token_of_this_host() {
    let shop = Shop::open().await;
    let mut surprises = Surprises::default();
    let seller = shop.seller().await;
    let known: Vec<Actor> = vec![
        (*shop.customer().await).clone(),
        (*seller).clone(),
        shop.operator("super_admin").await,
        shop.own_client(&seller, &["partner:account"]).await,
    ];
    for host in Audience::ALL {
        let nobody = shop.anonymous(host);
        for endpoint in endpoints(host).await.iter().filter(|endpoint| endpoint.reads_tokens()) {
            if endpoint.guarded() {
                let answer = endpoint.tried(&nobody).await;
                surprises.expect("nobody", endpoint, &answer, 401, "unauthenticated");
            }
            let answer = endpoint.tried(&nobody.with_header("authorization", "Bearer not.a.token")).await;
            surprises.expect("a forger", endpoint, &answer, 401, "unauthenticated");
            for stranger in known.iter().filter(|actor| actor.host() != host) {
                let answer = endpoint.tried(&stranger.elevated().at(host)).await;
                let who = format!("somebody of the {} host", stranger.host().as_str());
                surprises.expect(&who, endpoint, &answer, 401, "unauthenticated");
            }
        }
    }
    surprises.none();
    shop.close().await;
}

#[tokio::test]
async fn an_expired_token_is_told_so() {
    let shop = Shop::open().await;
    let minji = shop.customer().await;
    let token = format!("Bearer {}", minji.token().unwrap());
    let stale = shop.anonymous(Audience::Service).with_header("authorization", &token);
    stale.get("/v1/me").await.expect(200);
    shop.clock().advance(chrono::Duration::minutes(11));
    stale.get("/v1/me").await.expect_code(401, "token_expired");
    minji.get("/v1/me").await.expect(200);
    shop.close().await;
}

#[tokio::test]
async fn a_member_does_what_the_role_allows_and_nothing_else() {
    let shop = Shop::open().await;
    let seller = shop.seller().await;
    let mut people = Vec::new();
    for role in catalogue::SELLER_ROLES {
        let actor = if *role == "owner" { (*seller).clone() } else { seller.member(role).await };
        people.push((*role, actor, shop.permissions_of("seller", role).await));
    }
    by_roles(Audience::Seller, people).await;
    shop.close().await;
}

#[tokio::test]
async fn an_operator_does_what_the_role_allows_and_nothing_else() {
    let shop = Shop::open().await;
    let mut people = Vec::new();
    for role in catalogue::ADMIN_ROLES {
        people.push((*role, shop.operator(role).await, shop.permissions_of("admin", role).await));
    }
    by_roles(Audience::Admin, people).await;
    shop.close().await;
}

/// Whether somebody signed in with this role may call at all.
pub fn allows(access: Access, role: &str, permissions: &[String]) -> bool {
    match access {
        Access::Permission(name) => permissions.iter().any(|held| held == name),
        Access::Owner => role == "owner",
        _ => true,
    }
}

async fn by_roles(host: Audience, people: Vec<(&str, Actor, Vec<String>)>) {
    let mut surprises = Surprises::default();
    for endpoint in endpoints(host).await.iter().filter(|endpoint| endpoint.guarded()) {
        for (role, actor, permissions) in &people {
            if !allows(endpoint.spec.access, role, permissions) {
                let answer = endpoint.tried(&actor.elevated()).await;
                surprises.expect(role, endpoint, &answer, 403, "forbidden");
                continue;
            }
            if endpoint.spec.step_up {
                let answer = endpoint.tried(actor).await;
                surprises.expect(role, endpoint, &answer, 403, "step_up_required");
            }
            let answer = endpoint.tried(&actor.elevated()).await;
            surprises.admitted(role, endpoint, &answer);
        }
    }
    surprises.none();
}

#[tokio::test]
async fn a_store_that_is_not_active_reaches_what_setting_up_needs() {
    let shop = Shop::open().await;
    let (visitor, joined) = seller_account::opened(&shop).await;
    let token = format!("Bearer {}", joined["access_token"].as_str().unwrap());
    let owner = visitor.with_header("authorization", &token);
    let step_up = owner.post("/v1/auth/reauthentication", json!({ "password": PASSWORD })).await.expect(200);
    let token = format!("Bearer {}", step_up["access_token"].as_str().unwrap());
    let owner = visitor.with_header("authorization", &token);
    let mut surprises = Surprises::default();
    let (mut open, mut shut) = (0, 0);
    for endpoint in endpoints(Audience::Seller).await.iter().filter(|endpoint| endpoint.guarded()) {
        let area = match endpoint.spec.access {
            Access::Permission(name) => name.split([':', '.']).next().unwrap(),
            // The payout account, uploads, who I am.
            _ => "setting up",
        };
        let answer = endpoint.tried(&owner).await;
        if ["setting up", "onboarding", "documents", "contracts", "store", "members", "products"].contains(&area) {
            surprises.admitted("the owner of a new store", endpoint, &answer);
            open += 1;
        } else {
            surprises.expect("the owner of a new store", endpoint, &answer, 403, "seller_not_active");
            shut += 1;
        }
    }
    surprises.none();
    assert!(open > 20 && shut > 10, "{open} answer, {shut} wait");
    shop.close().await;
}

#[tokio::test]
async fn a_customer_reaches_what_is_a_customers() {
    let shop = Shop::open().await;
    let minji = shop.customer().await;
    let mut surprises = Surprises::default();
    for endpoint in endpoints(Audience::Service).await.iter().filter(|endpoint| endpoint.guarded()) {
        if endpoint.spec.step_up {
            let answer = endpoint.tried(&minji).await;
            surprises.expect("a customer", endpoint, &answer, 403, "step_up_required");
        }
        let answer = endpoint.tried(&minji.elevated()).await;
        surprises.admitted("a customer", endpoint, &answer);
    }
    surprises.none();
    shop.close().await;
}

#[tokio::test]
async fn a_partner_needs_the_scope_of_each_endpoint() {
    let shop = Shop::open().await;
    let seller = shop.seller().await;
    let all = endpoints(Audience::External).await;
    let scopes: BTreeSet<&str> = all
        .iter()
        .filter_map(|endpoint| match endpoint.spec.access {
            Access::Scope(name) => Some(name),
            _ => None,
        })
        .collect();
    let mut surprises = Surprises::default();
    for endpoint in all.iter().filter(|endpoint| endpoint.guarded()) {
        let Access::Scope(needed) = endpoint.spec.access else { continue };
        let others: Vec<&str> = scopes.iter().copied().filter(|scope| *scope != needed).collect();
        let partner = shop.partner(&seller, &others).await;
        let answer = endpoint.tried(&partner).await;
        surprises.expect("a partner with every other scope", endpoint, &answer, 403, "forbidden");
        let answer = endpoint.tried(&shop.partner(&seller, &[needed]).await).await;
        surprises.admitted("a partner with this scope alone", endpoint, &answer);
    }
    surprises.none();
    shop.close().await;
}

#[tokio::test]
async fn who_is_to_sign_is_nobody_unsigned() {
    let shop = Shop::open().await;
    let seller = shop.seller().await;
    let callers = [shop.anonymous(Audience::External), shop.own_client(&seller, &["partner:account"]).await];
    let deposit = json!({ "createdAt": "x", "secret": "ps_wrong", "status": "DONE", "transactionKey": "t", "orderId": "nobody-1" });
    let (mut tried, mut surprises) = (0, Surprises::default());
    for host in Audience::ALL {
        for route in described(host).into_iter().flat_map(|function| function.routes) {
            let Access::Signature(_) = route.spec().access else { continue };
            assert_eq!(host, Audience::External, "only outside services sign");
            let path = filled(&route.path.replace("{carrier_code}", "CJ"));
            let endpoint = Endpoint { method: route.method.clone(), path, spec: route.spec() };
            for caller in &callers {
                let answer = caller.call(endpoint.method.clone(), &endpoint.path, Some(deposit.clone())).await;
                surprises.expect("somebody unsigned", &endpoint, &answer, 401, "signature_invalid");
            }
            tried += 1;
        }
    }
    surprises.none();
    assert!(tried >= 3, "{tried}");
    assert!(shop.events("payment_webhook.received").await.is_empty());
    shop.close().await;
}
