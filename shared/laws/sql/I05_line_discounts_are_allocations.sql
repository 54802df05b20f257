-- Initial discount, points and rewards of a line are its positive allocation rows, remaining ones all its rows; the shipping discount of a seller order likewise.
with allocated as (
    select product_order_id,
           coalesce(sum(amount) filter (where amount > 0 and source not in ('points', 'rewards')), 0)::bigint discount0,
           coalesce(sum(amount) filter (where source not in ('points', 'rewards')), 0)::bigint discount1,
           coalesce(sum(amount) filter (where amount > 0 and source = 'points'), 0)::bigint points0,
           coalesce(sum(amount) filter (where source = 'points'), 0)::bigint points1,
           coalesce(sum(amount) filter (where amount > 0 and source = 'rewards'), 0)::bigint rewards0,
           coalesce(sum(amount) filter (where source = 'rewards'), 0)::bigint rewards1
    from discount_allocations
    where product_order_id is not null
    group by 1
),
shipping as (
    select seller_order_id, coalesce(sum(amount) filter (where amount > 0), 0) initial, sum(amount) remaining
    from discount_allocations
    where source = 'shipping_coupon'
    group by 1
)
select o.id::text as id,
       format('initial %s/%s/%s, rows %s/%s/%s; remaining %s/%s/%s, rows %s/%s/%s (discount/points/rewards)',
              o.initial_discount, o.initial_points, o.initial_rewards,
              coalesce(a.discount0, 0), coalesce(a.points0, 0), coalesce(a.rewards0, 0),
              o.remaining_discount, o.remaining_points, o.remaining_rewards,
              coalesce(a.discount1, 0), coalesce(a.points1, 0), coalesce(a.rewards1, 0)) as why
from product_orders o
left join allocated a on a.product_order_id = o.id
where $1::timestamptz is not null
  and ((o.initial_discount, o.initial_points, o.initial_rewards)
           is distinct from (coalesce(a.discount0, 0), coalesce(a.points0, 0), coalesce(a.rewards0, 0))
    or (o.remaining_discount, o.remaining_points, o.remaining_rewards)
           is distinct from (coalesce(a.discount1, 0), coalesce(a.points1, 0), coalesce(a.rewards1, 0)))
union all
select s.id::text,
       format('shipping discount %s, rows %s; of it now %s', s.shipping_discount, coalesce(a.initial, 0), coalesce(a.remaining, 0))
from seller_orders s
left join shipping a on a.seller_order_id = s.id
where s.shipping_discount <> coalesce(a.initial, 0)
   or coalesce(a.remaining, 0) <>
      case when s.remaining_shipping_paid = s.initial_shipping_paid
                and not exists (select 1 from claims c where c.seller_order_id = s.id and c.state = 'done' and c.shipping_refund > 0)
           then s.shipping_discount else 0 end;
