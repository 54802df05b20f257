-- The first allocation rows of a reserved or used coupon add up to its discount, which never exceeds the coupon's cap; a free coupon has no open discount; issue counters hold.
with allocated as (
    select user_coupon_id, purchase_order_id, sum(amount) amount
    from discount_allocations
    where claim_id is null and user_coupon_id is not null
    group by 1, 2
)
select uc.id::text as id,
       format('%s coupon, issue %s of %s: discount %s, rows %s, cap %s', uc.state, uc.issue_no, c.per_user_limit, uc.discount_amount,
              coalesce(a.amount, 0), coalesce(case c.discount_kind when 'fixed' then c.discount_value else c.max_discount end::text, 'none')) as why
from user_coupons uc
join coupons c on c.id = uc.coupon_id
left join allocated a on a.user_coupon_id = uc.id and a.purchase_order_id = uc.purchase_order_id
where $1::timestamptz is not null
  and (uc.discount_amount <> coalesce(a.amount, 0)
    or uc.discount_amount > coalesce(case c.discount_kind when 'fixed' then c.discount_value else c.max_discount end, uc.discount_amount)
    or uc.issue_no > c.per_user_limit)
union all
select c.id::text, format('issued_count %s, coupons in wallets %s', c.issued_count, (select count(*) from user_coupons u where u.coupon_id = c.id))
from coupons c
where c.issued_count <> (select count(*) from user_coupons u where u.coupon_id = c.id);
