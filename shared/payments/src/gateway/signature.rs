//! The signature of payout webhooks: HMAC-SHA256 over `{payload}:{transmission-time}`.
//!
//! The header lists several `v1:` values while a key is being replaced; any of them may be ours. The provider calls its
//! key "the security key" without saying whether its hex text or the bytes it stands for sign, so both are tried.

use aws_lc_rs::hmac;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

/// Checks payout webhooks.
pub struct PayoutSignature {
    keys: Vec<hmac::Key>,
}

impl PayoutSignature {
    pub fn new(webhook_key: &str) -> PayoutSignature {
        let text = Some(webhook_key.as_bytes().to_vec());
        let bytes = hex::decode(webhook_key).ok();
        let key = |bytes: Vec<u8>| hmac::Key::new(hmac::HMAC_SHA256, &bytes);
        PayoutSignature { keys: [text, bytes].into_iter().flatten().filter(|key| !key.is_empty()).map(key).collect() }
    }

    /// Whether one of the header's values signs this body at this time. Compares in constant time.
    pub fn matches(&self, header: &str, payload: &[u8], transmission_time: &str) -> bool {
        let mut message = payload.to_vec();
        message.push(b':');
        message.extend_from_slice(transmission_time.as_bytes());
        header
            .split(',')
            .filter_map(|value| value.trim().strip_prefix("v1:"))
            .filter_map(|value| STANDARD.decode(value.trim()).ok())
            .any(|value| self.keys.iter().any(|key| hmac::verify(key, &message, &value).is_ok()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TIME: &str = "2026-03-02T10:00:00+09:00";

    fn sign(key: &[u8], payload: &str) -> String {
        let key = hmac::Key::new(hmac::HMAC_SHA256, key);
        STANDARD.encode(hmac::sign(&key, format!("{payload}:{TIME}").as_bytes()))
    }

    #[test]
    fn any_value_may_match_and_nothing_else() {
        let hex_key = "0123456789abcdef".repeat(4);
        let check = PayoutSignature::new(&hex_key);
        let ours = sign(&hex::decode(&hex_key).unwrap(), "{}");
        let text = sign(hex_key.as_bytes(), "{}");
        let old = sign(b"retired", "{}");
        assert!(check.matches(&format!("v1:{old},v1:{ours}"), b"{}", TIME));
        assert!(check.matches(&format!("v1:{text}"), b"{}", TIME));
        assert!(!check.matches(&format!("v1:{old}"), b"{}", TIME));
        assert!(!check.matches(&format!("v1:{ours}"), b"{ }", TIME));
        assert!(!check.matches(&ours, b"{}", TIME));
        assert!(!check.matches("", b"{}", TIME));
        assert!(!PayoutSignature::new("").matches(&format!("v1:{}", sign(b"", "{}")), b"{}", TIME));
    }
}
