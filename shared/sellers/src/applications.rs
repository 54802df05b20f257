//! Applications to sell here: their states, the steps on the way, and sending one to review.

use authz::Member;
use chrono::{DateTime, Utc};
use db::{On, Tx};
use kernel::*;
use schemars::JsonSchema;
use serde::Serialize;

kernel::states! {
    /// Where an application stands.
    pub enum ApplicationState {
        Draft = "draft", Submitted = "submitted", Reviewing = "reviewing", SupplementRequested = "supplement_requested",
        Approved = "approved", Rejected = "rejected", Withdrawn = "withdrawn",
    }
    actions ApplicationAction {
        Draft --Submit--> Submitted,
        Draft --Withdraw--> Withdrawn,
        Submitted --Take--> Reviewing,
        Submitted --Withdraw--> Withdrawn,
        Reviewing --AskSupplement--> SupplementRequested,
        Reviewing --Approve--> Approved,
        Reviewing --Reject--> Rejected,
        SupplementRequested --Submit--> Submitted,
        SupplementRequested --Withdraw--> Withdrawn,
    }
    all { Submit, Withdraw, Take, AskSupplement, Approve, Reject }
}

db::row! {
    /// One application.
    pub struct Application {
        pub id: SellerApplicationId, pub seller_id: Option<SellerId>, pub company_name: String, pub business_no: String, pub state: ApplicationState,
        pub submitted_at: Option<DateTime<Utc>>, pub decided_at: Option<DateTime<Utc>>, pub reason: Option<String>,
    }
}

db::row! {
    /// What of opening a store is done.
    #[derive(Serialize, JsonSchema)]
    pub struct OnboardingSteps {
        /// An account whose holder the bank named; asked for before the application is sent.
        pub payout_account: bool,
        /// A contract waits for the owner's signature.
        pub contract_sent: bool,
        pub contract_signed: bool,
    }
}

kernel::text_enum! {
    /// What an application lacks.
    pub enum MissingStep { PayoutAccount = "payout_account" }
}

db::statements! {
    static STEPS: (SellerId,) => OnboardingSteps =
        "select exists (select 1 from seller_bank_accounts where seller_id = $1 and state in ('requested', 'active') and verified_at is not null) as payout_account,
                exists (select 1 from seller_contracts where seller_id = $1 and state = 'draft' and sent_at is not null) as contract_sent,
                exists (select 1 from seller_contracts where seller_id = $1 and signed_at is not null) as contract_signed";
    static NEWEST: (SellerId,) => Application =
        "select id, seller_id, company_name, business_no, state, submitted_at, decided_at, reason from seller_applications
         where seller_id = $1 order by created_at desc limit 1";
    pub(crate) static LOCK: (SellerApplicationId,) => Application =
        "select id, seller_id, company_name, business_no, state, submitted_at, decided_at, reason from seller_applications where id = $1 for update";
    static SUBMIT: (SellerApplicationId, ApplicationState, ApplicationState, Now) => (SellerApplicationId,) =
        "update seller_applications set state = $3, submitted_at = $4, version = version + 1 where id = $1 and state = $2 returning id";
}

kernel::refusals! {
    /// Why an application is not sent.
    pub enum SubmitError {
        NotFound = 404 "application_not_found", "There is no application.", "입점 신청을 찾을 수 없습니다.";
        InvalidState = 409 "invalid_state", "The application cannot be sent now.", "현재 상태에서는 처리할 수 없습니다.";
        /// With every step that is missing.
        Incomplete(Vec<MissingStep>) = 422 "application_incomplete", "Steps of the application are missing.", "입점 신청에 필요한 단계가 남아 있습니다.";
    }
}

/// The seller's newest application.
pub async fn of_seller(on: &impl On, seller: SellerId) -> Result<Option<Application>, Fault> {
    NEWEST.opt(on, (seller,)).await
}

/// What of opening this store is done.
pub async fn steps(on: &impl On, seller: SellerId) -> Result<OnboardingSteps, Fault> {
    STEPS.one(on, (seller,)).await
}

/// Sends the application to review, or again after corrections. Sending it twice is fine.
pub async fn submit(tx: &Tx, by: &Member, now: Now) -> Result<Application, Failure<SubmitError>> {
    let before = of_seller(tx, by.seller_id).await?.ok_or(SubmitError::NotFound)?;
    if before.state == ApplicationState::Submitted {
        return Ok(before);
    }
    let to = before.state.next(ApplicationAction::Submit).ok_or(SubmitError::InvalidState)?;
    if !steps(tx, by.seller_id).await?.payout_account {
        return Err(SubmitError::Incomplete(vec![MissingStep::PayoutAccount]).into());
    }
    SUBMIT.opt(tx, (before.id, before.state, to, now)).await?.ok_or(SubmitError::InvalidState)?;
    let target = audit::Target::of("seller_applications", before.id);
    audit::record(tx, by, "seller_application.submitted", target, None, None, now).await?;
    Ok(Application { state: to, submitted_at: Some(now.0), ..before })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_application_state_and_action_has_its_answer() {
        kernel::assert_steps!(ApplicationState, ApplicationAction {
            Draft: Submit => Submitted, Withdraw => Withdrawn;
            Submitted: Take => Reviewing, Withdraw => Withdrawn;
            Reviewing: AskSupplement => SupplementRequested, Approve => Approved, Reject => Rejected;
            SupplementRequested: Submit => Submitted, Withdraw => Withdrawn;
            Approved: ;
            Rejected: ;
            Withdrawn: ;
        });
    }
}
