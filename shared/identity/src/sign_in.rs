//! What every host does around a password: attempts counted by network address and by account, whether the account exists
//! or not, and the challenge that a right password opens where a second factor is asked for.

use crate::Identity;
use crate::limits::{LimitError, SIGN_IN_ACCOUNT, SIGN_IN_IP};
use crate::tickets::{Draft, Purpose};
use authz::Device;
use chrono::{DateTime, Duration, Utc};
use kernel::values::Email;
use kernel::*;
use uuid::Uuid;

const CHALLENGE_MINUTES: i64 = 5;

/// An attempt that was counted.
pub struct Counted {
    principal: String,
}

/// What a right password opens where a second factor is asked for.
#[derive(Debug, Clone, Copy)]
pub struct Challenge {
    pub id: TicketId,
    pub expires_at: DateTime<Utc>,
}

impl Identity {
    /// Counts an attempt before anything is looked up; refuses the one after the last allowed.
    pub async fn count_sign_in(
        &self,
        email: &Email,
        device: &Device,
        now: Now,
    ) -> Result<Counted, Failure<LimitError>> {
        if let Some(ip) = device.ip {
            self.limits.hit(&SIGN_IN_IP, &ip.to_string(), now).await?;
        }
        let hash = hex::encode(self.vault.hash("email", email.as_str())?);
        let principal = format!("{}:{hash}", self.audience.as_str());
        self.limits.hit(&SIGN_IN_ACCOUNT, &principal, now).await?;
        Ok(Counted { principal })
    }

    /// The password was right: the account's count starts over.
    pub async fn forget_attempts(&self, counted: Counted, now: Now) -> Result<(), Fault> {
        self.limits.clear(&SIGN_IN_ACCOUNT, &counted.principal, now).await
    }

    /// Opens the challenge of somebody whose password was right.
    pub async fn challenge(&self, subject: Uuid, now: Now) -> Result<Challenge, Fault> {
        let lives = Duration::minutes(CHALLENGE_MINUTES);
        let draft = Draft { purpose: Purpose::SecondFactor, subject: Some(subject), lives, data: () };
        Ok(Challenge { id: self.tickets.open(now, draft).await?, expires_at: now.plus(lives) })
    }
}
