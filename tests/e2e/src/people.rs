//! Signing in the way people do.

use crate::call::{Caller, Host};
use crate::stack::Stack;
use identity::totp::Totp;
use seed::plant::{PASSWORD, totp_secret};
use serde_json::{Value, json};

impl Stack {
    /// A customer with a session.
    pub async fn customer(&self, email: &str) -> Caller {
        let caller = self.anybody(Host::Service);
        let body = json!({ "email": email, "password": PASSWORD });
        let tokens = caller.post("/v1/auth/sign-in", body).await.expect(200);
        caller.with_token(text(&tokens, "access_token"))
    }

    /// A member of a store, with the authenticator.
    pub async fn member(&self, email: &str) -> Caller {
        let caller = self.anybody(Host::Seller);
        let body = json!({ "email": email, "password": PASSWORD });
        let entered = caller.post("/v1/auth/sign-in", body).await.expect(200);
        let proof = json!({ "challenge_id": entered["challenge_id"], "proof": { "code": self.code(email).await } });
        let tokens = caller.post("/v1/auth/second-factor", proof).await.expect(200);
        caller.with_token(text(&tokens, "access_token"))
    }

    /// An operator, with the authenticator.
    pub async fn operator(&self, email: &str) -> Caller {
        let caller = self.anybody(Host::Admin);
        let body = json!({ "email": email, "password": PASSWORD });
        let challenge = caller.post("/v1/auth/sign-in", body).await.expect(200);
        let proof = json!({ "challenge_id": challenge["challenge_id"], "proof": { "code": self.code(email).await } });
        let tokens = caller.post("/v1/auth/mfa-verifications", proof).await.expect(200);
        caller.with_token(text(&tokens, "access_token"))
    }

    /// What the authenticator shows by the clock of the stage.
    pub async fn code(&self, email: &str) -> String {
        Totp::from_base32(&totp_secret(email)).unwrap().code_at(self.now().await).unwrap()
    }
}

fn text<'a>(body: &'a Value, field: &str) -> &'a str {
    body[field].as_str().unwrap_or_else(|| panic!("no {field} in {body:#}"))
}
