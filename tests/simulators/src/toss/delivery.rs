//! Posts the events: headers, signature, retries.
//!
//! Every transmission carries `tosspayments-webhook-transmission-id` (the same on each retry),
//! `-transmission-time` and `-transmission-retried-count`. Events of the payouts service carry
//! `tosspayments-webhook-signature: v1:{…},v1:{…}`: base64 of HMAC-SHA256 over `{payload}:{transmission-time}`, one value
//! by a key that is being retired and one by the current security key. Either may be the match, so a receiver that looks
//! at the first value only is found out. The other events are unsigned.

use aws_lc_rs::hmac;
use base64::Engine;
use base64::prelude::BASE64_STANDARD;

use super::outbox::{Delivery, Topic};
use super::{Shared, SignatureKey};
use crate::clock::{Stamp, iso};

/// Sends what is due now, one after the other; answers what was tried.
pub(super) async fn flush(shared: &Shared) -> Vec<Delivery> {
    let _one_at_a_time = shared.sending.lock().await;
    let (due, again) = {
        let book = shared.book();
        (book.outbox.due(shared.clock().now()), book.outbox.travel.duplicate)
    };
    let mut sent = Vec::new();
    for id in due {
        let Some((delivery, url)) = ready(shared, &id) else { continue };
        let mut status = None;
        for _ in 0..=again {
            let at = shared.clock().now();
            let answered = post(shared, &url, &delivery, at).await;
            status = if status == Some(200) { status } else { answered };
        }
        let mut book = shared.book();
        if let Some(delivery) = book.outbox.find(&id) {
            delivery.record(shared.clock().now(), status);
            sent.push(delivery.clone());
        }
    }
    sent
}

fn ready(shared: &Shared, id: &str) -> Option<(Delivery, String)> {
    let mut book = shared.book();
    let delivery = book.outbox.find(id)?.clone();
    let url = book.outbox.targets.of(delivery.topic)?.clone();
    Some((delivery, url))
}

async fn post(shared: &Shared, url: &str, delivery: &Delivery, at: Stamp) -> Option<u16> {
    let time = iso(at);
    let mut request = shared
        .http
        .post(url)
        .header("content-type", "application/json")
        .header("tosspayments-webhook-transmission-id", &delivery.transmission_id)
        .header("tosspayments-webhook-transmission-time", &time)
        .header("tosspayments-webhook-transmission-retried-count", delivery.attempts.len())
        .body(delivery.body.clone());
    if delivery.topic == Topic::Payout {
        request = request.header("tosspayments-webhook-signature", signature(shared, &delivery.body, &time));
    }
    match request.send().await {
        Ok(response) => Some(response.status().as_u16()),
        Err(error) => {
            tracing::info!(%error, url, "webhook not delivered");
            None
        }
    }
}

/// `v1:{retiring key},v1:{current key}`
fn signature(shared: &Shared, payload: &str, time: &str) -> String {
    let current: &[u8] = match shared.config.signature_key {
        SignatureKey::Bytes => shared.key.bytes(),
        SignatureKey::Text => shared.config.security_key.as_bytes(),
    };
    let message = format!("{payload}:{time}");
    let sign = |key: &[u8]| {
        let key = hmac::Key::new(hmac::HMAC_SHA256, key);
        BASE64_STANDARD.encode(hmac::sign(&key, message.as_bytes()))
    };
    format!("v1:{},v1:{}", sign(b"a key that is being retired"), sign(current))
}
