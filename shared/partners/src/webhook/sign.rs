//! Standard Webhooks: `v1,` and the base64 HMAC-SHA256 over `id.timestamp.body`, once per live secret.

use aws_lc_rs::hmac;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use kernel::Fault;

/// What every endpoint secret starts with.
pub const PREFIX: &str = "whsec_";

/// A new endpoint secret: 32 random bytes.
pub fn fresh_secret() -> Result<String, Fault> {
    let mut random = [0u8; 32];
    aws_lc_rs::rand::fill(&mut random).map_err(|_| Fault::internal("no randomness"))?;
    Ok(format!("{PREFIX}{}", STANDARD.encode(random)))
}

/// The value of `webhook-signature`: one signature per secret, separated by spaces.
pub fn signatures(secrets: &[String], id: &str, timestamp: i64, body: &str) -> Result<String, Fault> {
    let sign = |secret: &String| {
        let key = STANDARD.decode(secret.strip_prefix(PREFIX).unwrap_or(secret)).map_err(Fault::internal)?;
        let tag = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, &key), format!("{id}.{timestamp}.{body}").as_bytes());
        Ok(format!("v1,{}", STANDARD.encode(tag)))
    };
    Ok(secrets.iter().map(sign).collect::<Result<Vec<_>, Fault>>()?.join(" "))
}

#[cfg(test)]
mod tests {
    use super::*;
    use standardwebhooks::Webhook;

    #[test]
    fn the_published_crate_accepts_either_secret() {
        let secrets = vec![fresh_secret().unwrap(), fresh_secret().unwrap()];
        let (id, body) = ("0198c0de-0000-7000-8000-000000000001", r#"{"type":"order.paid","data":{"이름":"값"}}"#);
        let now = kernel::Clock::default().now().0.timestamp();
        let mut headers = http::HeaderMap::new();
        headers.insert("webhook-id", id.parse().unwrap());
        headers.insert("webhook-timestamp", now.to_string().parse().unwrap());
        headers.insert("webhook-signature", signatures(&secrets, id, now, body).unwrap().parse().unwrap());
        for secret in &secrets {
            Webhook::new(secret).unwrap().verify(body.as_bytes(), &headers).unwrap();
            assert!(Webhook::new(secret).unwrap().verify(b"{}", &headers).is_err());
        }
        assert!(Webhook::new(&fresh_secret().unwrap()).unwrap().verify(body.as_bytes(), &headers).is_err());
    }
}
