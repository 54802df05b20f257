//! Applications to sell here: their states, and sending one to review.

use authz::Member;
use chrono::{DateTime, Utc};
use db::{On, Tx};
use kernel::*;

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

db::statements! {
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
    }
}

/// The seller's newest application.
pub async fn of_seller(on: &impl On, seller: SellerId) -> Result<Option<Application>, Fault> {
    NEWEST.opt(on, (seller,)).await
}

/// Sends the application to review, or again after corrections. Sending it twice is fine.
pub async fn submit(tx: &Tx, by: &Member, now: Now) -> Result<Application, Failure<SubmitError>> {
    let before = of_seller(tx, by.seller_id).await?.ok_or(SubmitError::NotFound)?;
    if before.state == ApplicationState::Submitted {
        return Ok(before);
    }
    let to = before.state.next(ApplicationAction::Submit).ok_or(SubmitError::InvalidState)?;
    SUBMIT.opt(tx, (before.id, before.state, to, now)).await?.ok_or(SubmitError::InvalidState)?;
    let target = audit::Target::of("seller_applications", before.id);
    audit::record(tx, by, "seller_application.submitted", target, None, None, now).await?;
    Ok(Application { state: to, submitted_at: Some(now.0), ..before })
}
