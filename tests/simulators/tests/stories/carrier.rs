use serde_json::json;
use simulators::carrier::{ScanRequest, ScanStatus, signature};
use simulators::{Carrier, FaultKind};

/// A product that remembers what it was pushed.
mod product {
    use std::sync::{Arc, Mutex};

    use axum::Router;
    use axum::extract::{Path, State};
    use axum::routing::post;
    use http::HeaderMap;

    pub type Heard = Arc<Mutex<Vec<(String, String, String)>>>;

    async fn hear(State(heard): State<Heard>, Path(carrier): Path<String>, headers: HeaderMap, body: String) {
        let signature = headers["drrip-carrier-signature"].to_str().unwrap().to_owned();
        heard.lock().unwrap().push((carrier, signature, body));
    }

    pub async fn start() -> (String, Heard) {
        let heard = Heard::default();
        let router =
            Router::new().route("/v1/inbound/carriers/{carrier}/tracking-events", post(hear)).with_state(heard.clone());
        let listener = tokio::net::TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        (url, heard)
    }
}

#[tokio::test]
async fn scans_are_pushed_signed_repeated_and_out_of_order() {
    let (url, heard) = product::start().await;
    let carrier = Carrier::start().await;
    carrier.push_to(&url);

    let pushed = carrier.scan("CJGLS", "620012345678", ScanStatus::AtPickup).await;
    assert!(pushed.is_accepted());
    let now = carrier.clock().now();
    let earlier = ScanRequest::of(ScanStatus::InformationReceived).at(now - chrono::Duration::hours(3)).held();
    assert!(carrier.scan_with("CJGLS", "620012345678", earlier).await.statuses.is_empty());
    carrier.scan_with("CJGLS", "620012345678", ScanRequest::of(ScanStatus::Delivered).repeated(1)).await;
    carrier.push("CJGLS", "620012345678", 0, true).await;

    let heard = heard.lock().unwrap().clone();
    assert_eq!(heard.len(), 4);
    for (code, given, body) in &heard {
        let unix = given.strip_prefix("t=").unwrap().split(',').next().unwrap().parse().unwrap();
        assert_eq!((code.as_str(), given), ("CJGLS", &signature(&carrier.secret, unix, body)));
    }
    assert_eq!(heard[1].2, heard[2].2, "a repeated batch is the same batch");
    let last: serde_json::Value = serde_json::from_str(&heard[3].2).unwrap();
    let statuses: Vec<&str> =
        last["events"].as_array().unwrap().iter().map(|scan| scan["status"].as_str().unwrap()).collect();
    assert_eq!(statuses, ["DELIVERED", "AT_PICKUP", "INFORMATION_RECEIVED"]);
    assert_eq!(last["events"][0]["invoice_no"], "620012345678");
}

#[tokio::test]
async fn a_parcel_can_be_registered_and_asked_for() {
    let carrier = Carrier::start().await;
    let http = reqwest::Client::builder().no_proxy().build().unwrap();
    let track = || crate::shop::answer(http.get(format!("{}/v1/parcels/HANJIN/512345678901", carrier.url)));
    assert_eq!(track().await.0, 404);
    let body = json!({"carrier": "HANJIN", "invoice_no": "512345678901"});
    crate::shop::answer(http.post(format!("{}/v1/parcels", carrier.url)).json(&body)).await;
    assert!(carrier.is_registered("HANJIN", "512345678901"));

    let scan = json!({"status": "OUT_FOR_DELIVERY", "occurredAt": "2026-01-02T10:00:00+09:00", "location": "성동"});
    let url = format!("{}/sim/parcels/HANJIN/512345678901/scan", carrier.url);
    crate::shop::answer(http.post(url).json(&scan)).await;
    let (_, parcel) = track().await;
    assert_eq!(parcel["events"][0]["occurred_at"], "2026-01-02T10:00:00+09:00");
    assert_eq!((&parcel["registered"], &parcel["events"][0]["location"]), (&json!(true), &json!("성동")));

    carrier.fail_next("track", FaultKind::LostAnswer);
    assert!(http.get(format!("{}/v1/parcels/HANJIN/512345678901", carrier.url)).send().await.is_err());
    assert_eq!(track().await.0, 200);
}
