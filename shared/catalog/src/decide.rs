//! What approving and refusing have in common: the version and its product are locked and still open.

use crate::{Finding, PendingChanges, ProductState, RevisionState};
use db::{Json, Tx};
use kernel::{CertificationId, Fault, Money, ProductId, ProductRevisionId, SellerId};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

kernel::text_enum! {
    /// How an inspection ended for one version.
    pub enum DecisionOutcome {
        Approved = "approved",
        Rejected = "rejected",
        InspectionNotFound = "inspection_not_found",
        /// The seller took it back, or sent another version, since it was read.
        Resubmitted = "resubmitted",
        AlreadyDecided = "already_decided",
        /// Approving only: what the machine noticed forbids it.
        BlockingFindings = "blocking_findings",
    }
}

/// One version afterwards.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct Decided {
    pub inspection_id: ProductRevisionId,
    pub outcome: DecisionOutcome,
    /// What blocks it.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub blocking: Vec<Finding>,
}

impl Decided {
    pub(crate) fn new(inspection_id: ProductRevisionId, outcome: DecisionOutcome) -> Decided {
        Decided { inspection_id, outcome, blocking: Vec::new() }
    }
}

db::row! {
    pub(crate) struct Decidable {
        pub id: ProductRevisionId, pub product_id: ProductId, pub seller_id: SellerId, pub state: RevisionState, pub findings: Json<Vec<Finding>>,
        pub product_state: ProductState, pub list_price: Money, pub sale_price: Money, pub pending_changes: Option<Json<PendingChanges>>,
        pub unverified: Vec<CertificationId>,
        /// The right to the brand of this version holds today.
        pub brand_right: bool,
    }
}

db::statements! {
    /// Products first, as every edit does, then their versions; in id order, so that two inspectors never wait for each
    /// other in a circle.
    static LOCK_PRODUCTS: (Vec<ProductRevisionId>,) => (ProductId,) =
        "select p.id from products p where p.id in (select r.product_id from product_revisions r where r.id = any($1))
         order by p.id for update of p";
    static LOCK: (ProductRevisionId, chrono::NaiveDate) => Decidable =
        "select r.id, r.product_id, p.seller_id, r.state, r.findings, p.state as product_state, p.list_price, p.sale_price, p.pending_changes,
                array(select (c->>'id')::uuid from jsonb_array_elements(r.content->'certifications') c
                      where c->>'kind' in ('kc', 'child') and c->>'verified_at' is null) as unverified,
                exists (select from brand_sellers bs join brands b on b.id = bs.brand_id
                        where bs.brand_id = (r.content->>'brand_id')::uuid and bs.seller_id = p.seller_id and b.state = 'active'
                          and bs.valid_from <= $2 and coalesce(bs.valid_to >= $2, true)) as brand_right
         from product_revisions r join products p on p.id = r.product_id where r.id = $1 for update of r";
}

/// Locks the products of all these versions.
pub(crate) async fn lock_products(tx: &Tx, ids: Vec<ProductRevisionId>) -> Result<(), Fault> {
    LOCK_PRODUCTS.all(tx, (ids,)).await.map(drop)
}

/// Locks a version that can still be decided, or says why not.
pub(crate) async fn lock(
    tx: &Tx,
    id: ProductRevisionId,
    today: chrono::NaiveDate,
) -> Result<Result<Decidable, DecisionOutcome>, Fault> {
    let Some(version) = LOCK.opt(tx, (id, today)).await? else { return Ok(Err(DecisionOutcome::InspectionNotFound)) };
    Ok(match version.state {
        RevisionState::Submitted | RevisionState::InReview => Ok(version),
        RevisionState::Withdrawn => Err(DecisionOutcome::Resubmitted),
        RevisionState::Approved | RevisionState::Rejected => Err(DecisionOutcome::AlreadyDecided),
    })
}
