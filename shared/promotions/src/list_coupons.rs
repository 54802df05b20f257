//! Coupons a customer can take now: all of them, or those good for a product, a brand or an exhibition.
//!
//! Only those meant for this customer are shown. One that is used up stays in the list as sold out.

use crate::coupon::{CouponRow, Target};
use db::On;
use kernel::{BrandId, CouponId, Cursor, Failure, Fault, Limit, Now, Page, ProductId, PromotionId, UserId};

/// What the coupons are to be good for; nothing set: anything.
#[derive(Debug, Clone, Copy, Default)]
pub struct GoodFor {
    pub product_id: Option<ProductId>,
    pub brand_id: Option<BrandId>,
    pub exhibition_id: Option<PromotionId>,
}

kernel::refusals! {
    /// Why a coupon cannot be read.
    pub enum CouponError {
        NotFound = 404 "coupon_not_found", "There is no such coupon.", "쿠폰을 찾을 수 없습니다.";
    }
}

db::row! { struct TargetsRow { targets: serde_json::Value } }

db::statements! {
    /// No included target means everything; an excluded one wins.
    static LIST: (Option<UserId>, Now, Option<ProductId>, Option<BrandId>, Option<PromotionId>, Option<CouponId>, i64) => CouponRow =
        "select c.id, c.name, c.type as coupon_type, c.seller_id, coalesce(s.display_name, s.company_name) as seller_name, c.discount_kind, c.discount_value,
                c.discount_rate, c.max_discount, c.min_order_amount, c.issue_method, c.per_user_limit,
                coalesce(c.issued_count >= c.total_limit, false) as sold_out, c.valid_from, c.valid_to, c.valid_days,
                (select count(*) from user_coupons w where w.coupon_id = c.id and w.user_id = $1) as held_count
         from coupons c left join sellers s on s.id = c.seller_id left join users u on u.id = $1
         where c.state = 'active' and c.issue_method = 'download' and (c.valid_to is null or c.valid_to > $2)
           and (not exists (select 1 from coupon_targets t where t.coupon_id = c.id and t.mode = 'include' and t.grade_id is not null)
                or exists (select 1 from coupon_targets t where t.coupon_id = c.id and t.mode = 'include' and t.grade_id = u.grade_id))
           and not exists (select 1 from coupon_targets t where t.coupon_id = c.id and t.mode = 'exclude' and t.grade_id = u.grade_id)
           and ($3::uuid is null and $4::uuid is null and $5::uuid is null or exists (
               select 1
               from products p
               cross join lateral (
                   with recursive up as (
                       select k.id, k.parent_id from categories k where k.id = p.category_id
                       union all select k.id, k.parent_id from categories k join up on k.id = up.parent_id)
                   select array_agg(up.id) as path from up) tree
               where p.state = 'on_sale' and ($3::uuid is null or p.id = $3) and ($4::uuid is null or p.brand_id = $4)
                 and ($5::uuid is null or exists (select 1 from promotion_products x where x.promotion_id = $5 and x.product_id = p.id and x.state = 'approved'))
                 and (c.seller_id is null or c.seller_id = p.seller_id)
                 and (not exists (select 1 from coupon_targets t where t.coupon_id = c.id and t.mode = 'include' and t.grade_id is null)
                      or exists (select 1 from coupon_targets t where t.coupon_id = c.id and t.mode = 'include'
                                 and (t.product_id = p.id or t.brand_id = p.brand_id or t.seller_id = p.seller_id or t.category_id = any(tree.path))))
                 and not exists (select 1 from coupon_targets t where t.coupon_id = c.id and t.mode = 'exclude'
                                 and (t.product_id = p.id or t.brand_id = p.brand_id or t.seller_id = p.seller_id or t.category_id = any(tree.path)))))
           and ($6::uuid is null or c.id < $6)
         order by c.id desc limit $7";
    /// What somebody holds can be read even after its campaign.
    static READ: (CouponId, Option<UserId>) => CouponRow =
        "select c.id, c.name, c.type as coupon_type, c.seller_id, coalesce(s.display_name, s.company_name) as seller_name, c.discount_kind, c.discount_value,
                c.discount_rate, c.max_discount, c.min_order_amount, c.issue_method, c.per_user_limit,
                coalesce(c.issued_count >= c.total_limit, false) as sold_out, c.valid_from, c.valid_to, c.valid_days,
                (select count(*) from user_coupons w where w.coupon_id = c.id and w.user_id = $2) as held_count
         from coupons c left join sellers s on s.id = c.seller_id where c.id = $1 and c.state <> 'draft'";
    static TARGETS: (CouponId,) => TargetsRow =
        "select coalesce(jsonb_agg(jsonb_build_object('mode', t.mode, 'category_id', t.category_id, 'brand_id', t.brand_id, 'seller_id', t.seller_id,
                    'product_id', t.product_id, 'grade_id', t.grade_id,
                    'name', coalesce(k.name, b.name_ko, s.display_name, s.company_name, p.name, g.name)) order by t.mode desc, t.id), '[]'::jsonb) as targets
         from coupon_targets t
         left join categories k on k.id = t.category_id left join brands b on b.id = t.brand_id left join sellers s on s.id = t.seller_id
         left join products p on p.id = t.product_id left join membership_grades g on g.id = t.grade_id
         where t.coupon_id = $1";
}

/// Coupons that can be taken, newest first.
pub async fn list(
    on: &impl On,
    who: Option<UserId>,
    good_for: GoodFor,
    cursor: Option<Cursor>,
    limit: Limit,
    now: Now,
) -> Result<Page<CouponRow>, Fault> {
    let after: Option<CouponId> = cursor.and_then(|cursor| cursor.decode());
    let GoodFor { product_id, brand_id, exhibition_id } = good_for;
    let rows = LIST.all(on, (who, now, product_id, brand_id, exhibition_id, after, limit.fetch())).await?;
    Ok(Page::of(rows, limit, |row| row.id))
}

/// Every coupon that can be taken for something, at most a hundred.
pub async fn all_good_for(on: &impl On, who: UserId, good_for: GoodFor, now: Now) -> Result<Vec<CouponId>, Fault> {
    let GoodFor { product_id, brand_id, exhibition_id } = good_for;
    let rows = LIST.all(on, (Some(who), now, product_id, brand_id, exhibition_id, None, 100)).await?;
    Ok(rows.into_iter().map(|row| row.id).collect())
}

/// One coupon and its scope.
pub async fn read(
    on: &impl On,
    who: Option<UserId>,
    coupon: CouponId,
) -> Result<(CouponRow, Vec<Target>), Failure<CouponError>> {
    let row = READ.opt(on, (coupon, who)).await?.ok_or(CouponError::NotFound)?;
    let targets = TARGETS.one(on, (coupon,)).await?.targets;
    Ok((row, serde_json::from_value(targets).map_err(Fault::internal)?))
}
