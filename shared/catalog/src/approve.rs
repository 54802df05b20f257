//! An inspector approves versions: each goes live at once and whole, with its price in the history. What blocks a
//! version cannot be approved; a certification number is found in the registry by the inspector's own look-up.

use crate::decide::{Decidable, Decided, DecisionOutcome, lock, lock_products};
use crate::{Finding, PendingChanges, ProductAction, ProductState, RevisionAction, certify, disclose, pictures};
use audit::{Target, record};
use db::{Json, Tx};
use events::ProductReviewed;
use jobs::outbox::emit;
use kernel::{
    BrandId, CategoryId, CertificationId, Fault, Money, Now, OperatorId, PriceHistoryId, ProductId, ProductRevisionId,
};

/// One version to approve.
#[derive(Debug, Clone)]
pub struct Approve {
    pub inspection_id: ProductRevisionId,
    /// Certifications whose numbers the inspector found in the registry.
    pub verified_certification_ids: Vec<CertificationId>,
}

db::statements! {
    static VERIFY: (ProductId, Vec<CertificationId>, Now) => () =
        "update product_certifications set verified_at = $3 where product_id = $1 and id = any($2) and verified_at is null";
    static DECIDE: (ProductRevisionId, crate::RevisionState, OperatorId, Now) => () =
        "update product_revisions set state = $2, decided_by = $3, decided_at = $4, version = version + 1 where id = $1 and state in ('submitted', 'in_review')";
    /// The version becomes the live one.
    static GO_LIVE: (ProductId, ProductState, Option<String>, Option<String>, Option<BrandId>, Option<CategoryId>, Option<Money>, Option<Money>, Now) => () =
        "update products set state = $2, state_reason = null, name = coalesce($3, name), name_en = coalesce($4, name_en), brand_id = coalesce($5, brand_id),
                             category_id = coalesce($6, category_id), list_price = coalesce($7, list_price), sale_price = coalesce($8, sale_price),
                             pending_changes = null, on_sale_at = case when $2 = 'on_sale' then coalesce(on_sale_at, $9) else on_sale_at end,
                             version = version + 1, updated_at = $9
         where id = $1";
    static FORGET_SCHEDULED: (ProductId, Now) => () = "delete from price_histories where product_id = $1 and valid_from >= $2";
    static CLOSE_PRICE: (ProductId, Now) => () =
        "update price_histories set valid_to = $2 where product_id = $1 and valid_from < $2 and coalesce(valid_to > $2, true)";
    static OPEN_PRICE: (PriceHistoryId, ProductId, OperatorId, Now) => () =
        "insert into price_histories (id, product_id, list_price, sale_price, changed_by_type, changed_by, valid_from)
         select $1, p.id, p.list_price, p.sale_price, 'admin', $3, $4 from products p where p.id = $2";
    static HAS_PRICE: (ProductId, Now) => (bool,) =
        "select exists (select from price_histories where product_id = $1 and valid_from <= $2 and coalesce(valid_to > $2, true))";
}

/// Approves the versions; answers for each, in the order asked.
pub async fn approve(
    tx: &Tx,
    operator_id: OperatorId,
    now: Now,
    versions: Vec<Approve>,
) -> Result<Vec<Decided>, Fault> {
    lock_products(tx, versions.iter().map(|version| version.inspection_id).collect()).await?;
    let mut decided = Vec::with_capacity(versions.len());
    for version in versions {
        decided.push(approve_one(tx, operator_id, now, version).await?);
    }
    Ok(decided)
}

async fn approve_one(tx: &Tx, operator_id: OperatorId, now: Now, cmd: Approve) -> Result<Decided, Fault> {
    let id = cmd.inspection_id;
    let version = match lock(tx, id, now.date()).await? {
        Ok(version) => version,
        Err(outcome) => return Ok(Decided::new(id, outcome)),
    };
    let blocking = blocking(&version, &cmd.verified_certification_ids);
    let (Some(next), Some(done)) = (live_state(version.product_state), version.state.next(RevisionAction::Approve))
    else {
        return Ok(Decided::new(id, DecisionOutcome::AlreadyDecided));
    };
    if !blocking.is_empty() {
        return Ok(Decided { blocking, ..Decided::new(id, DecisionOutcome::BlockingFindings) });
    }
    DECIDE.run(tx, (id, done, operator_id, now)).await?;
    go_live(tx, operator_id, now, &version, next).await?;
    VERIFY.run(tx, (version.product_id, cmd.verified_certification_ids, now)).await?;
    let event =
        ProductReviewed { product_id: version.product_id, seller_id: version.seller_id, decision: "approved".into() };
    emit(tx, &event, now).await?;
    let after = serde_json::json!({ "inspection_id": id, "state": next });
    record(tx, operator_id, "product.approved", Target::of("products", version.product_id), None, Some(after), now)
        .await?;
    Ok(Decided::new(id, DecisionOutcome::Approved))
}

/// Where an approved version's product goes: the seller resumes what the operator had suspended.
fn live_state(state: ProductState) -> Option<ProductState> {
    match state {
        ProductState::InReview => state.next(ProductAction::Approve),
        ProductState::Suspended => state.next(ProductAction::Reinstate),
        ProductState::OnSale | ProductState::Paused => Some(state),
        ProductState::Draft | ProductState::Rejected | ProductState::Ended | ProductState::Deleted => None,
    }
}

/// Blocking findings that still hold; certifications and the right to the brand are looked at anew.
fn blocking(version: &Decidable, verified: &[CertificationId]) -> Vec<Finding> {
    let finding =
        |field: &str, code: &str| Finding { field: field.into(), code: code.into(), detail: None, blocking: true };
    let stored =
        version.findings.0.iter().filter(|found| found.blocking && found.code != "certification_pending").cloned();
    let mut blocking: Vec<Finding> = stored.collect();
    if version.unverified.iter().any(|id| !verified.contains(id)) {
        blocking.push(finding("/certifications", "certification_pending"));
    }
    if !version.brand_right {
        blocking.push(finding("/brand_id", "brand_right_missing"));
    }
    blocking
}

async fn go_live(
    tx: &Tx,
    operator_id: OperatorId,
    now: Now,
    version: &Decidable,
    next: ProductState,
) -> Result<(), Fault> {
    let id = version.product_id;
    let changes = version.pending_changes.clone().map(|Json(changes)| changes).unwrap_or_default();
    let PendingChanges {
        name,
        name_en,
        brand_id,
        category_id,
        list_price,
        sale_price,
        pictures,
        disclosure,
        certifications,
    } = changes;
    let priced = list_price.is_some() || sale_price.is_some();
    GO_LIVE.run(tx, (id, next, name, name_en, brand_id, category_id, list_price, sale_price, now)).await?;
    if let Some(pictures) = pictures {
        pictures::write(tx, id, &pictures).await?;
    }
    if let Some(disclosure) = disclosure {
        disclose::write(tx, id, &disclosure, now).await?;
    }
    if let Some(certifications) = certifications {
        certify::write(tx, id, certifications).await?;
    }
    if priced || !HAS_PRICE.one(tx, (id, now)).await?.0 {
        FORGET_SCHEDULED.run(tx, (id, now)).await?;
        CLOSE_PRICE.run(tx, (id, now)).await?;
        OPEN_PRICE.run(tx, (PriceHistoryId::new(), id, operator_id, now)).await?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_suspended_product_is_lifted_not_put_on_sale() {
        assert_eq!(live_state(ProductState::Suspended), Some(ProductState::Paused));
        assert_eq!(live_state(ProductState::InReview), Some(ProductState::OnSale));
        assert_eq!(live_state(ProductState::Paused), Some(ProductState::Paused));
        assert_eq!(live_state(ProductState::Ended), None);
    }
}
