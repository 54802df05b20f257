//! Personal data at rest: AES-256-GCM with a random nonce, and a keyed hash beside it for equality search.
//!
//! Sealed form: version byte 1, 12 bytes nonce, ciphertext with tag. The version byte leaves room for the next key.

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use aws_lc_rs::hmac;
use kernel::Fault;
use std::sync::Arc;

const VERSION: u8 = 1;

/// Seals and opens personal data.
#[derive(Clone)]
pub struct Vault {
    seal: Option<Arc<LessSafeKey>>,
    hash: Option<Arc<hmac::Key>>,
}

impl Vault {
    /// Keys in hex, 32 bytes each; empty keys make a vault that refuses to work, for functions that hold no such secret.
    pub fn new(pii_key: &str, hash_key: &str) -> Result<Vault, Fault> {
        let bytes = |hex: &str| hex::decode(hex).map_err(Fault::internal);
        let seal = match pii_key {
            "" => None,
            key => Some(Arc::new(LessSafeKey::new(
                UnboundKey::new(&AES_256_GCM, &bytes(key)?).map_err(|_| Fault::internal("pii_key is not 32 bytes"))?,
            ))),
        };
        let hash = match hash_key {
            "" => None,
            key => Some(Arc::new(hmac::Key::new(hmac::HMAC_SHA256, &bytes(key)?))),
        };
        Ok(Vault { seal, hash })
    }

    pub fn seal(&self, plain: &str) -> Result<Vec<u8>, Fault> {
        let key = self.seal.as_ref().ok_or_else(|| Fault::internal("this function holds no pii_key"))?;
        let mut nonce = [0u8; NONCE_LEN];
        aws_lc_rs::rand::fill(&mut nonce).map_err(|_| Fault::internal("no randomness"))?;
        let mut text = plain.as_bytes().to_vec();
        key.seal_in_place_append_tag(Nonce::assume_unique_for_key(nonce), Aad::empty(), &mut text)
            .map_err(|_| Fault::internal("sealing failed"))?;
        let mut sealed = Vec::with_capacity(1 + NONCE_LEN + text.len());
        sealed.push(VERSION);
        sealed.extend_from_slice(&nonce);
        sealed.append(&mut text);
        Ok(sealed)
    }

    pub fn open(&self, sealed: &[u8]) -> Result<String, Fault> {
        let key = self.seal.as_ref().ok_or_else(|| Fault::internal("this function holds no pii_key"))?;
        let broken = || Fault::internal("sealed data does not open");
        let (version, rest) = sealed.split_first().ok_or_else(broken)?;
        if *version != VERSION || rest.len() < NONCE_LEN {
            return Err(broken());
        }
        let (nonce, text) = rest.split_at(NONCE_LEN);
        let nonce = Nonce::try_assume_unique_for_key(nonce).map_err(|_| broken())?;
        let mut text = text.to_vec();
        let plain = key.open_in_place(nonce, Aad::empty(), &mut text).map_err(|_| broken())?;
        String::from_utf8(plain.to_vec()).map_err(|_| broken())
    }

    /// The hash a value is found by; `kind` keeps a phone number's hash apart from an equal account number's.
    pub fn hash(&self, kind: &str, value: &str) -> Result<Vec<u8>, Fault> {
        let key = self.hash.as_ref().ok_or_else(|| Fault::internal("this function holds no hash_key"))?;
        Ok(hmac::sign(key, format!("{kind}:{value}").as_bytes()).as_ref().to_vec())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_sealed_opens_and_never_looks_the_same_twice() {
        let vault = Vault::new(&"ab".repeat(32), &"cd".repeat(32)).unwrap();
        let (one, two) = (vault.seal("홍길동").unwrap(), vault.seal("홍길동").unwrap());
        assert_ne!(one, two);
        assert_eq!(vault.open(&one).unwrap(), "홍길동");
        assert!(vault.open(&one[..one.len() - 1]).is_err());
        assert_eq!(vault.hash("phone", "1").unwrap(), vault.hash("phone", "1").unwrap());
        assert_ne!(vault.hash("phone", "1").unwrap(), vault.hash("account", "1").unwrap());
    }
}
