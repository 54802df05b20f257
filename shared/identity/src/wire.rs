//! What sessions look like over HTTP, on each of the three hosts of people. Tokens are the same everywhere; whom they
//! speak of is told by each host's own views.

use crate::second_factor::{Enrollment, Proof};
use crate::tokens::{AccessToken, Tokens};
use chrono::{DateTime, Utc};
use kernel::TicketId;
use kernel::values::{Email, OneTimeCode, Text};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

#[derive(Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SignInBody {
    pub email: Email,
    /// As typed; rules hold for new passwords only.
    pub password: Text<1, 200>,
}

#[derive(Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SecondFactorBody {
    pub challenge_id: TicketId,
    pub proof: Proof,
}

#[derive(Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RefreshBody {
    pub refresh_token: Text<1, 200>,
}

#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct TokensView {
    access_token: String,
    access_expires_at: DateTime<Utc>,
    /// Good once: each refresh hands out the next.
    refresh_token: String,
    refresh_expires_at: DateTime<Utc>,
}

impl From<Tokens> for TokensView {
    fn from(tokens: Tokens) -> TokensView {
        TokensView {
            access_token: tokens.access.token,
            access_expires_at: tokens.access.expires_at,
            refresh_token: tokens.refresh,
            refresh_expires_at: tokens.refresh_expires_at,
        }
    }
}

#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct ElevatedView {
    /// Replaces the access token; sensitive endpoints accept it until `elevated_until`.
    access_token: String,
    access_expires_at: DateTime<Utc>,
    elevated_until: DateTime<Utc>,
}

impl From<AccessToken> for ElevatedView {
    fn from(access: AccessToken) -> ElevatedView {
        ElevatedView {
            access_token: access.token,
            access_expires_at: access.expires_at,
            elevated_until: access.elevated_until.unwrap_or(access.expires_at),
        }
    }
}

#[derive(Clone, Serialize, JsonSchema)]
pub struct EnrollmentView {
    enrollment_id: TicketId,
    /// Shown once.
    secret: String,
    /// What the QR code holds.
    otpauth_url: String,
    expires_at: DateTime<Utc>,
}

impl From<Enrollment> for EnrollmentView {
    fn from(enrollment: Enrollment) -> EnrollmentView {
        let Enrollment { id, secret, otpauth_url, expires_at } = enrollment;
        EnrollmentView { enrollment_id: id, secret, otpauth_url, expires_at }
    }
}

/// An authenticator's first code.
#[derive(Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct FirstCodeBody {
    pub code: OneTimeCode,
}

#[derive(Clone, Serialize, JsonSchema)]
pub struct RecoveryCodesView {
    /// Ten, shown once.
    recovery_codes: Vec<String>,
}

impl From<Vec<String>> for RecoveryCodesView {
    fn from(recovery_codes: Vec<String>) -> RecoveryCodesView {
        RecoveryCodesView { recovery_codes }
    }
}
