-- A replacement line starts with exactly the amounts of the units it replaces, and its origin is a line of the same seller order at the same unit price and commission rate.
with replaced as (
    select replacement_product_order_id line_id, count(*)::int units, sum(gross)::bigint gross, sum(discount)::bigint discount,
           sum(points)::bigint points, sum(rewards)::bigint rewards, sum(cash)::bigint cash
    from claim_items
    where replacement_product_order_id is not null
    group by 1
)
select n.id::text as id,
       format('%s x %s, units %s: line %s-%s-%s-%s=%s, units %s-%s-%s-%s=%s', n.initial_quantity, n.unit_price, r.units,
              n.initial_gross, n.initial_discount, n.initial_points, n.initial_rewards, n.initial_paid,
              r.gross, r.discount, r.points, r.rewards, r.cash) as why
from product_orders n
join product_orders o on o.id = n.origin_product_order_id
left join replaced r on r.line_id = n.id
where $1::timestamptz is not null
  and ((n.initial_quantity, n.initial_gross, n.initial_discount, n.initial_points, n.initial_rewards, n.initial_paid)
           is distinct from (r.units, r.gross, r.discount, r.points, r.rewards, r.cash)
    or n.unit_price <> o.unit_price
    or n.seller_order_id <> o.seller_order_id
    or n.commission_rate <> o.commission_rate);
