//! A customer's claims: the list, and one with its money, its parcel and what happens next.

pub(crate) mod detail;
pub(crate) mod list;

pub use detail::{ClaimAction, ClaimDetailView, ClaimFeesView, ClaimRefundView, ClaimTimesView, detail};
pub use list::{ClaimSummaryView, list};

kernel::refusals! {
    /// Why a claim is not shown.
    pub enum ShowClaimError {
        NotFound = 404 "claim_not_found", "There is no such claim.", "클레임을 찾을 수 없습니다.";
    }
}
