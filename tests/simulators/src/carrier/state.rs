//! Parcels and their scans.

use std::collections::HashMap;
use std::ops::Deref;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use chrono::DateTime;
use serde::{Deserialize, Serialize};

use super::CarrierConfig;
use crate::clock::{KST, Stamp, as_iso};
use crate::faults::Faults;
use crate::server::http_client;

/// The statuses of Delivery Tracker.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum ScanStatus {
    InformationReceived,
    AtPickup,
    InTransit,
    OutForDelivery,
    AttemptFail,
    Delivered,
    AvailableForPickup,
    Exception,
    Unknown,
}

impl ScanStatus {
    fn description(self) -> &'static str {
        match self {
            Self::InformationReceived => "송장 등록",
            Self::AtPickup => "집화",
            Self::InTransit => "이동 중",
            Self::OutForDelivery => "배달 출발",
            Self::AttemptFail => "배달 실패",
            Self::Delivered => "배달 완료",
            Self::AvailableForPickup => "수령 가능",
            Self::Exception => "사고",
            Self::Unknown => "알 수 없음",
        }
    }
}

/// One scan, as it is pushed and as it is answered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Scan {
    pub event_id: String,
    pub invoice_no: String,
    pub status: ScanStatus,
    #[serde(serialize_with = "as_iso")]
    pub occurred_at: Stamp,
    pub location: String,
    pub description: String,
}

/// What to scan and how to push it.
#[derive(Clone, Debug, Deserialize)]
pub struct ScanRequest {
    pub status: ScanStatus,
    /// RFC 3339; now when absent.
    #[serde(default, alias = "occurredAt")]
    pub occurred_at: Option<DateTime<chrono::FixedOffset>>,
    #[serde(default)]
    pub location: Option<String>,
    #[serde(default)]
    pub description: Option<String>,
    /// Send the batch so many extra times.
    #[serde(default)]
    pub repeat: u32,
    /// Newest first within the batch.
    #[serde(default)]
    pub reverse: bool,
    /// Record only.
    #[serde(default)]
    pub hold: bool,
}

impl ScanRequest {
    pub fn of(status: ScanStatus) -> Self {
        Self { status, occurred_at: None, location: None, description: None, repeat: 0, reverse: false, hold: false }
    }

    /// Dated.
    pub fn at(mut self, occurred_at: Stamp) -> Self {
        self.occurred_at = Some(occurred_at);
        self
    }

    pub fn repeated(mut self, times: u32) -> Self {
        self.repeat = times;
        self
    }

    /// Recorded, not pushed.
    pub fn held(mut self) -> Self {
        self.hold = true;
        self
    }
}

/// How pushing went.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Pushed {
    /// The product's HTTP status per try; 0 when nobody answered.
    pub statuses: Vec<u16>,
    /// The product's last answer.
    pub body: String,
}

impl Pushed {
    /// Did every try get a 2xx?
    pub fn is_accepted(&self) -> bool {
        !self.statuses.is_empty() && self.statuses.iter().all(|status| (200..300).contains(status))
    }
}

#[derive(Clone, Debug, Default)]
struct Parcel {
    registered: bool,
    scans: Vec<Scan>,
}

#[derive(Debug, Default)]
struct Known {
    parcels: HashMap<(String, String), Parcel>,
    target: Option<String>,
}

#[derive(Clone, Debug)]
pub(super) struct Shared(Arc<Inner>);

#[derive(Debug)]
pub(super) struct Inner {
    pub config: CarrierConfig,
    pub faults: Faults,
    pub http: reqwest::Client,
    known: Mutex<Known>,
}

impl Deref for Shared {
    type Target = Inner;

    fn deref(&self) -> &Inner {
        &self.0
    }
}

impl Shared {
    pub fn new(config: CarrierConfig) -> Self {
        let known = Known { target: config.external_base_url.clone(), ..Known::default() };
        Self(Arc::new(Inner {
            config,
            faults: Faults::default(),
            http: http_client(Duration::from_secs(30)),
            known: Mutex::new(known),
        }))
    }
}

impl Inner {
    fn known(&self) -> MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub fn set_target(&self, base_url: &str) {
        self.known().target = Some(base_url.trim_end_matches('/').to_owned());
    }

    pub fn target(&self) -> Option<String> {
        self.known().target.clone()
    }

    pub fn register(&self, carrier: &str, invoice_no: &str) {
        self.known().parcels.entry((carrier.to_owned(), invoice_no.to_owned())).or_default().registered = true;
    }

    pub fn is_registered(&self, carrier: &str, invoice_no: &str) -> bool {
        let key = (carrier.to_owned(), invoice_no.to_owned());
        self.known().parcels.get(&key).is_some_and(|parcel| parcel.registered)
    }

    pub fn record(&self, carrier: &str, invoice_no: &str, ask: &ScanRequest) -> Scan {
        let scan = Scan {
            event_id: format!("scan_{}", uuid::Uuid::new_v4().simple()),
            invoice_no: invoice_no.to_owned(),
            status: ask.status,
            occurred_at: ask.occurred_at.map_or_else(|| self.config.clock.now(), |at| at.with_timezone(&KST)),
            location: ask.location.clone().unwrap_or_else(|| "서울강남".to_owned()),
            description: ask.description.clone().unwrap_or_else(|| ask.status.description().to_owned()),
        };
        let mut known = self.known();
        let parcel = known.parcels.entry((carrier.to_owned(), invoice_no.to_owned())).or_default();
        parcel.scans.push(scan.clone());
        parcel.scans.sort_by_key(|scan| scan.occurred_at);
        scan
    }

    pub fn scans(&self, carrier: &str, invoice_no: &str) -> Option<Vec<Scan>> {
        let key = (carrier.to_owned(), invoice_no.to_owned());
        self.known().parcels.get(&key).map(|parcel| parcel.scans.clone())
    }
}
