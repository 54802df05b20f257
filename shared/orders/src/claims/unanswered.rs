//! A seller who leaves a cancel unanswered for two business days has agreed to it: the cancel is approved, its pieces are
//! back on the shelf, its refund is ordered. Weekends and holidays count for nobody.

use super::approve::{self, DecideClaimError, Decider};
use crate::{ActorRef, settings};
use boot::Boot;
use chrono::{DateTime, NaiveDate, Utc};
use jobs::{Schedule, ScheduleFuture};
use kernel::clock::{business_day_after, kst_date};
use kernel::*;
use uuid::Uuid;

db::statements! {
    /// A page of them, the longest waiting first, after the one named.
    static UNANSWERED: (DateTime<Utc>, ClaimId, i64) => (ClaimId, DateTime<Utc>) =
        "select id, requested_at from claims where type = 'cancel' and state = 'requested' and (requested_at, id) > ($1, $2) order by requested_at, id limit $3";
}

/// Claims read at a time.
const PAGE: i64 = 500;

/// Business days a seller has to answer.
const ANSWER_DAYS: u32 = 2;

/// Schedule `approve_unanswered_cancels`.
pub struct ApproveUnanswered {
    pub boot: Boot,
}

impl Schedule for ApproveUnanswered {
    fn name(&self) -> &'static str {
        "approve_unanswered_cancels"
    }
    fn cron(&self) -> &'static str {
        "0 9,15 * * ? *"
    }
    fn run(&self, now: Now) -> ScheduleFuture<'_> {
        Box::pin(async move { Ok(serde_json::json!({ "approved": self.approve_all(now, PAGE).await? })) })
    }
}

impl ApproveUnanswered {
    /// Page by page, up to the first that still has time; answers how many were approved.
    pub async fn approve_all(&self, now: Now, page: i64) -> Result<usize, Fault> {
        let mut approved = 0;
        let (mut at, mut after) = (DateTime::UNIX_EPOCH, ClaimId(Uuid::nil()));
        loop {
            let conn = self.boot.db.writer().await?;
            let waiting = UNANSWERED.all(&conn, (at, after, page)).await?;
            let Some((_, oldest)) = waiting.first() else { return Ok(approved) };
            let holidays = settings::holidays(&conn, kst_date(*oldest)).await?;
            drop(conn);
            for (claim, asked) in waiting {
                if !is_over(kst_date(asked), now, &holidays) {
                    return Ok(approved);
                }
                approved += usize::from(self.approve(claim, now).await?);
                (at, after) = (asked, claim);
            }
        }
    }

    /// False when it was answered, or taken back, meanwhile.
    async fn approve(&self, claim: ClaimId, now: Now) -> Result<bool, Fault> {
        let tx = self.boot.db.begin().await?;
        match approve::by_hand(&tx, &self.boot.vault, Decider::Operator, ActorRef::SYSTEM, claim, now).await {
            Ok(()) => {
                tx.commit().await?;
                Ok(true)
            }
            Err(Failure::Refused(
                DecideClaimError::InvalidState | DecideClaimError::NotFound | DecideClaimError::DepositReversed,
            )) => Ok(false),
            // One claim's trouble must not keep the others waiting; the log tells people.
            Err(Failure::Fault(error)) => {
                tracing::error!(%error, claim_id = %claim, "cancel not approved");
                Ok(false)
            }
        }
    }
}

/// Whether the last day to answer has passed.
fn is_over(asked: NaiveDate, now: Now, holidays: &[NaiveDate]) -> bool {
    now.date() > business_day_after(asked, ANSWER_DAYS, holidays)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Now {
        Now(text.parse().unwrap())
    }

    #[test]
    fn a_friday_evening_is_answered_by_tuesday_and_a_holiday_gives_a_day_more() {
        let friday: NaiveDate = "2026-03-06".parse().unwrap();
        assert!(!is_over(friday, at("2026-03-10T14:59:59Z"), &[]));
        assert!(is_over(friday, at("2026-03-10T15:00:00Z"), &[]));
        let tuesday: NaiveDate = "2026-03-10".parse().unwrap();
        assert!(!is_over(friday, at("2026-03-10T15:00:00Z"), &[tuesday]));
    }
}
