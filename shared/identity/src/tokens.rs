//! Signing access tokens: short-lived, one key pair per audience, elevated for five minutes after a second proof.

use authz::{Audience, Claims};
use boot::{Boot, SigningKey};
use chrono::{DateTime, Duration, Utc};
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use kernel::*;
use std::sync::Arc;
use uuid::Uuid;

/// How long a second proof of presence counts.
pub const ELEVATED_MINUTES: i64 = 5;

/// How long an access token of an audience lives.
pub fn lifetime(audience: Audience) -> Duration {
    match audience {
        Audience::Service | Audience::Seller => Duration::minutes(10),
        Audience::Admin => Duration::minutes(15),
        Audience::External => Duration::hours(3),
    }
}

/// Whom a token speaks of, as read from the database a moment ago.
#[derive(Debug, Clone)]
pub struct Subject {
    /// Customer, member, operator or client id.
    pub id: Uuid,
    pub seller_id: Option<SellerId>,
    pub is_owner: bool,
    pub permissions: Vec<String>,
    /// Members: the store is not active yet.
    pub setting_up: bool,
}

impl Subject {
    /// A customer: no permissions, only their own rows.
    pub fn customer(id: UserId) -> Subject {
        Subject::of(id.0, None, Vec::new())
    }
    pub fn member(id: MemberId, seller_id: SellerId, is_owner: bool, permissions: Vec<String>) -> Subject {
        Subject { is_owner, ..Subject::of(id.0, Some(seller_id), permissions) }
    }
    pub fn operator(id: OperatorId, permissions: Vec<String>) -> Subject {
        Subject::of(id.0, None, permissions)
    }
    pub fn partner(id: PartnerClientId, seller_id: Option<SellerId>, scopes: Vec<String>) -> Subject {
        Subject::of(id.0, seller_id, scopes)
    }
    /// The same member while the store is not active yet.
    pub fn setting_up(self) -> Subject {
        Subject { setting_up: true, ..self }
    }
    fn of(id: Uuid, seller_id: Option<SellerId>, permissions: Vec<String>) -> Subject {
        Subject { id, seller_id, is_owner: false, permissions, setting_up: false }
    }
}

/// A signed access token.
#[derive(Debug, Clone)]
pub struct AccessToken {
    pub token: String,
    pub expires_at: DateTime<Utc>,
    /// Set on an elevated token: step-up endpoints accept it until then.
    pub elevated_until: Option<DateTime<Utc>>,
}

/// What a sign-in or refresh hands out.
#[derive(Debug, Clone)]
pub struct Tokens {
    pub access: AccessToken,
    pub refresh: String,
    pub refresh_expires_at: DateTime<Utc>,
}

/// Signs for one audience.
#[derive(Clone)]
pub struct Signer {
    pub audience: Audience,
    kid: String,
    key: Arc<EncodingKey>,
}

impl Signer {
    /// Refused when this function does not hold the audience's private key.
    pub fn new(boot: &Boot, audience: Audience) -> Result<Signer, Fault> {
        let key = boot.secrets.signing.get(&audience).ok_or_else(|| {
            Fault::internal(format!("this function holds no signing key of the {} host", audience.as_str()))
        })?;
        Signer::with(audience, key)
    }

    /// With a key given.
    pub fn with(audience: Audience, key: &SigningKey) -> Result<Signer, Fault> {
        let encoding = EncodingKey::from_ec_pem(key.pem.as_bytes()).map_err(Fault::internal)?;
        Ok(Signer { audience, kid: key.kid.clone(), key: Arc::new(encoding) })
    }

    /// A token of a session; `elevated` makes it good for step-up endpoints for five minutes.
    pub fn sign(&self, subject: &Subject, session: SessionId, elevated: bool, now: Now) -> Result<AccessToken, Fault> {
        let expires_at = now.plus(lifetime(self.audience));
        let elevated_until = elevated.then(|| now.plus(Duration::minutes(ELEVATED_MINUTES)));
        let claims = Claims {
            iss: "drrip".to_owned(),
            aud: self.audience.as_str().to_owned(),
            sub: subject.id,
            sid: session.0,
            iat: now.0.timestamp(),
            exp: expires_at.timestamp(),
            elv: elevated_until.map(|until| until.timestamp()),
            sel: subject.seller_id.map(|id| id.0),
            own: subject.is_owner,
            new: subject.setting_up,
            perm: subject.permissions.clone(),
        };
        let header = Header { kid: Some(self.kid.clone()), ..Header::new(Algorithm::ES256) };
        let token = jsonwebtoken::encode(&header, &claims, &self.key).map_err(Fault::internal)?;
        Ok(AccessToken { token, expires_at, elevated_until })
    }
}
