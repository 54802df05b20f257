//! The code lists an integration maps: kept by operators (carriers, claim reasons) or fixed by this platform.

use db::On;
use kernel::*;

db::row! {
    /// A carrier with the codes the common tracking services know it by.
    pub struct CarrierRow {
        pub code: String,
        pub name: String,
        pub invoice_pattern: Option<String>,
        pub sweettracker_code: Option<String>,
        pub naver_code: Option<String>,
        pub tracker_id: Option<String>,
        pub active: bool,
    }
}

db::row! {
    /// A reason for a claim and who bears its cost.
    pub struct ReasonRow {
        pub code: String,
        pub name: String,
        pub claim_types: Vec<String>,
        pub given_by: String,
        pub fault: String,
        pub needs_evidence: bool,
    }
}

db::statements! {
    static CARRIERS: () => CarrierRow =
        "select code, name, invoice_pattern, sweettracker_code, naver_code, tracker_id, active from carriers order by code";
    static REASONS: () => ReasonRow =
        "select code, name, claim_types, given_by, fault, needs_evidence from claim_reasons where active order by given_by, position, code";
}

/// The lists operators keep.
#[derive(Debug)]
pub struct Codes {
    pub carriers: Vec<CarrierRow>,
    pub claim_reasons: Vec<ReasonRow>,
}

/// Reads them all.
pub async fn read(on: &impl On) -> Result<Codes, Fault> {
    Ok(Codes { carriers: CARRIERS.all(on, ()).await?, claim_reasons: REASONS.all(on, ()).await? })
}
