//! An inspector opens a submitted version: from then on the seller can no longer take it back. Both versions are shown
//! side by side, with what the machine noticed.

use crate::load::load;
use crate::{Finding, ProductContent, Remark, RevisionAction, RevisionState, RightKind};
use chrono::{DateTime, NaiveDate, Utc};
use db::{Json, Tx};
use kernel::{Failure, Money, Now, OperatorId, ProductId, ProductRevisionId, SellerId};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What an inspector sees.
#[derive(Debug, Clone)]
pub struct Inspection {
    pub revision: InspectedRow,
    /// What shoppers see now; None for a product they do not know yet.
    pub live: Option<ProductContent>,
}

/// One price the product had before.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct FormerPrice {
    pub list_price: Money,
    pub sale_price: Money,
    pub valid_from: DateTime<Utc>,
    pub valid_to: Option<DateTime<Utc>>,
}

db::row! {
    /// One submitted version. Prices in won.
    pub struct InspectedRow {
        pub id: ProductRevisionId, pub product_id: ProductId, pub revision_no: i32, pub state: RevisionState, pub content: Json<ProductContent>,
        pub findings: Json<Vec<Finding>>, pub remarks: Json<Vec<Remark>>, pub submitted_at: DateTime<Utc>, pub opened_at: Option<DateTime<Utc>>,
        pub decided_at: Option<DateTime<Utc>>, pub seller_id: SellerId, pub seller_name: String, pub brand_name: String, pub category_name: String,
        pub right_kind: Option<RightKind>, pub right_valid_to: Option<NaiveDate>, pub former_prices: Json<Vec<FormerPrice>>,
        pub first_submission: bool,
    }
}

kernel::refusals! {
    /// Why a version is not shown.
    pub enum InspectionError {
        InspectionNotFound = 404 "inspection_not_found", "There is no such inspection.", "존재하지 않는 심사입니다.";
    }
}

db::statements! {
    static OPEN: (ProductRevisionId, RevisionState, RevisionState, OperatorId, Now) => () =
        "update product_revisions set state = $3, opened_by = $4, opened_at = $5, version = version + 1 where id = $1 and state = $2";
    static FIND: (ProductRevisionId,) => InspectedRow =
        "select r.id, r.product_id, r.revision_no, r.state, r.content, r.findings, r.remarks, r.submitted_at, r.opened_at, r.decided_at,
                p.seller_id, coalesce(s.display_name, s.company_name) as seller_name, b.name_ko as brand_name, c.name as category_name,
                bs.right_kind, bs.valid_to as right_valid_to,
                coalesce((select jsonb_agg(jsonb_build_object('list_price', h.list_price, 'sale_price', h.sale_price, 'valid_from', h.valid_from, 'valid_to', h.valid_to) order by h.valid_from desc)
                          from (select h.list_price, h.sale_price, h.valid_from, h.valid_to from price_histories h where h.product_id = p.id order by h.valid_from desc limit 20) h), '[]') as former_prices,
                p.on_sale_at is null as first_submission
         from product_revisions r
         join products p on p.id = r.product_id
         join sellers s on s.id = p.seller_id
         join brands b on b.id = (r.content->>'brand_id')::uuid
         join categories c on c.id = (r.content->>'category_id')::uuid
         left join brand_sellers bs on bs.brand_id = b.id and bs.seller_id = p.seller_id
         where r.id = $1";
}

/// Opens a version. One that waits is marked as being inspected by this operator.
pub async fn inspect(
    tx: &Tx,
    operator_id: OperatorId,
    now: Now,
    id: ProductRevisionId,
) -> Result<Inspection, Failure<InspectionError>> {
    let waiting = RevisionState::Submitted;
    if let Some(next) = waiting.next(RevisionAction::Open) {
        OPEN.run(tx, (id, waiting, next, operator_id, now)).await?;
    }
    let revision = FIND.opt(tx, (id,)).await?.ok_or(InspectionError::InspectionNotFound)?;
    let live = if revision.first_submission { None } else { load(tx, revision.product_id, None).await? };
    Ok(Inspection { revision, live: live.map(|loaded| loaded.live) })
}
