//! Access tokens: ES256 JWTs, one key pair per audience, named by key id so that keys rotate without a flag day.
//!
//! Verifying needs public keys only; the private key of an audience is known to its sign-in function alone.

use crate::{Actor, Audience, Customer, Denied, Member, Operator, Partner};
use jsonwebtoken::{Algorithm, DecodingKey, Validation};
use kernel::*;
use serde::{Deserialize, Serialize};
use std::collections::HashMap;
use uuid::Uuid;

/// What an access token says.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Claims {
    pub iss: String,
    pub aud: String,
    /// Customer, member, operator or client id.
    pub sub: Uuid,
    /// Session the token belongs to.
    pub sid: Uuid,
    /// Seconds since 1970.
    pub iat: i64,
    pub exp: i64,
    /// Elevated until (seconds since 1970), after a second proof of presence.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub elv: Option<i64>,
    /// Members and sellers' own clients: the seller.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub sel: Option<Uuid>,
    /// Members: the owner of the store.
    #[serde(skip_serializing_if = "std::ops::Not::not", default)]
    pub own: bool,
    /// Members: the store is not active yet.
    #[serde(skip_serializing_if = "std::ops::Not::not", default)]
    pub new: bool,
    /// Permissions of the role, or scopes of the client.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub perm: Vec<String>,
}

pub const ISSUER: &str = "drrip";

/// One public key in rotation.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct PublicKey {
    pub kid: String,
    /// SPKI in PEM.
    pub pem: String,
}

/// Why a token is not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TokenError {
    /// Not ours: signature, issuer, audience, shape.
    Invalid,
    /// Was ours.
    Expired,
}

impl From<TokenError> for Denied {
    fn from(error: TokenError) -> Denied {
        match error {
            TokenError::Invalid => Denied::Unauthenticated,
            TokenError::Expired => Denied::Expired,
        }
    }
}

/// The public keys of all audiences.
#[derive(Clone, Default)]
pub struct Keys {
    keys: HashMap<(Audience, String), DecodingKey>,
}

impl Keys {
    pub fn new(keys: impl IntoIterator<Item = (Audience, PublicKey)>) -> Result<Keys, Fault> {
        let mut known = HashMap::new();
        for (audience, key) in keys {
            let decoding = DecodingKey::from_ec_pem(key.pem.as_bytes()).map_err(Fault::internal)?;
            known.insert((audience, key.kid), decoding);
        }
        Ok(Keys { keys: known })
    }

    /// Reads a bearer token for one audience at a moment of the platform's clock.
    pub fn verify(&self, audience: Audience, token: &str, now: Now) -> Result<Actor, TokenError> {
        let header = jsonwebtoken::decode_header(token).map_err(|_| TokenError::Invalid)?;
        let kid = header.kid.ok_or(TokenError::Invalid)?;
        let key = self.keys.get(&(audience, kid)).ok_or(TokenError::Invalid)?;
        let mut rules = Validation::new(Algorithm::ES256);
        rules.set_audience(&[audience.as_str()]);
        rules.set_issuer(&[ISSUER]);
        // Expiry is compared with the platform's clock below, not the machine's.
        rules.validate_exp = false;
        let claims = jsonwebtoken::decode::<Claims>(token, key, &rules).map_err(|_| TokenError::Invalid)?.claims;
        if claims.exp <= now.0.timestamp() {
            return Err(TokenError::Expired);
        }
        actor(audience, claims, now).ok_or(TokenError::Invalid)
    }
}

fn actor(audience: Audience, claims: Claims, now: Now) -> Option<Actor> {
    let elevated = claims.elv.is_some_and(|until| until > now.0.timestamp());
    let session_id = SessionId(claims.sid);
    let permissions = claims.perm;
    Some(match audience {
        Audience::Service => Actor::Customer(Customer { user_id: UserId(claims.sub), session_id, elevated }),
        Audience::Seller => Actor::Member(Member {
            member_id: MemberId(claims.sub),
            seller_id: SellerId(claims.sel?),
            session_id,
            is_owner: claims.own,
            setting_up: claims.new,
            permissions,
            elevated,
        }),
        Audience::Admin => {
            Actor::Operator(Operator { operator_id: OperatorId(claims.sub), session_id, permissions, elevated })
        }
        Audience::External => Actor::Partner(Partner {
            client_id: PartnerClientId(claims.sub),
            seller_id: claims.sel.map(SellerId),
            scopes: permissions,
        }),
    })
}
