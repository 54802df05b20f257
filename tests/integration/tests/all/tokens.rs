//! A token says what was signed, or nothing: every part of one altered, on every host.

use aws_lc_rs::hmac;
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use harness::{Actor, Host, Shop, Value, json};

/// The parts of a token: header and claims as JSON, the signature as it is written.
struct Parts {
    header: Value,
    claims: Value,
    signature: String,
}

impl Parts {
    fn of(token: &str) -> Parts {
        let parts: Vec<&str> = token.split('.').collect();
        let read = |part: &str| serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).unwrap()).unwrap();
        Parts { header: read(parts[0]), claims: read(parts[1]), signature: parts[2].to_owned() }
    }

    /// What is signed.
    fn message(&self) -> String {
        let written = |part: &Value| URL_SAFE_NO_PAD.encode(part.to_string());
        format!("{}.{}", written(&self.header), written(&self.claims))
    }

    fn token(&self) -> String {
        format!("{}.{}", self.message(), self.signature)
    }

    /// With a field of one part set, or taken away.
    fn with(&self, part: fn(&mut Parts) -> &mut Value, field: &str, value: Option<Value>) -> Parts {
        let (header, claims) = (self.header.clone(), self.claims.clone());
        let mut altered = Parts { header, claims, signature: self.signature.clone() };
        let fields = part(&mut altered).as_object_mut().unwrap();
        match value {
            Some(value) => fields.insert(field.to_owned(), value),
            None => fields.remove(field),
        };
        altered
    }
}

fn header(parts: &mut Parts) -> &mut Value {
    &mut parts.header
}

fn claims(parts: &mut Parts) -> &mut Value {
    &mut parts.claims
}

/// One of every host, with what they might want to be.
async fn people(shop: &Shop) -> Vec<Actor> {
    let seller = shop.seller().await;
    let (clerk, partner) = (seller.member("cs").await, shop.own_client(&seller, &["partner:account"]).await);
    vec![(*shop.customer().await).clone(), clerk, shop.operator("md").await, partner]
}

async fn refused(shop: &Shop, host: Host, what: &str, token: &str) {
    let door = shop.anonymous(host);
    let answer = door.get("/v1/me").header("authorization", &format!("Bearer {token}")).await;
    assert_eq!((answer.status.as_u16(), &answer["code"]), (401, &json!("unauthenticated")), "{what}: {}", answer.text);
}

#[tokio::test]
async fn a_token_altered_in_any_field_is_no_token() {
    let shop = Shop::open().await;
    let somebody = json!(uuid::Uuid::now_v7());
    let later = json!(shop.now().0.timestamp() + 100_000);
    let wishes = [
        ("iss", json!("drripp")),
        ("aud", json!("admin-of-all")),
        ("sub", somebody.clone()),
        ("sid", somebody.clone()),
        ("iat", json!(0)),
        ("exp", later.clone()),
        ("elv", later),
        ("sel", somebody),
        ("own", json!(true)),
        ("new", json!(true)),
        ("perm", json!(["*", "orders:read", "dead_letters:redrive"])),
        ("admin", json!(true)),
    ];
    for actor in people(&shop).await {
        let host = actor.host();
        let token = actor.token().unwrap();
        let whole = Parts::of(&token);
        actor.get("/v1/me").await.expect(200);
        for (field, wish) in &wishes {
            refused(&shop, host, field, &whole.with(claims, field, Some(wish.clone())).token()).await;
            if whole.claims.get(field).is_some() {
                refused(&shop, host, field, &whole.with(claims, field, None).token()).await;
            }
        }
        for kid in ["", "nobody", &format!("retired-{}", host.as_str()), "test-service", "test-external"] {
            if whole.header["kid"] != kid {
                refused(&shop, host, kid, &whole.with(header, "kid", Some(json!(kid))).token()).await;
            }
        }
        refused(&shop, host, "no kid", &whole.with(header, "kid", None).token()).await;
        for alg in ["none", "None", "HS256", "ES384", "RS256", "EdDSA"] {
            let altered = whole.with(header, "alg", Some(json!(alg)));
            refused(&shop, host, alg, &altered.token()).await;
            refused(&shop, host, alg, &format!("{}.", altered.message())).await;
        }
        // Signed with the key that everybody knows.
        let altered = whole.with(header, "alg", Some(json!("HS256")));
        for key in &shop.boot().secrets.verifying[&host] {
            let tag = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, key.pem.as_bytes()), altered.message().as_bytes());
            let forged = format!("{}.{}", altered.message(), URL_SAFE_NO_PAD.encode(tag));
            refused(&shop, host, "the public key as a secret", &forged).await;
        }
        let mut bits = URL_SAFE_NO_PAD.decode(&whole.signature).unwrap();
        bits[40] ^= 1;
        let message = token.rsplit_once('.').unwrap().0;
        for broken in [
            format!("{message}.{}", URL_SAFE_NO_PAD.encode(bits)),
            message.to_owned(),
            format!("{message}."),
            format!("{token}.{}", whole.signature),
            format!("{token}="),
            format!(" {token} {token}"),
            String::new(),
        ] {
            refused(&shop, host, "a broken signature", &broken).await;
        }
    }
    shop.close().await;
}

/// Signs claims as the host's own sign-in would.
fn signed(shop: &Shop, host: Host, parts: &Parts) -> String {
    let pem = &shop.boot().secrets.signing[&host].pem;
    let text: String = pem.lines().filter(|line| !line.starts_with("-----")).collect();
    let pair = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &STANDARD.decode(text).unwrap()).unwrap();
    let signature = pair.sign(&SystemRandom::new(), parts.message().as_bytes()).unwrap();
    format!("{}.{}", parts.message(), URL_SAFE_NO_PAD.encode(signature))
}

#[tokio::test]
async fn our_own_signature_under_claims_that_lack_something_proves_nobody() {
    let shop = Shop::open().await;
    for actor in people(&shop).await {
        let host = actor.host();
        let whole = Parts::of(&actor.token().unwrap());
        let authorization = format!("Bearer {}", signed(&shop, host, &whole));
        shop.anonymous(host).get("/v1/me").header("authorization", &authorization).await.expect(200);
        let required: &[&str] = if host == Host::Seller {
            &["iss", "aud", "sub", "sid", "iat", "exp", "sel"]
        } else {
            &["iss", "aud", "sub", "sid", "iat", "exp"]
        };
        for field in required {
            refused(&shop, host, field, &signed(&shop, host, &whole.with(claims, field, None))).await;
            let odd = whole.with(claims, field, Some(json!({})));
            refused(&shop, host, field, &signed(&shop, host, &odd)).await;
        }
        for other in Host::ALL.into_iter().filter(|other| *other != host) {
            let elsewhere = whole.with(claims, "aud", Some(json!(other.as_str())));
            refused(&shop, host, "for another host", &signed(&shop, host, &elsewhere)).await;
            // The key of one host signs for no other, whatever the token says.
            refused(&shop, other, "with a key of another host", &signed(&shop, host, &elsewhere)).await;
        }
    }
    shop.close().await;
}
