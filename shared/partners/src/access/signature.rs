//! Signed requests: `Authorization: DRRIP-HMAC client_id=…, timestamp=…, nonce=…, signature=…`.
//!
//! The signature is the hex HMAC-SHA256, keyed by the client's secret as text, of six lines joined by `\n`: timestamp,
//! nonce, method, path, raw query (empty without one), and the hex SHA-256 of the body.

use crate::access::secret;
use aws_lc_rs::{digest, hmac};

/// The scheme's name in the header.
pub const SCHEME: &str = "DRRIP-HMAC";

/// What the header says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proof {
    pub client_id: String,
    /// Seconds since 1970.
    pub timestamp: i64,
    /// 8 to 64 visible characters, never used before by this client.
    pub nonce: String,
    signature: Vec<u8>,
}

/// The parts of a request that are signed, as they travelled.
#[derive(Debug, Clone, Copy)]
pub struct Signed<'a> {
    pub method: &'a str,
    pub path: &'a str,
    pub query: &'a str,
    pub body: &'a [u8],
}

impl Proof {
    /// Reads the header's value; None when it is not ours or not complete.
    pub fn parse(header: &str) -> Option<Proof> {
        let fields = header.strip_prefix(SCHEME)?.strip_prefix(' ')?;
        let (mut client_id, mut timestamp, mut nonce, mut signature) = (None, None, None, None);
        for field in fields.split(',') {
            let (name, value) = field.trim().split_once('=')?;
            let value = value.trim_matches('"');
            let slot = match name {
                "client_id" => &mut client_id,
                "timestamp" => &mut timestamp,
                "nonce" => &mut nonce,
                "signature" => &mut signature,
                _ => return None,
            };
            if slot.replace(value).is_some() {
                return None;
            }
        }
        let nonce = nonce.filter(|n| (8..=64).contains(&n.len()) && n.bytes().all(|b| b.is_ascii_graphic()))?;
        let client_id = client_id.filter(|id| (1..=64).contains(&id.len()))?;
        Some(Proof {
            client_id: client_id.to_owned(),
            timestamp: timestamp?.parse().ok()?,
            nonce: nonce.to_owned(),
            signature: hex::decode(signature?).ok()?,
        })
    }

    /// Whether this secret made the signature. Constant time.
    pub fn matches(&self, key: &str, string_to_sign: &str) -> bool {
        secret::same(&mac(key, string_to_sign), &self.signature)
    }
}

impl Signed<'_> {
    pub fn string_to_sign(&self, proof: &Proof) -> String {
        let Signed { method, path, query, body } = self;
        let body = hex::encode(digest::digest(&digest::SHA256, body));
        format!("{}\n{}\n{method}\n{path}\n{query}\n{body}", proof.timestamp, proof.nonce)
    }

    /// The whole header, as a client makes it.
    pub fn header(&self, client_id: &str, key: &str, timestamp: i64, nonce: &str) -> String {
        let (client_id, nonce) = (client_id.to_owned(), nonce.to_owned());
        let proof = Proof { client_id, timestamp, nonce, signature: Vec::new() };
        let signature = hex::encode(mac(key, &self.string_to_sign(&proof)));
        let Proof { client_id, nonce, .. } = proof;
        format!("{SCHEME} client_id={client_id}, timestamp={timestamp}, nonce={nonce}, signature={signature}")
    }
}

fn mac(key: &str, text: &str) -> Vec<u8> {
    hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, key.as_bytes()), text.as_bytes()).as_ref().to_vec()
}

#[cfg(test)]
mod tests {
    use super::*;

    const REQUEST: Signed<'_> =
        Signed { method: "POST", path: "/v1/product-orders/dispatch", query: "a=1&b=%20", body: b"{\"items\":[]}" };

    #[test]
    fn a_header_proves_exactly_its_request() {
        let header = REQUEST.header("drc_a", "drs_secret", 1_700_000_000, "0123456789abcdef");
        let proof = Proof::parse(&header).unwrap();
        assert!(proof.matches("drs_secret", &REQUEST.string_to_sign(&proof)));
        assert!(!proof.matches("drs_other", &REQUEST.string_to_sign(&proof)));
        for other in [
            Signed { method: "PUT", ..REQUEST },
            Signed { path: "/v1/me", ..REQUEST },
            Signed { query: "a=1", ..REQUEST },
            Signed { body: b"{}", ..REQUEST },
        ] {
            assert!(!proof.matches("drs_secret", &other.string_to_sign(&proof)), "{other:?}");
        }
    }

    #[test]
    fn the_signature_is_what_another_language_computes() {
        // Python: hmac.new(b"drs_secret", "\n".join([ts, nonce, "POST", path, query, sha256(body)]).encode(), "sha256")
        let header = REQUEST.header("drc_a", "drs_secret", 1_700_000_000, "0123456789abcdef");
        assert_eq!(
            header,
            "DRRIP-HMAC client_id=drc_a, timestamp=1700000000, nonce=0123456789abcdef, signature=f9fa5152ab6af2bb274347c6d1409be1b007e31d09a7e934a582f80f55d14bf5"
        );
    }

    #[test]
    fn incomplete_and_doubled_headers_are_not_ours() {
        for wrong in [
            "Bearer x",
            "DRRIP-HMAC",
            "DRRIP-HMAC client_id=a, timestamp=1, nonce=12345678",
            "DRRIP-HMAC client_id=a, timestamp=1, nonce=short, signature=00",
            "DRRIP-HMAC client_id=a, client_id=b, timestamp=1, nonce=12345678, signature=00",
            "DRRIP-HMAC client_id=a, timestamp=x, nonce=12345678, signature=00",
            "DRRIP-HMAC client_id=a, timestamp=1, nonce=12345678, signature=zz",
        ] {
            assert_eq!(Proof::parse(wrong), None, "{wrong}");
        }
    }
}
