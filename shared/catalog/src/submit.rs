//! A seller sends a product to inspection: a draft for the first time, a changed version of one that sells, or one the
//! operator suspended. From then on it is locked; the live version keeps selling.

use crate::findings::{Finding, findings};
use crate::load::load;
use crate::missing::{around, missing};
use crate::open::{edit_refusals, lock};
use crate::{ProductAction, ProductContent, ProductState};
use authz::SellerScope;
use db::{Json, Tx};
use kernel::{Failure, FieldError, MemberId, Now, ProductId, ProductRevisionId};

/// A version on its way to an inspector. Nothing was written when `revision` is None (dry run).
#[derive(Debug, Clone)]
pub struct Submitted {
    pub revision: Option<(ProductRevisionId, i32)>,
    pub state: ProductState,
}

edit_refusals! {
    /// Why a product is not submitted.
    pub enum SubmitError {
        ProductIncomplete(Vec<FieldError>) = 422 "product_incomplete" each field, "Something is missing or invalid.", "필수 항목이 빠졌거나 잘못되었습니다.";
        NothingToSubmit = 409 "nothing_to_submit", "Nothing has changed since the last approval.", "심사를 요청할 변경 사항이 없습니다.";
    }
}

db::statements! {
    static OPEN_REVISION: (ProductId,) => (ProductRevisionId, i32) =
        "select id, revision_no from product_revisions where product_id = $1 and state in ('submitted', 'in_review')";
    static INSERT: (ProductRevisionId, ProductId, Json<ProductContent>, Vec<u8>, Json<Vec<Finding>>, MemberId, Now) => (i32,) =
        "insert into product_revisions (id, product_id, revision_no, content, content_hash, findings, submitted_by, submitted_at)
         select $1, $2, coalesce(max(revision_no), 0) + 1, $3, $4, $5, $6, $7 from product_revisions where product_id = $2
         returning revision_no";
    static MOVE: (ProductId, ProductState, ProductState, Now) => () =
        "update products set state = $3, state_reason = null, version = version + 1, updated_at = $4 where id = $1 and state = $2";
}

/// Submits, or with `dry_run` only checks. Submitting what is already with an inspector answers that version.
pub async fn submit(
    tx: &Tx,
    by: SellerScope,
    product_id: ProductId,
    now: Now,
    member_id: MemberId,
    dry_run: bool,
) -> Result<Submitted, Failure<SubmitError>> {
    let opened = lock(tx, by, product_id, now).await.map_err(Failure::widen)?;
    if opened.under_review {
        let revision = OPEN_REVISION.opt(tx, (product_id,)).await?;
        return Ok(Submitted { revision, state: opened.state });
    }
    let next = opened.state.next(ProductAction::Submit);
    if next.is_none() && !opened.is_live() {
        return Err(SubmitError::InvalidState(opened.state).into());
    }
    if opened.is_live() && opened.state != ProductState::Suspended && opened.pending().is_empty() {
        return Err(SubmitError::NothingToSubmit.into());
    }
    let loaded = load(tx, product_id, Some(by.seller_id())).await?.ok_or(SubmitError::ProductNotFound)?;
    let version = loaded.live.clone().with(&loaded.pending);
    let around = around(tx, product_id, by.seller_id(), &version, now).await?;
    let missing = missing(&version, &around);
    if !missing.is_empty() {
        return Err(SubmitError::ProductIncomplete(missing).into());
    }
    if dry_run {
        return Ok(Submitted { revision: None, state: opened.state });
    }
    let found = findings(&version, opened.is_live().then_some(&loaded.live));
    let (id, hash) = (ProductRevisionId::new(), version.hash()?);
    let (number,) = INSERT.one(tx, (id, product_id, Json(version), hash, Json(found), member_id, now)).await?;
    if let Some(next) = next {
        MOVE.run(tx, (product_id, opened.state, next, now)).await?;
    }
    Ok(Submitted { revision: Some((id, number)), state: next.unwrap_or(opened.state) })
}
