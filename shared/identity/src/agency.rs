//! The identity agency (본인확인기관): opens a verification under our id, and reads its result server to server.
//!
//! The wire is PortOne's shape: `POST /identity-verifications` `{id, purpose, redirectUrl}` and
//! `GET /identity-verifications/{id}`. What a browser brings back counts for nothing.

use boot::Boot;
use chrono::NaiveDate;
use kernel::Fault;
use reqwest::StatusCode;
use serde::Deserialize;
use serde_json::json;
use std::sync::Arc;
use std::time::Duration;
use uuid::Uuid;

const TIMEOUT: Duration = Duration::from_secs(5);

/// A person as the agency vouches for them. Never the resident number.
#[derive(Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Person {
    pub name: String,
    pub birth_date: NaiveDate,
    pub phone_number: String,
    pub gender: String,
    /// The same person in every shop (연계정보).
    pub ci: String,
    /// The same person in this shop (중복가입확인정보).
    pub di: String,
}

impl std::fmt::Debug for Person {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Person(…)")
    }
}

impl Person {
    /// Whole years on a day.
    pub fn age_on(&self, day: NaiveDate) -> i32 {
        let years = day.years_since(self.birth_date);
        years.and_then(|years| i32::try_from(years).ok()).unwrap_or(-1)
    }

    /// `m` or `f` as profiles keep it.
    pub fn gender_code(&self) -> &'static str {
        match self.gender.as_str() {
            "MALE" => "m",
            "FEMALE" => "f",
            _ => "none",
        }
    }
}

/// What the agency says of a verification.
#[derive(Debug, Clone)]
pub enum Outcome {
    /// The person has not finished.
    Pending,
    Verified(Box<Person>),
    Failed {
        reason: String,
    },
    Unknown,
}

/// The agency's client.
#[derive(Clone)]
pub struct Agency {
    http: reqwest::Client,
    url: String,
    secret: Arc<str>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Opened {
    verification_url: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Read {
    status: String,
    verified_customer: Option<Person>,
    failure: Option<Reason>,
}

#[derive(Deserialize)]
struct Reason {
    reason: Option<String>,
}

impl Agency {
    pub fn new(boot: &Boot) -> Agency {
        Agency {
            http: boot.http.clone(),
            url: boot.config.agency_url.trim_end_matches('/').to_owned(),
            secret: boot.secrets.agency_secret.clone().unwrap_or_default().into(),
        }
    }

    /// Opens a verification and answers the window's address.
    pub async fn open(&self, id: Uuid, purpose: &str, redirect_url: Option<&str>) -> Result<String, Fault> {
        let body = json!({ "id": id.to_string(), "purpose": purpose, "redirectUrl": redirect_url });
        let call = self.http.post(format!("{}/identity-verifications", self.url)).json(&body);
        let answer = self.send(call).await?;
        if !answer.status().is_success() {
            return Err(Fault::unavailable("identity agency", format!("answered {}", answer.status())));
        }
        Ok(answer.json::<Opened>().await.map_err(unavailable)?.verification_url)
    }

    /// Reads how a verification stands.
    pub async fn read(&self, id: Uuid) -> Result<Outcome, Fault> {
        let answer = self.send(self.http.get(format!("{}/identity-verifications/{id}", self.url))).await?;
        if answer.status() == StatusCode::NOT_FOUND {
            return Ok(Outcome::Unknown);
        }
        if !answer.status().is_success() {
            return Err(Fault::unavailable("identity agency", format!("answered {}", answer.status())));
        }
        let read = answer.json::<Read>().await.map_err(unavailable)?;
        Ok(match (read.status.as_str(), read.verified_customer) {
            ("VERIFIED", Some(person)) => Outcome::Verified(Box::new(person)),
            ("FAILED", _) => Outcome::Failed { reason: read.failure.and_then(|f| f.reason).unwrap_or_default() },
            _ => Outcome::Pending,
        })
    }

    async fn send(&self, call: reqwest::RequestBuilder) -> Result<reqwest::Response, Fault> {
        let proof = format!("PortOne {}", self.secret);
        call.header("authorization", proof).timeout(TIMEOUT).send().await.map_err(unavailable)
    }
}

fn unavailable(error: reqwest::Error) -> Fault {
    // Without its URL: the verification id in it opens the person's data.
    Fault::unavailable("identity agency", error.without_url())
}
