//! Versions that wait for an inspector, the longest first or the riskiest first.

use crate::{Finding, RevisionState};
use chrono::{DateTime, Utc};
use db::{Json, On};
use kernel::{BrandId, CategoryId, Cursor, Fault, Limit, OperatorId, Page, ProductId, ProductRevisionId, SellerId};

kernel::text_enum! {
    /// What comes first.
    pub enum InspectionSort { Waiting = "waiting", Risk = "risk" }
}

/// What is asked for.
#[derive(Debug, Clone, Default)]
pub struct InspectionQuery {
    pub sort: Option<InspectionSort>,
    pub seller_id: Option<SellerId>,
    pub brand_id: Option<BrandId>,
    pub category_id: Option<CategoryId>,
    /// Opened by an inspector already, or not.
    pub state: Option<RevisionState>,
    /// Opened by this inspector.
    pub opened_by: Option<OperatorId>,
    pub cursor: Option<Cursor>,
    pub limit: Limit,
}

db::row! {
    /// One waiting version.
    pub struct InspectionRow {
        pub id: ProductRevisionId, pub product_id: ProductId, pub revision_no: i32, pub state: RevisionState, pub product_name: String,
        pub seller_id: SellerId, pub seller_name: String, pub brand_name: String, pub category_name: String,
        /// A product that shoppers do not know yet.
        pub first_submission: bool,
        /// Findings, blocking ones counted thrice, and three for a product nobody inspected before.
        pub risk: i32,
        pub findings: Json<Vec<Finding>>, pub opened_by: Option<String>, pub submitted_at: DateTime<Utc>,
    }
}

db::statements! {
    static QUEUE: (InspectionSort, Option<SellerId>, Option<BrandId>, Option<CategoryId>, Option<RevisionState>, Option<i32>, Option<ProductRevisionId>, i64, Option<OperatorId>) => InspectionRow =
        "with waiting as (
             select r.id, r.product_id, r.revision_no, r.state, r.findings, r.submitted_at, r.opened_by, p.seller_id, p.state = 'in_review' as first_submission,
                    r.content->>'name' as product_name, (r.content->>'brand_id')::uuid as brand_id, (r.content->>'category_id')::uuid as category_id,
                    (jsonb_array_length(r.findings) + 2 * (select count(*) from jsonb_array_elements(r.findings) f where (f->>'blocking')::boolean)
                        + case when p.state = 'in_review' then 3 else 0 end)::int as risk
             from product_revisions r join products p on p.id = r.product_id
             where r.state in ('submitted', 'in_review'))
         select w.id, w.product_id, w.revision_no, w.state, w.product_name, w.seller_id, coalesce(s.display_name, s.company_name) as seller_name,
                b.name_ko as brand_name, c.name as category_name, w.first_submission, w.risk, w.findings, a.name as opened_by, w.submitted_at
         from waiting w
         join sellers s on s.id = w.seller_id
         join brands b on b.id = w.brand_id
         join categories c on c.id = w.category_id
         left join admin_users a on a.id = w.opened_by
         where ($2::uuid is null or w.seller_id = $2) and ($3::uuid is null or w.brand_id = $3)
           and ($4::uuid is null or exists (select from categories top where top.id = $4 and (top.id = c.id or starts_with(c.path, top.path || '/'))))
           and ($5::text is null or w.state = $5)
           and ($9::uuid is null or w.opened_by = $9)
           and case when $7::uuid is null then true when $1 = 'risk' then w.risk < $6 or (w.risk = $6 and w.id > $7) else w.id > $7 end
         order by case when $1 = 'risk' then -w.risk else 0 end, w.id limit $8";
}

/// One page of the queue. Version ids are in the order of submission.
pub async fn inspections(on: &impl On, query: InspectionQuery) -> Result<Page<InspectionRow>, Fault> {
    let InspectionQuery { sort, seller_id, brand_id, category_id, state, opened_by, cursor, limit } = query;
    let sort = sort.unwrap_or(InspectionSort::Waiting);
    let (risk, id) = cursor.and_then(|cursor| cursor.decode::<(i32, ProductRevisionId)>()).unzip();
    let rows =
        QUEUE.all(on, (sort, seller_id, brand_id, category_id, state, risk, id, limit.fetch(), opened_by)).await?;
    Ok(Page::of(rows, limit, |row| (row.risk, row.id)))
}
