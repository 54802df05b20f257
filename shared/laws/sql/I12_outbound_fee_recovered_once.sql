-- The recovered outbound fees of a seller order add up to 0 or its base fee, only where shipping was waived, and to 0 when it was cancelled whole before dispatch.
with recovered as (
    select seller_order_id, sum(fee_recovered_outbound) amount
    from claims
    where state not in ('rejected', 'withdrawn')
    group by 1
)
select s.id::text as id,
       format('%s seller order: recovered %s, base fee %s, waived %s', s.state, r.amount, s.base_fee, s.shipping_waived) as why
from seller_orders s
join recovered r on r.seller_order_id = s.id
where $1::timestamptz is not null
  and (r.amount not in (0, s.base_fee)
    or r.amount <> 0 and not s.shipping_waived
    or r.amount <> 0 and s.state = 'canceled'
       and not exists (select 1 from product_orders o where o.seller_order_id = s.id and o.dispatched_at is not null));
