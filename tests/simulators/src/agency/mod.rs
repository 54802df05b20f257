//! The identity agency (본인확인기관): proves who somebody is by their phone, and gives each person a stable CI and DI.
//!
//! The wire is our own shape, modelled on what Korean agencies offer through PortOne's identity verifications (PASS and
//! the like): the merchant opens a verification under an id of its own, the person proves themselves in a window, and
//! the merchant **reads the result server to server**. Nothing the browser brings back counts.
//!
//! | call | answer |
//! |---|---|
//! | `POST /identity-verifications` `{id, purpose, redirectUrl}` | `{id, verificationUrl}`; 409 when the id exists |
//! | `GET /identity-verifications/{id}` | `{id, status, purpose, requestedAt, …, verifiedCustomer?, failure?}`; 404 |
//!
//! Both want `Authorization: PortOne {secret}`. `status` is READY, VERIFIED or FAILED; a window not used within ten
//! minutes is FAILED. `verifiedCustomer` is `{id, name, birthDate, phoneNumber, gender, isForeigner, ci, di, operator}`
//! with `ci` of 88 characters, the same person in every shop, and `di` of 64, the same person in this shop.
//!
//! The person is registered by a control call; name, birth date and gender make the person (a new phone number does not
//! change the CI), `person_key` tells twins of that kind apart.

mod person;
mod routes;
mod state;

use tokio::net::TcpListener;

pub use person::{Gender, Person};
pub use state::{Verification, VerificationStatus};

use crate::clock::SimClock;
use crate::faults::{Fault, FaultKind};
use crate::server::{Served, bind, serve, url_of};
use state::Shared;

/// Secret and clock of a simulated agency.
#[derive(Clone, Debug)]
pub struct AgencyConfig {
    /// After `Authorization: PortOne `.
    pub secret: String,
    /// The shop the DI is made for.
    pub site: String,
    pub clock: SimClock,
}

impl Default for AgencyConfig {
    fn default() -> Self {
        Self { secret: "portone_simulator_secret".into(), site: "drrip".into(), clock: SimClock::default() }
    }
}

/// Starts the simulator.
#[derive(Debug)]
pub struct Agency;

impl Agency {
    /// On a free port.
    pub async fn start() -> AgencySim {
        Self::start_with(AgencyConfig::default()).await
    }

    /// On a free port.
    pub async fn start_with(config: AgencyConfig) -> AgencySim {
        Self::serve(config, bind(0).await)
    }

    /// On a given listener.
    pub fn serve(config: AgencyConfig, listener: TcpListener) -> AgencySim {
        let secret = config.secret.clone();
        let shared = Shared::new(config, url_of(&listener));
        let served = serve(listener, routes::router(shared.clone()));
        AgencySim { url: served.url.clone(), secret, shared, _served: served }
    }
}

/// A running agency; it stops when dropped.
#[derive(Debug)]
pub struct AgencySim {
    pub url: String,
    pub secret: String,
    shared: Shared,
    _served: Served,
}

impl AgencySim {
    /// Registers a person; answers their id.
    pub fn person(&self, person: Person) -> String {
        self.shared.register(person)
    }

    /// The person proves themselves in the window; answers where the browser goes next.
    pub fn verify(&self, verification_id: &str, person_id: &str) -> Result<String, String> {
        self.shared.verify(verification_id, person_id)
    }

    /// The person fails or gives up in the window.
    pub fn fail(&self, verification_id: &str, reason: &str) -> Result<String, String> {
        self.shared.fail(verification_id, reason)
    }

    /// The CI the agency gives this person.
    pub fn ci(&self, person_id: &str) -> Option<String> {
        self.shared.found(person_id).map(|person| person.ci())
    }

    /// All verifications so far.
    pub fn verifications(&self) -> Vec<Verification> {
        self.shared.verifications()
    }

    pub fn clock(&self) -> SimClock {
        self.shared.config.clock.clone()
    }

    /// Plans a fault for `create` or `read`.
    pub fn fault(&self, fault: Fault) {
        self.shared.faults.plan(fault);
    }

    pub fn fail_next(&self, operation: &str, kind: FaultKind) {
        self.fault(Fault::new(operation, kind));
    }
}
