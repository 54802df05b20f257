//! Pushes batches of scans, signed.

use aws_lc_rs::hmac;
use serde_json::json;

use super::state::{Pushed, Scan, Shared};

/// `t={unix},v1={hex}`
pub(super) fn signature(secret: &str, unix: i64, body: &str) -> String {
    let key = hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes());
    let tag = hmac::sign(&key, format!("{unix}.{body}").as_bytes());
    format!("t={unix},v1={}", hex::encode(tag))
}

/// Sends one batch, and again `repeat` times. Without a target nothing is sent.
pub(super) async fn push(shared: &Shared, carrier: &str, scans: &[Scan], repeat: u32, reverse: bool) -> Pushed {
    let mut pushed = Pushed::default();
    let Some(base_url) = shared.target() else { return pushed };
    let mut scans = scans.to_vec();
    if reverse {
        scans.reverse();
    }
    let body = json!({"events": scans}).to_string();
    for _ in 0..=repeat {
        let request = shared
            .http
            .post(format!("{base_url}/v1/inbound/carriers/{carrier}/tracking-events"))
            .header("content-type", "application/json")
            .header(
                "drrip-carrier-signature",
                signature(&shared.config.secret, shared.config.clock.now().timestamp(), &body),
            )
            .body(body.clone());
        match request.send().await {
            Ok(answer) => {
                pushed.statuses.push(answer.status().as_u16());
                pushed.body = answer.text().await.unwrap_or_default();
            }
            Err(error) => {
                tracing::info!(%error, "scan not pushed");
                pushed.statuses.push(0);
            }
        }
    }
    pushed
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_signature_is_hex_of_t_dot_body() {
        // Computed with Python: hmac.new(b"secret", b'1700000000.{"events":[]}', "sha256").hexdigest()
        assert_eq!(
            super::signature("secret", 1_700_000_000, r#"{"events":[]}"#),
            "t=1700000000,v1=3947de27ec923573170fccda604ddfb25583ff98dc51e96cca2e11c59545026a"
        );
    }
}
