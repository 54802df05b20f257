//! Somebody who calls a host. Tokens are signed for each call, so that they never expire when the clock is moved.

use crate::call::Call;
use crate::keys;
use crate::shop::Inner;
use authz::Audience;
use boot::SigningKey;
use http::{HeaderMap, HeaderValue, Method};
use identity::{Signer, Subject};
use kernel::SessionId;
use serde_json::Value;
use std::sync::Arc;

/// A caller; cheap to clone.
#[derive(Clone)]
pub struct Actor {
    shop: Arc<Inner>,
    host: Audience,
    who: Option<Who>,
    headers: HeaderMap,
}

#[derive(Clone)]
struct Who {
    /// Whose keys sign: the host's own unless a test tries a foreign token.
    audience: Audience,
    subject: Subject,
    session: SessionId,
    elevated: bool,
    /// Signed with this key, not with the present one of the audience.
    key: Option<SigningKey>,
}

impl Actor {
    pub(crate) fn new(shop: Arc<Inner>, host: Audience, subject: Option<Subject>) -> Actor {
        let mut headers = HeaderMap::new();
        // Everybody calls from an address of their own, so that limits by address never meet.
        let n = shop.next();
        let ip = format!("10.{}.{}.{}", n >> 16 & 255, n >> 8 & 255, n & 255);
        headers.insert("x-forwarded-for", HeaderValue::from_str(&ip).expect("a header"));
        headers.insert("user-agent", HeaderValue::from_static("drrip-tests"));
        let session = SessionId::new();
        let who = subject.map(|subject| Who { audience: host, subject, session, elevated: false, key: None });
        Actor { shop, host, who, headers }
    }

    pub fn get(&self, path: &str) -> Call {
        Call::new(self, Method::GET, path, None)
    }
    pub fn post(&self, path: &str, body: Value) -> Call {
        Call::new(self, Method::POST, path, Some(body))
    }
    pub fn put(&self, path: &str, body: Value) -> Call {
        Call::new(self, Method::PUT, path, Some(body))
    }
    pub fn patch(&self, path: &str, body: Value) -> Call {
        Call::new(self, Method::PATCH, path, Some(body))
    }
    pub fn delete(&self, path: &str) -> Call {
        Call::new(self, Method::DELETE, path, None)
    }
    /// Any method, with or without a body.
    pub fn call(&self, method: Method, path: &str, body: Option<Value>) -> Call {
        Call::new(self, method, path, body)
    }

    /// The same person right after a second proof of presence.
    pub fn elevated(&self) -> Actor {
        let mut actor = self.clone();
        if let Some(who) = &mut actor.who {
            who.elevated = true;
        }
        actor
    }

    /// The same person with a token of the key before the present one.
    pub fn signed_before_rotation(&self) -> Actor {
        self.signed_with(keys::retired(self.host))
    }

    /// The same person with a token that says the present key but was signed with another.
    pub fn forged(&self) -> Actor {
        self.signed_with(keys::forged(self.host))
    }

    fn signed_with(&self, key: SigningKey) -> Actor {
        let mut actor = self.clone();
        if let Some(who) = &mut actor.who {
            who.key = Some(key);
        }
        actor
    }

    pub(crate) fn in_session(&self, session: uuid::Uuid) -> Actor {
        let mut actor = self.clone();
        if let Some(who) = &mut actor.who {
            who.session = SessionId(session);
        }
        actor
    }

    /// The same token at another host.
    pub fn at(&self, host: Audience) -> Actor {
        Actor { host, ..self.clone() }
    }

    /// The same person, sending another header with every call.
    pub fn with_header(&self, name: &'static str, value: &str) -> Actor {
        let mut actor = self.clone();
        actor.headers.insert(name, HeaderValue::from_str(value).expect("a header"));
        actor
    }

    /// The same person in English.
    pub fn in_english(&self) -> Actor {
        self.with_header("accept-language", "en")
    }

    /// The session the token names (no row of it exists: sign in over the API for that).
    pub fn session(&self) -> Option<SessionId> {
        self.who.as_ref().map(|who| who.session)
    }

    pub(crate) fn shop(&self) -> &Inner {
        &self.shop
    }

    pub(crate) fn shared(&self) -> Arc<Inner> {
        self.shop.clone()
    }

    pub fn host(&self) -> Audience {
        self.host
    }

    /// A bearer token of this moment.
    pub fn token(&self) -> Option<String> {
        let who = self.who.as_ref()?;
        let signer = match &who.key {
            Some(key) => Signer::with(who.audience, key),
            None => Signer::new(&self.shop.boot, who.audience),
        };
        let signer = signer.expect("the test holds every key");
        let signed = signer.sign(&who.subject, who.session, who.elevated, self.shop.clock.now());
        Some(signed.expect("a token").token)
    }

    pub(crate) fn headers(&self) -> HeaderMap {
        let mut headers = self.headers.clone();
        if let Some(token) = self.token() {
            let value = HeaderValue::from_str(&format!("Bearer {token}")).expect("a header");
            headers.insert(http::header::AUTHORIZATION, value);
        }
        headers
    }
}
