//! JWE compact serialization with `alg: dir`, `enc: A256GCM`: the ENCRYPTION security mode of the payouts API
//! (docs: "지급대행하기", ENCRYPTION 보안; RFC 7516).
//!
//! `BASE64URL(header) "." "" "." BASE64URL(iv) "." BASE64URL(ciphertext) "." BASE64URL(tag)`; the additional data are
//! the ASCII bytes of the first part. The key is the 64-hex security key as 32 bytes. Toss asks for two more headers:
//! `iat` (ISO 8601 with offset and without fractions) and `nonce` (used once).
//!
//! Written for the simulator alone: the product has its own implementation, and the two share nothing.

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD as B64;
use chrono::DateTime;
use serde::{Deserialize, Serialize};

use crate::clock::{Stamp, iso};

const TAG: usize = 16;

/// The security key, ready to use.
#[derive(Clone)]
pub struct SecurityKey {
    bytes: [u8; 32],
}

impl std::fmt::Debug for SecurityKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("SecurityKey(..)")
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum JweError {
    #[error("the security key is not 64 hex digits")]
    Key,
    #[error("not five base64url parts with an empty second one")]
    Shape,
    #[error("the header must be alg dir, enc A256GCM, with iat and nonce")]
    Header,
    #[error("iat must be yyyy-MM-dd'T'HH:mm:ss±hh:mm")]
    IssuedAt,
    #[error("the content does not belong to this key and header")]
    Content,
}

#[derive(Serialize, Deserialize)]
struct Header {
    alg: String,
    enc: String,
    iat: String,
    nonce: String,
}

/// What was inside.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Opened {
    pub payload: Vec<u8>,
    pub nonce: String,
    pub issued_at: Stamp,
}

impl SecurityKey {
    /// From its 64 hex digits.
    pub fn from_hex(text: &str) -> Result<Self, JweError> {
        let mut bytes = [0_u8; 32];
        hex::decode_to_slice(text, &mut bytes).map_err(|_| JweError::Key)?;
        Ok(Self { bytes })
    }

    /// The raw bytes, which also key the webhook signature.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    fn cipher(&self) -> Result<LessSafeKey, JweError> {
        UnboundKey::new(&AES_256_GCM, &self.bytes).map(LessSafeKey::new).map_err(|_| JweError::Key)
    }

    /// Encrypts a body.
    pub fn seal(&self, payload: &[u8], now: Stamp) -> Result<String, JweError> {
        let header =
            Header { alg: "dir".into(), enc: "A256GCM".into(), iat: iso(now), nonce: uuid::Uuid::new_v4().to_string() };
        let header = B64.encode(serde_json::to_vec(&header).map_err(|_| JweError::Header)?);
        let mut iv = [0_u8; NONCE_LEN];
        aws_lc_rs::rand::fill(&mut iv).map_err(|_| JweError::Content)?;
        let mut content = payload.to_vec();
        let tag = self
            .cipher()?
            .seal_in_place_separate_tag(Nonce::assume_unique_for_key(iv), Aad::from(header.as_bytes()), &mut content)
            .map_err(|_| JweError::Content)?;
        Ok(format!("{header}..{}.{}.{}", B64.encode(iv), B64.encode(&content), B64.encode(tag.as_ref())))
    }

    /// Decrypts a body and checks its header.
    pub fn open(&self, compact: &str) -> Result<Opened, JweError> {
        let parts: Vec<&str> = compact.trim().split('.').collect();
        let [header, "", iv, content, tag] = parts[..] else { return Err(JweError::Shape) };
        let decode = |part: &str| B64.decode(part).map_err(|_| JweError::Shape);
        let parsed: Header = serde_json::from_slice(&decode(header)?).map_err(|_| JweError::Header)?;
        if parsed.alg != "dir" || parsed.enc != "A256GCM" || parsed.nonce.is_empty() {
            return Err(JweError::Header);
        }
        let issued_at =
            DateTime::parse_from_str(&parsed.iat, "%Y-%m-%dT%H:%M:%S%:z").map_err(|_| JweError::IssuedAt)?;
        let iv: [u8; NONCE_LEN] = decode(iv)?.try_into().map_err(|_| JweError::Shape)?;
        let tag = decode(tag)?;
        if tag.len() != TAG {
            return Err(JweError::Shape);
        }
        let mut sealed = decode(content)?;
        sealed.extend_from_slice(&tag);
        let payload = self
            .cipher()?
            .open_in_place(Nonce::assume_unique_for_key(iv), Aad::from(header.as_bytes()), &mut sealed)
            .map_err(|_| JweError::Content)?
            .to_vec();
        Ok(Opened { payload, nonce: parsed.nonce, issued_at })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::SimClock;

    fn key() -> SecurityKey {
        SecurityKey::from_hex(&"0123456789abcdef".repeat(4)).unwrap()
    }

    #[test]
    fn what_was_sealed_can_be_opened_once_with_the_right_key() {
        let sealed = key().seal(br#"{"refPayoutId":"po-1"}"#, SimClock::default().now()).unwrap();
        let opened = key().open(&sealed).unwrap();
        assert_eq!(opened.payload, br#"{"refPayoutId":"po-1"}"#);
        assert!(!opened.nonce.is_empty());
        let other = SecurityKey::from_hex(&"ff".repeat(32)).unwrap();
        assert_eq!(other.open(&sealed), Err(JweError::Content));
    }

    #[test]
    fn a_changed_header_or_content_is_noticed() {
        let sealed = key().seal(b"{}", SimClock::default().now()).unwrap();
        let mut parts: Vec<String> = sealed.split('.').map(str::to_owned).collect();
        let forged = B64.encode(br#"{"alg":"dir","enc":"A256GCM","iat":"2026-01-01T00:00:00+09:00","nonce":"x"}"#);
        let real = std::mem::replace(&mut parts[0], forged);
        assert_eq!(key().open(&parts.join(".")), Err(JweError::Content));
        parts[0] = real;
        parts[3] = B64.encode(b"[]");
        assert_eq!(key().open(&parts.join(".")), Err(JweError::Content));
    }

    #[test]
    fn the_headers_are_required() {
        for (header, expected) in [
            (r#"{"alg":"dir","enc":"A256GCM","nonce":"x"}"#, JweError::Header),
            (r#"{"alg":"A256KW","enc":"A256GCM","iat":"2026-01-01T00:00:00+09:00","nonce":"x"}"#, JweError::Header),
            (r#"{"alg":"dir","enc":"A256GCM","iat":"2026-01-01T00:00:00.123+09:00","nonce":"x"}"#, JweError::IssuedAt),
        ] {
            let compact = format!("{}..{}.{}.{}", B64.encode(header), B64.encode([0; 12]), "", B64.encode([0; 16]));
            assert_eq!(key().open(&compact), Err(expected));
        }
        assert_eq!(key().open("a.b.c"), Err(JweError::Shape));
        assert_eq!(SecurityKey::from_hex("00").map(|_| ()), Err(JweError::Key));
    }

    /// A body made by another implementation (Python's cryptography package), so that both sides of a round trip
    /// cannot be wrong in the same way.
    #[test]
    fn a_foreign_jwe_opens() {
        let opened = key().open(FOREIGN).unwrap();
        assert_eq!(opened.payload, br#"{"hello":"toss"}"#);
        assert_eq!(opened.nonce, "n-1");
    }

    const FOREIGN: &str = concat!(
        "eyJhbGciOiJkaXIiLCJlbmMiOiJBMjU2R0NNIiwiaWF0IjoiMjAyNi0wMS0wMlQwMzowNDowNSswOTowMCIsIm5vbmNlIjoibi0x",
        "In0..AAECAwQFBgcICQoL.-ibyeGqLTSqg6b18BMyAvQ.n5xXCeTF81Tmriu41pHi4A",
    );
}
