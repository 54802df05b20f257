//! What the agency knows: people, and verifications under way.

use std::collections::HashMap;
use std::ops::Deref;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use chrono::Duration;
use serde::Serialize;
use serde_json::{Value, json};

use super::AgencyConfig;
use super::person::Person;
use crate::clock::{Stamp, as_iso, as_iso_option, iso};
use crate::faults::Faults;

/// A window waits this long.
const WINDOW: Duration = Duration::minutes(10);

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum VerificationStatus {
    Ready,
    Verified,
    Failed,
}

#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Verification {
    pub id: String,
    pub status: VerificationStatus,
    pub purpose: String,
    pub redirect_url: Option<String>,
    #[serde(serialize_with = "as_iso")]
    pub requested_at: Stamp,
    #[serde(serialize_with = "as_iso_option")]
    pub status_changed_at: Option<Stamp>,
    pub person: Option<Person>,
    pub failure: Option<String>,
}

impl Verification {
    /// As the merchant reads it.
    pub(super) fn show(&self, site: &str) -> Value {
        let mut shown = json!({
            "id": self.id,
            "status": self.status,
            "purpose": self.purpose,
            "requestedAt": iso(self.requested_at),
            "statusChangedAt": self.status_changed_at.map(iso),
        });
        if let Some(person) = &self.person {
            shown["verifiedAt"] = json!(self.status_changed_at.map(iso));
            shown["verifiedCustomer"] = json!({
                "name": person.name,
                "birthDate": person.birth_date,
                "phoneNumber": person.phone_number,
                "operator": "SKT",
                "gender": person.gender,
                "isForeigner": person.is_foreigner,
                "ci": person.ci(),
                "di": person.di(site),
            });
        }
        if let Some(reason) = &self.failure {
            shown["failure"] = json!({"reason": reason, "pgCode": "SIM", "pgMessage": reason});
        }
        shown
    }

    fn redirect(&self) -> String {
        let base = self.redirect_url.clone().unwrap_or_default();
        let joint = if base.contains('?') { '&' } else { '?' };
        format!("{base}{joint}identityVerificationId={}", self.id)
    }
}

#[derive(Debug, Default)]
struct Known {
    people: HashMap<String, Person>,
    verifications: Vec<Verification>,
}

#[derive(Clone, Debug)]
pub(super) struct Shared(Arc<Inner>);

#[derive(Debug)]
pub(super) struct Inner {
    pub config: AgencyConfig,
    pub url: String,
    pub faults: Faults,
    known: Mutex<Known>,
}

impl Deref for Shared {
    type Target = Inner;

    fn deref(&self) -> &Inner {
        &self.0
    }
}

impl Shared {
    pub fn new(config: AgencyConfig, url: String) -> Self {
        Self(Arc::new(Inner { config, url, faults: Faults::default(), known: Mutex::default() }))
    }
}

impl Inner {
    /// What is known by now: windows left open too long have failed.
    fn known(&self) -> MutexGuard<'_, Known> {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        let now = self.config.clock.now();
        for open in known.verifications.iter_mut().filter(|open| open.status == VerificationStatus::Ready) {
            if now - open.requested_at > WINDOW {
                open.status = VerificationStatus::Failed;
                open.status_changed_at = Some(now);
                open.failure = Some("EXPIRED".into());
            }
        }
        known
    }

    pub fn register(&self, person: Person) -> String {
        let id = format!("person_{}", uuid::Uuid::new_v4().simple());
        self.known().people.insert(id.clone(), person);
        id
    }

    pub fn found(&self, person_id: &str) -> Option<Person> {
        self.known().people.get(person_id).cloned()
    }

    /// `None` when the id exists.
    pub fn open(&self, id: &str, purpose: &str, redirect_url: Option<String>) -> Option<String> {
        let mut known = self.known();
        if known.verifications.iter().any(|open| open.id == id) {
            return None;
        }
        known.verifications.push(Verification {
            id: id.to_owned(),
            status: VerificationStatus::Ready,
            purpose: purpose.to_owned(),
            redirect_url,
            requested_at: self.config.clock.now(),
            status_changed_at: None,
            person: None,
            failure: None,
        });
        Some(format!("{}/window/{id}", self.url))
    }

    pub fn read(&self, id: &str) -> Option<Value> {
        let known = self.known();
        known.verifications.iter().find(|open| open.id == id).map(|open| open.show(&self.config.site))
    }

    pub fn verifications(&self) -> Vec<Verification> {
        self.known().verifications.clone()
    }

    pub fn verify(&self, id: &str, person_id: &str) -> Result<String, String> {
        let person = self.found(person_id).ok_or("nobody registered under this id")?;
        self.verify_person(id, person)
    }

    pub fn verify_person(&self, id: &str, person: Person) -> Result<String, String> {
        self.finish(id, |open| {
            open.status = VerificationStatus::Verified;
            open.person = Some(person);
        })
    }

    pub fn fail(&self, id: &str, reason: &str) -> Result<String, String> {
        self.finish(id, |open| {
            open.status = VerificationStatus::Failed;
            open.failure = Some(reason.to_owned());
        })
    }

    fn finish(&self, id: &str, change: impl FnOnce(&mut Verification)) -> Result<String, String> {
        let now = self.config.clock.now();
        let mut known = self.known();
        let open = known.verifications.iter_mut().find(|open| open.id == id).ok_or("no such verification")?;
        if open.status != VerificationStatus::Ready {
            return Err(format!("the verification is {:?}", open.status));
        }
        change(open);
        open.status_changed_at = Some(now);
        Ok(open.redirect())
    }
}
