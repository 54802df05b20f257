//! Letting a request in: whose it is, and whether that client may still call, now and from here.
//!
//! A token is not enough by itself: a suspended client, a leaked secret or a narrowed scope must count at the next call,
//! so every request reads its client.

use crate::access::signature::{Proof, Signed};
use crate::access::{epoch, limit, secret};
use authz::{Actor, Audience, Keys, Partner, TokenError};
use aws::Counters;
use boot::Vault;
use chrono::{DateTime, Duration, Utc};
use db::{Db, On};
use identity::limits::Later;
use kernel::*;
use std::net::IpAddr;

db::row! {
    /// A client as its requests are judged by.
    pub struct ClientRow {
        pub id: PartnerClientId,
        pub client_id: String,
        pub seller_id: Option<SellerId>,
        pub environment: crate::Environment,
        pub auth_method: crate::AuthMethod,
        pub secret_hash: Vec<u8>,
        pub secret_enc: Option<Vec<u8>>,
        pub previous_secret_hash: Option<Vec<u8>>,
        pub previous_secret_enc: Option<Vec<u8>>,
        pub previous_valid_until: Option<DateTime<Utc>>,
        pub token_epoch: i32,
        pub scopes: Vec<String>,
        pub rate_per_second: i32,
        pub live: bool,
        pub ip_allowed: bool,
        pub called_for: Option<SellerId>,
        pub unseen: bool,
    }
}

db::statements! {
    static BY_ID: (PartnerClientId, Now, Option<String>, Option<SellerId>) => ClientRow =
        "select id, client_id, seller_id, environment, auth_method, secret_hash, secret_enc, previous_secret_hash, previous_secret_enc,
                previous_valid_until, token_epoch, scopes, rate_per_second,
                state = 'active' and (expires_at is null or expires_at > $2) as live,
                allowed_ips is null or coalesce($3::text::inet <<= any(allowed_ips), false) as ip_allowed,
                case when seller_id = $4 or exists (select 1 from partner_grants g where g.partner_client_id = partner_clients.id and g.seller_id = $4
                                                       and g.revoked_at is null) then $4::uuid end as called_for,
                last_used_at is null or last_used_at < $2 - interval '1 minute' as unseen
         from partner_clients where id = $1";
    static BY_CLIENT_ID: (String, Now, Option<String>, Option<SellerId>) => ClientRow =
        "select id, client_id, seller_id, environment, auth_method, secret_hash, secret_enc, previous_secret_hash, previous_secret_enc,
                previous_valid_until, token_epoch, scopes, rate_per_second,
                state = 'active' and (expires_at is null or expires_at > $2) as live,
                allowed_ips is null or coalesce($3::text::inet <<= any(allowed_ips), false) as ip_allowed,
                case when seller_id = $4 or exists (select 1 from partner_grants g where g.partner_client_id = partner_clients.id and g.seller_id = $4
                                                       and g.revoked_at is null) then $4::uuid end as called_for,
                last_used_at is null or last_used_at < $2 - interval '1 minute' as unseen
         from partner_clients where client_id = $1";
    static USED: (PartnerClientId, Now, Option<String>) => () =
        "update partner_clients set last_used_at = $2, last_used_ip = $3::text::inet where id = $1";
}

kernel::refusals! {
    /// Why a request is not let in.
    pub enum AdmitError {
        TokenInvalid = 401 "unauthenticated", "Sign in first.", "로그인이 필요합니다.";
        TokenExpired = 401 "token_expired", "The access token has expired.", "로그인이 만료되었습니다.";
        /// `details` holds the string we signed, for sandbox clients alone.
        SignatureInvalid(SignedHere) = 401 "signature_invalid", "The request's signature does not match.", "요청 서명이 일치하지 않습니다.";
        TimestampSkewed = 401 "timestamp_skewed", "The request's timestamp is more than five minutes off.", "요청 시각이 5분 이상 차이납니다.";
        NonceReused = 401 "nonce_reused", "This nonce was used before.", "이미 사용된 nonce입니다.";
        TooManyRequests(Later) = 429 "too_many_requests", "Too many attempts, try again later.", "요청이 너무 많습니다. 잠시 후 다시 시도해 주세요.";
        AddressNotAllowed = 403 "ip_not_allowed", "This client may not call from your address.", "허용되지 않은 IP 주소입니다.";
    }
}

/// The string the server signed, told to sandbox clients so that they find their mistake.
#[derive(Debug, Clone, Default, serde::Serialize)]
pub struct SignedHere {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub string_to_sign: Option<String>,
}

/// A client that was let in.
#[derive(Debug, Clone)]
pub struct Admitted {
    pub partner: Partner,
    /// Calls a second, per seller.
    pub rate_per_second: i32,
    /// The connected seller the call names: its calls are counted apart.
    pub called_for: Option<SellerId>,
}

/// What is known of a call before it is believed.
#[derive(Debug, Clone, Copy, Default)]
pub struct Caller {
    pub ip: Option<IpAddr>,
    /// The seller it names.
    pub seller: Option<SellerId>,
}

impl Caller {
    fn ip_text(self) -> Option<String> {
        self.ip.map(|ip| ip.to_string())
    }
}

/// How far a signed request's clock may be off.
pub const SKEW_SECONDS: i64 = 300;

/// The door of the partners' host.
#[derive(Clone)]
pub struct Gate {
    db: Db,
    vault: Vault,
    counters: Counters,
}

impl Gate {
    pub fn new(db: &Db, vault: &Vault, counters: Counters) -> Gate {
        Gate { db: db.clone(), vault: vault.clone(), counters }
    }

    /// Counts a call; refuses it beyond the client's rate.
    pub async fn count(&self, by: &Admitted, now: Now) -> Result<(), AdmitError> {
        let counted = limit::call(&self.counters, by.partner.client_id, by.called_for, by.rate_per_second, now).await;
        counted.map_err(|seconds| AdmitError::TooManyRequests(Later { retry_after_seconds: i64::from(seconds) }))
    }

    /// Lets in the bearer of a token, with what the client may do today.
    pub async fn by_token(
        &self,
        keys: &Keys,
        jwt: &str,
        from: Caller,
        now: Now,
    ) -> Result<Admitted, Failure<AdmitError>> {
        let actor = keys.verify(Audience::External, jwt, now).map_err(|error| match error {
            TokenError::Invalid => AdmitError::TokenInvalid,
            TokenError::Expired => AdmitError::TokenExpired,
        })?;
        let Actor::Partner(partner) = actor else { return Err(AdmitError::TokenInvalid.into()) };
        let row = (partner.client_id, now, from.ip_text(), from.seller);
        let row = BY_ID.opt(&self.db.writer().await?, row).await?;
        let row = row.ok_or(AdmitError::TokenInvalid)?;
        let of_this_epoch = epoch::session_of(jwt) == Some(epoch::session(row.id, row.token_epoch));
        if !row.live || !of_this_epoch {
            return Err(AdmitError::TokenInvalid.into());
        }
        let asked = partner.scopes;
        let admitted = self.admitted(row, from, now).await?;
        let scopes = admitted.partner.scopes.into_iter().filter(|scope| asked.contains(scope)).collect();
        Ok(Admitted { partner: Partner { scopes, ..admitted.partner }, ..admitted })
    }

    /// Lets in a signed request: known client, a clock near ours, a signature by one of its live secrets, a fresh nonce.
    pub async fn by_signature(
        &self,
        proof: &Proof,
        request: Signed<'_>,
        from: Caller,
        now: Now,
    ) -> Result<Admitted, Failure<AdmitError>> {
        let skew = now.0.timestamp() - proof.timestamp;
        if skew.abs() > SKEW_SECONDS {
            return Err(AdmitError::TimestampSkewed.into());
        }
        let row = by_client_id(&self.db.writer().await?, &proof.client_id, from, now).await?;
        let row = row.filter(|row| row.live && row.auth_method == crate::AuthMethod::Hmac);
        let row = row.ok_or_else(|| AdmitError::SignatureInvalid(SignedHere::default()))?;
        let text = request.string_to_sign(proof);
        let mut matches = false;
        for sealed in row.live_secrets(now) {
            matches |= proof.matches(&self.vault.open(sealed)?, &text);
        }
        if !matches {
            let told = (row.environment == crate::Environment::Sandbox).then_some(text);
            return Err(AdmitError::SignatureInvalid(SignedHere { string_to_sign: told }).into());
        }
        // Twice the skew: a timestamp from the future stays usable that long.
        let once = format!("nonce#{}#{}", row.client_id, proof.nonce);
        if !self.counters.once(&once, 2 * SKEW_SECONDS, now).await? {
            return Err(AdmitError::NonceReused.into());
        }
        self.admitted(row, from, now).await
    }

    async fn admitted(&self, row: ClientRow, from: Caller, now: Now) -> Result<Admitted, Failure<AdmitError>> {
        if !row.ip_allowed {
            return Err(AdmitError::AddressNotAllowed.into());
        }
        if row.unseen {
            used(&self.db.writer().await?, row.id, from, now).await?;
        }
        let partner = Partner { client_id: row.id, seller_id: row.seller_id, scopes: row.scopes };
        Ok(Admitted { partner, rate_per_second: row.rate_per_second, called_for: row.called_for })
    }
}

/// Notes that a proven client called; once a minute is enough.
pub(crate) async fn used(on: &impl On, client: PartnerClientId, from: Caller, now: Now) -> Result<(), Fault> {
    USED.run(on, (client, now, from.ip_text())).await
}

/// The client behind a public client id.
pub(crate) async fn by_client_id(
    on: &impl On,
    client_id: &str,
    from: Caller,
    now: Now,
) -> Result<Option<ClientRow>, Fault> {
    BY_CLIENT_ID.opt(on, (client_id.to_owned(), now, from.ip_text(), from.seller)).await
}

impl ClientRow {
    fn previous_lives(&self, now: Now) -> bool {
        self.previous_valid_until.is_some_and(|until| until > now.0)
    }

    /// Sealed secrets that sign today: two while rotating.
    fn live_secrets(&self, now: Now) -> impl Iterator<Item = &[u8]> {
        let previous = self.previous_secret_enc.as_deref().filter(|_| self.previous_lives(now));
        self.secret_enc.as_deref().into_iter().chain(previous)
    }

    /// Whether a secret's hash is one of the live ones. Compares all of them whatever matches first.
    pub(crate) fn knows(&self, hash: &[u8], now: Now) -> bool {
        let current = secret::same(&self.secret_hash, hash);
        let previous = self.previous_secret_hash.as_deref().is_some_and(|other| secret::same(other, hash));
        current | (previous & self.previous_lives(now))
    }
}

/// The moment a secret that is replaced now stops working.
pub(crate) fn overlap(days: u8, now: Now) -> Option<DateTime<Utc>> {
    (days > 0).then(|| now.plus(Duration::days(i64::from(days))))
}
