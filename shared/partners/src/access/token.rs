//! A partner's id and secret for an access token (RFC 6749, client credentials). No refresh token: a partner keeps the
//! token until it expires and asks again.
//!
//! Context: a leaked secret must kill the tokens made from it at once, and a token is verified without the database.
//! Decision: every token names the epoch of its client's tokens as its session; the door reads the client anyway and
//! compares. Consequence: rotating for a leak raises the epoch, nothing is listed or deleted.

use crate::access::admit::Caller;
use crate::access::{admit, epoch, limit, secret};
use authz::Audience;
use aws::Counters;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use boot::{Boot, Vault};
use db::Db;
use identity::{Signer, Subject};
use kernel::*;
use std::net::IpAddr;

/// What a partner asks for.
#[derive(Debug, Clone)]
pub struct Ask<'a> {
    /// The `Authorization` header, as it came.
    pub authorization: Option<&'a str>,
    /// The form body, as it came.
    pub form: &'a [u8],
    pub ip: Option<IpAddr>,
}

/// A token with what it allows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccessToken {
    pub access_token: String,
    pub expires_in: i64,
    /// Granted scopes, separated by spaces.
    pub scope: String,
}

/// Why no token is given, in the words of RFC 6749 section 5.2.
#[derive(Debug)]
pub enum Denied {
    InvalidRequest(&'static str),
    InvalidClient,
    /// Known, but not by this grant: it signs its requests instead.
    UnauthorizedClient,
    UnsupportedGrantType,
    InvalidScope,
    /// Too many wrong secrets: seconds to wait.
    SlowDown(u32),
    Fault(Fault),
}

impl From<Fault> for Denied {
    fn from(fault: Fault) -> Denied {
        Denied::Fault(fault)
    }
}

/// Where tokens are asked for.
#[derive(Clone)]
pub struct TokenDesk {
    db: Db,
    vault: Vault,
    counters: Counters,
    signer: Signer,
}

impl TokenDesk {
    /// Refused when this function does not hold the signing key of the partners' host.
    pub fn new(boot: &Boot) -> Result<TokenDesk, Fault> {
        Ok(TokenDesk {
            db: boot.db.clone(),
            vault: boot.vault.clone(),
            counters: boot.aws.counters(),
            signer: Signer::new(boot, Audience::External)?,
        })
    }

    /// Checks the secret and makes the token. The scope is what was asked for, as far as the client holds it.
    pub async fn exchange(&self, ask: Ask<'_>, now: Now) -> Result<AccessToken, Denied> {
        let form = Form::read(ask.form)?;
        let (client_id, given) = basic(ask.authorization).ok_or(Denied::InvalidClient)?;
        let from = Caller { ip: ask.ip, seller: None };
        let tries = limit::Tries::of(&self.counters, &client_id, ask.ip);
        if let Some(seconds) = tries.blocked(now).await {
            return Err(Denied::SlowDown(seconds));
        }
        let row = admit::by_client_id(&self.db.writer().await?, &client_id, from, now).await?;
        // Hashed whether or not the client exists: both take the same time.
        let hash = secret::hash(&self.vault, &given)?;
        let Some(row) = row.filter(|row| row.knows(&hash, now) && row.live && row.ip_allowed) else {
            tries.failed(now).await;
            return Err(Denied::InvalidClient);
        };
        if row.unseen {
            admit::used(&self.db.writer().await?, row.id, from, now).await?;
        }
        if row.auth_method != crate::AuthMethod::ClientCredentials {
            return Err(Denied::UnauthorizedClient);
        }
        let scopes = granted(&row.scopes, form.scope.as_deref());
        if scopes.is_empty() {
            return Err(Denied::InvalidScope);
        }
        let subject = Subject::partner(row.id, row.seller_id, scopes.clone());
        let signed = self.signer.sign(&subject, SessionId(epoch::session(row.id, row.token_epoch)), false, now)?;
        let expires_in = (signed.expires_at - now.0).num_seconds();
        Ok(AccessToken { access_token: signed.token, expires_in, scope: scopes.join(" ") })
    }
}

struct Form {
    scope: Option<String>,
}

impl Form {
    fn read(body: &[u8]) -> Result<Form, Denied> {
        let (mut grant_type, mut scope) = (None, None);
        for (name, value) in url::form_urlencoded::parse(body) {
            let slot = match name.as_ref() {
                "grant_type" => &mut grant_type,
                "scope" => &mut scope,
                // Unknown parameters are ignored, as the RFC asks.
                _ => continue,
            };
            if slot.replace(value.into_owned()).is_some() {
                return Err(Denied::InvalidRequest("a parameter is repeated"));
            }
        }
        match grant_type.as_deref() {
            Some("client_credentials") => Ok(Form { scope }),
            Some(_) => Err(Denied::UnsupportedGrantType),
            None => Err(Denied::InvalidRequest("grant_type is missing")),
        }
    }
}

/// Asked for and held; all that is held when nothing is asked for.
fn granted(held: &[String], asked: Option<&str>) -> Vec<String> {
    let asked: Option<Vec<&str>> = asked.map(|text| text.split(' ').filter(|s| !s.is_empty()).collect());
    let wants = |scope: &String| asked.as_ref().is_none_or(|asked| asked.contains(&scope.as_str()));
    held.iter().filter(|scope| wants(scope)).cloned().collect()
}

/// Id and secret of HTTP Basic; both are form-encoded inside it (RFC 6749 section 2.3.1).
fn basic(header: Option<&str>) -> Option<(String, String)> {
    let (scheme, encoded) = header?.split_once(' ')?;
    let text = scheme.eq_ignore_ascii_case("basic").then(|| STANDARD.decode(encoded.trim()).ok())??;
    let text = String::from_utf8(text).ok()?;
    let (id, secret) = text.split_once(':')?;
    let plain = |text: &str| {
        let pair = format!("x={text}");
        url::form_urlencoded::parse(pair.as_bytes()).next().map(|(_, value)| value.into_owned())
    };
    let (id, secret) = (plain(id)?, plain(secret)?);
    (!id.is_empty() && id.len() <= 64 && secret.len() <= 256).then_some((id, secret))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_scope_is_asked_for_and_capped() {
        let held = vec!["partner:account".to_owned(), "partner:orders:read".to_owned()];
        assert_eq!(granted(&held, None), held);
        assert_eq!(granted(&held, Some("partner:orders:read partner:orders:write")), ["partner:orders:read"]);
        assert!(granted(&held, Some("partner:claims:read")).is_empty());
    }

    #[test]
    fn basic_credentials_are_form_encoded() {
        let header = format!("Basic {}", STANDARD.encode("drc_a:drs%5Fs%2Bx"));
        assert_eq!(basic(Some(&header)), Some(("drc_a".into(), "drs_s+x".into())));
        assert_eq!(basic(Some("Bearer abc")), None);
        assert_eq!(basic(Some("Basic !!!")), None);
        assert_eq!(basic(None), None);
    }

    #[test]
    fn the_form_follows_the_rfc() {
        assert!(Form::read(b"grant_type=client_credentials&scope=a+b&x=1").is_ok_and(|f| f.scope.unwrap() == "a b"));
        assert!(matches!(Form::read(b""), Err(Denied::InvalidRequest(_))));
        assert!(matches!(Form::read(b"grant_type=password"), Err(Denied::UnsupportedGrantType)));
        assert!(matches!(
            Form::read(b"grant_type=client_credentials&grant_type=client_credentials"),
            Err(Denied::InvalidRequest(_))
        ));
    }
}
