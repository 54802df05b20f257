//! Bodies of the payout API: JWE compact serialization, `alg: dir`, `enc: A256GCM`, with `iat` and a `nonce`.

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as B64;
use kernel::clock::kst;
use kernel::{Fault, Now};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

const TAG_LEN: usize = 16;

/// Seals and opens bodies.
#[derive(Clone)]
pub(super) struct Jwe {
    key: Arc<LessSafeKey>,
}

#[derive(Serialize, Deserialize)]
struct Header {
    alg: String,
    enc: String,
    iat: String,
    nonce: String,
}

impl Jwe {
    /// From 64 hex digits.
    pub(super) fn new(body_key: &str) -> Result<Jwe, Fault> {
        let bytes = hex::decode(body_key).map_err(|_| Fault::internal("the payout body key is not hex"))?;
        let key = UnboundKey::new(&AES_256_GCM, &bytes)
            .map_err(|_| Fault::internal("the payout body key is not 32 bytes"))?;
        Ok(Jwe { key: Arc::new(LessSafeKey::new(key)) })
    }

    pub(super) fn seal(&self, payload: &[u8], now: Now) -> Result<String, Fault> {
        let header = Header {
            alg: "dir".into(),
            enc: "A256GCM".into(),
            iat: now.0.with_timezone(&kst()).format("%Y-%m-%dT%H:%M:%S%:z").to_string(),
            nonce: uuid::Uuid::new_v4().to_string(),
        };
        let header = B64.encode(serde_json::to_vec(&header).map_err(Fault::internal)?);
        let mut iv = [0u8; NONCE_LEN];
        aws_lc_rs::rand::fill(&mut iv).map_err(|_| Fault::internal("no randomness"))?;
        let mut text = payload.to_vec();
        let tag = self
            .key
            .seal_in_place_separate_tag(Nonce::assume_unique_for_key(iv), Aad::from(header.as_bytes()), &mut text)
            .map_err(|_| Fault::internal("sealing failed"))?;
        Ok(format!("{header}..{}.{}.{}", B64.encode(iv), B64.encode(&text), B64.encode(tag.as_ref())))
    }

    /// None: not sealed with our key.
    pub(super) fn open(&self, compact: &str) -> Option<Vec<u8>> {
        let parts: Vec<&str> = compact.trim().split('.').collect();
        let [header, "", iv, text, tag] = parts[..] else { return None };
        let read: Header = serde_json::from_slice(&B64.decode(header).ok()?).ok()?;
        if read.alg != "dir" || read.enc != "A256GCM" {
            return None;
        }
        let iv = Nonce::try_assume_unique_for_key(&B64.decode(iv).ok()?).ok()?;
        let tag = B64.decode(tag).ok().filter(|tag| tag.len() == TAG_LEN)?;
        let mut sealed = B64.decode(text).ok()?;
        sealed.extend_from_slice(&tag);
        let plain = self.key.open_in_place(iv, Aad::from(header.as_bytes()), &mut sealed).ok()?;
        Some(plain.to_vec())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_sealed_opens_with_the_same_key_only() {
        let now = Now(chrono::DateTime::UNIX_EPOCH);
        let (ours, other) = (Jwe::new(&"ab".repeat(32)).unwrap(), Jwe::new(&"cd".repeat(32)).unwrap());
        let sealed = ours.seal(b"{\"a\":1}", now).unwrap();
        assert_eq!(ours.open(&sealed).unwrap(), b"{\"a\":1}");
        assert!(other.open(&sealed).is_none());
        assert!(ours.open(&sealed.replace('.', "")).is_none());
        assert_ne!(sealed, ours.seal(b"{\"a\":1}", now).unwrap());
        assert!(Jwe::new("ab").is_err());
    }
}
