//! A seller fills in the statutory product information. Every field of the category's type is required at once; on an
//! approved product the new text waits for inspection.

use crate::open::{TOUCH, edit_refusals, open_for_review};
use crate::{Disclosure, NoticeType, PendingChanges};
use authz::SellerScope;
use db::{Json, Tx};
use kernel::{CategoryId, Failure, Fault, FieldError, Now, ProductId};

edit_refusals! {
    /// Why a disclosure is refused.
    pub enum DiscloseError {
        DisclosureInvalid(Vec<FieldError>) = 422 "disclosure_invalid" each field, "The disclosure is not complete.", "상품정보제공고시를 확인해 주세요.";
    }
}

db::statements! {
    static NOTICE_TYPE: (CategoryId,) => (NoticeType,) = "select notice_type from categories where id = $1";
    static WRITE: (ProductId, Json<Disclosure>, Now) => () =
        "insert into product_notices (product_id, notice_type, fields, origin_code, importer, return_cost_reason, no_refund_reason, quality_assurance,
                                      compensation_procedure, troubleshooting, updated_at)
         select $1, d.notice_type, d.fields, d.origin_code, d.importer, d.return_cost_reason, d.no_refund_reason, d.quality_assurance,
                d.compensation_procedure, d.troubleshooting, $3
         from jsonb_populate_record(null::product_notices, $2) d
         on conflict (product_id) do update set
             notice_type = excluded.notice_type, fields = excluded.fields, origin_code = excluded.origin_code, importer = excluded.importer,
             return_cost_reason = excluded.return_cost_reason, no_refund_reason = excluded.no_refund_reason, quality_assurance = excluded.quality_assurance,
             compensation_procedure = excluded.compensation_procedure, troubleshooting = excluded.troubleshooting, updated_at = excluded.updated_at";
}

/// Replaces the disclosure, or keeps it for inspection.
pub async fn disclose(
    tx: &Tx,
    by: SellerScope,
    product_id: ProductId,
    now: Now,
    disclosure: Disclosure,
) -> Result<(), Failure<DiscloseError>> {
    let opened = open_for_review(tx, by, product_id, now).await.map_err(Failure::widen)?;
    let (expected,) = NOTICE_TYPE.one(tx, (opened.working_category(),)).await?;
    let problems = disclosure.problems(expected);
    if !problems.is_empty() {
        return Err(DiscloseError::DisclosureInvalid(problems).into());
    }
    if opened.is_live() {
        let changes = PendingChanges { disclosure: Some(disclosure), ..PendingChanges::default() };
        return Ok(opened.keep(tx, changes, now).await?);
    }
    write(tx, product_id, &disclosure, now).await?;
    Ok(TOUCH.run(tx, (product_id, now)).await?)
}

/// Makes this the live disclosure.
pub(crate) async fn write(tx: &Tx, product_id: ProductId, disclosure: &Disclosure, now: Now) -> Result<(), Fault> {
    WRITE.run(tx, (product_id, Json(disclosure.clone()), now)).await
}
