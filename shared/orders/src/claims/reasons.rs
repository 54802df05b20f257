//! The reasons people may give for a claim, and who bears the cost of each.

use db::On;
use kernel::*;
use pricing::AtFault;

db::row! {
    /// One reason.
    pub struct Reason { pub code: String, pub claim_types: Vec<String>, pub name: String, pub fault: AtFault, pub needs_evidence: bool }
}

db::statements! {
    static OF: (String,) => Reason = "select code, claim_types, name, fault, needs_evidence from claim_reasons where given_by = $1 and active order by position, code";
}

/// What customers may choose from.
pub async fn of_customers(on: &impl On) -> Result<Vec<Reason>, Fault> {
    OF.all(on, ("customer".to_owned(),)).await
}
