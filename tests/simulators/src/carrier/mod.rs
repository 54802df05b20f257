//! A contract carrier (택배사): it is told about parcels, scans them, and pushes the scans to us.
//!
//! | call | answer |
//! |---|---|
//! | `POST /v1/parcels` `{carrier, invoice_no}` | registers a parcel (again: the same answer) |
//! | `GET /v1/parcels/{carrier}/{invoice_no}` | `{carrier, invoice_no, registered, events: […]}`, oldest scan first; 404 |
//!
//! Scans are pushed as batches to `POST {EXTERNAL_BASE_URL}/v1/inbound/carriers/{carrier}/tracking-events`:
//!
//! ```json
//! {"events": [{"event_id": "…", "invoice_no": "…", "status": "IN_TRANSIT",
//!              "occurred_at": "2026-01-02T10:00:00+09:00", "location": "옥천HUB", "description": "이동 중"}]}
//! ```
//!
//! signed with `drrip-carrier-signature: t={unix},v1={hex HMAC-SHA256 of "{t}.{body}" with the carrier's secret}`. The
//! signature's `t` is the simulator's clock. A push may be repeated, reversed, or held back and sent later; a scan may be
//! dated into the past. Statuses are those of Delivery Tracker ([`ScanStatus`]). Faults: operations `register`, `track`.

mod push;
mod routes;
mod state;

use tokio::net::TcpListener;

pub use state::{Pushed, Scan, ScanRequest, ScanStatus};

use crate::clock::SimClock;
use crate::faults::{Fault, FaultKind};
use crate::server::{Served, bind, serve};
use state::Shared;

/// Where the scans go and how they are signed.
#[derive(Clone, Debug)]
pub struct CarrierConfig {
    /// Base URL of the product's partner host; `None` keeps scans for polling.
    pub external_base_url: Option<String>,
    pub secret: String,
    pub clock: SimClock,
}

impl Default for CarrierConfig {
    fn default() -> Self {
        Self { external_base_url: None, secret: "carrier_simulator_secret".to_owned(), clock: SimClock::default() }
    }
}

/// Starts the simulator.
#[derive(Debug)]
pub struct Carrier;

impl Carrier {
    /// On a free port.
    pub async fn start() -> CarrierSim {
        Self::start_with(CarrierConfig::default()).await
    }

    /// On a free port.
    pub async fn start_with(config: CarrierConfig) -> CarrierSim {
        Self::serve(config, bind(0).await)
    }

    /// On a given listener.
    pub fn serve(config: CarrierConfig, listener: TcpListener) -> CarrierSim {
        let secret = config.secret.clone();
        let shared = Shared::new(config);
        let served = serve(listener, routes::router(shared.clone()));
        CarrierSim { url: served.url.clone(), secret, shared, _served: served }
    }
}

/// A running carrier; it stops when dropped.
#[derive(Debug)]
pub struct CarrierSim {
    pub url: String,
    pub secret: String,
    shared: Shared,
    _served: Served,
}

impl CarrierSim {
    /// Where scans are pushed to (the base URL of the product's partner host).
    pub fn push_to(&self, external_base_url: &str) {
        self.shared.set_target(external_base_url);
    }

    /// Scans a parcel and pushes the scan.
    pub async fn scan(&self, carrier: &str, invoice_no: &str, status: ScanStatus) -> Pushed {
        self.scan_with(carrier, invoice_no, ScanRequest::of(status)).await
    }

    /// Scans a parcel with all details; a held scan is only recorded.
    pub async fn scan_with(&self, carrier: &str, invoice_no: &str, ask: ScanRequest) -> Pushed {
        let (repeat, reverse, hold) = (ask.repeat, ask.reverse, ask.hold);
        let scan = self.shared.record(carrier, invoice_no, &ask);
        if hold {
            return Pushed::default();
        }
        push::push(&self.shared, carrier, &[scan], repeat, reverse).await
    }

    /// Pushes all scans of a parcel again, in one batch.
    pub async fn push(&self, carrier: &str, invoice_no: &str, repeat: u32, reverse: bool) -> Pushed {
        let scans = self.shared.scans(carrier, invoice_no).unwrap_or_default();
        push::push(&self.shared, carrier, &scans, repeat, reverse).await
    }

    /// What was scanned.
    pub fn scans(&self, carrier: &str, invoice_no: &str) -> Vec<Scan> {
        self.shared.scans(carrier, invoice_no).unwrap_or_default()
    }

    /// Was the parcel registered by the product?
    pub fn is_registered(&self, carrier: &str, invoice_no: &str) -> bool {
        self.shared.is_registered(carrier, invoice_no)
    }

    pub fn clock(&self) -> SimClock {
        self.shared.config.clock.clone()
    }

    /// Plans a fault for `register` or `track`.
    pub fn fault(&self, fault: Fault) {
        self.shared.faults.plan(fault);
    }

    pub fn fail_next(&self, operation: &str, kind: FaultKind) {
        self.fault(Fault::new(operation, kind));
    }
}

/// The signature header of a body, for tests that push by hand.
pub fn signature(secret: &str, unix: i64, body: &str) -> String {
    push::signature(secret, unix, body)
}
