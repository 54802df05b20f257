//! An inspector sends versions back with remarks by field. What was live keeps selling; the seller corrects and submits
//! again.

use crate::decide::{Decided, DecisionOutcome, lock, lock_products};
use crate::{ProductAction, ProductState, Remark, RevisionAction, RevisionState};
use audit::{Target, record};
use db::{Json, Tx};
use events::ProductReviewed;
use jobs::outbox::emit;
use kernel::{Fault, Now, OperatorId, ProductId, ProductRevisionId};

/// One version to send back, with at least one remark.
#[derive(Debug, Clone)]
pub struct Reject {
    pub inspection_id: ProductRevisionId,
    pub remarks: Vec<Remark>,
}

db::statements! {
    static DECIDE: (ProductRevisionId, RevisionState, OperatorId, Now, Json<Vec<Remark>>) => () =
        "update product_revisions set state = $2, decided_by = $3, decided_at = $4, remarks = $5, version = version + 1 where id = $1 and state in ('submitted', 'in_review')";
    static MOVE: (ProductId, ProductState, ProductState, String, Now) => () =
        "update products set state = $3, state_reason = $4, version = version + 1, updated_at = $5 where id = $1 and state = $2";
}

/// Sends the versions back; answers for each, in the order asked.
pub async fn reject(tx: &Tx, operator_id: OperatorId, now: Now, versions: Vec<Reject>) -> Result<Vec<Decided>, Fault> {
    lock_products(tx, versions.iter().map(|version| version.inspection_id).collect()).await?;
    let mut decided = Vec::with_capacity(versions.len());
    for Reject { inspection_id: id, remarks } in versions {
        let version = match lock(tx, id, now.date()).await? {
            Ok(version) => version,
            Err(outcome) => {
                decided.push(Decided::new(id, outcome));
                continue;
            }
        };
        let done = version.state.next(RevisionAction::Reject).unwrap_or(RevisionState::Rejected);
        let why =
            remarks.iter().map(|remark| format!("{} {}", remark.field, remark.code)).collect::<Vec<_>>().join(", ");
        DECIDE.run(tx, (id, done, operator_id, now, Json(remarks))).await?;
        if let Some(next) = version.product_state.next(ProductAction::Reject) {
            MOVE.run(tx, (version.product_id, version.product_state, next, why.clone(), now)).await?;
        }
        let event = ProductReviewed {
            product_id: version.product_id,
            seller_id: version.seller_id,
            decision: "rejected".into(),
        };
        emit(tx, &event, now).await?;
        let after = serde_json::json!({ "inspection_id": id, "remarks": why });
        record(tx, operator_id, "product.rejected", Target::of("products", version.product_id), None, Some(after), now)
            .await?;
        decided.push(Decided::new(id, DecisionOutcome::Rejected));
    }
    Ok(decided)
}
