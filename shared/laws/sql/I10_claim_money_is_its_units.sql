-- What a finished cancel or return gives back for goods is the sum of its accepted units (0 for an exchange), and what a settled unit gave back is exactly the negative allocation rows that name it.
with accepted as (
    select claim_id, sum(cash)::bigint cash, sum(points)::bigint points, sum(rewards)::bigint rewards
    from claim_items
    where outcome = 'accepted'
    group by 1
),
reversed as (
    select claim_item_id, product_order_id,
           coalesce(-sum(amount) filter (where source not in ('points', 'rewards')), 0)::bigint discount,
           coalesce(-sum(amount) filter (where source = 'points'), 0)::bigint points,
           coalesce(-sum(amount) filter (where source = 'rewards'), 0)::bigint rewards
    from discount_allocations
    where claim_item_id is not null
    group by 1, 2
)
select c.id::text as id,
       format('%s: goods %s/%s/%s, units %s/%s/%s (cash/points/rewards)', c.type, c.goods_cash, c.goods_points, c.goods_rewards,
              coalesce(a.cash, 0), coalesce(a.points, 0), coalesce(a.rewards, 0)) as why
from claims c
left join accepted a on a.claim_id = c.id
where $1::timestamptz is not null
  and c.state = 'done'
  and (c.goods_cash, c.goods_points, c.goods_rewards) is distinct from
      case when c.type = 'exchange' then (0::bigint, 0::bigint, 0::bigint)
           else (coalesce(a.cash, 0), coalesce(a.points, 0), coalesce(a.rewards, 0)) end
union all
select i.id::text,
       format('unit %s/%s/%s, reversed %s/%s/%s (discount/points/rewards)', i.discount, i.points, i.rewards,
              coalesce(r.discount, 0), coalesce(r.points, 0), coalesce(r.rewards, 0))
from claim_items i
join claims c on c.id = i.claim_id
left join reversed r on r.claim_item_id = i.id and r.product_order_id = i.product_order_id
where i.outcome = 'accepted'
  and (c.state = 'done' or i.replacement_product_order_id is not null)
  and (i.discount, i.points, i.rewards) is distinct from (coalesce(r.discount, 0), coalesce(r.points, 0), coalesce(r.rewards, 0));
