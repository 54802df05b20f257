-- Remaining quantity = initial quantity - units accepted in finished claims (an exchanged unit counts when its replacement exists); unit numbers exist; a line is canceled, returned or exchanged exactly when nothing remains.
with gone as (
    select i.product_order_id, count(*) units, max(i.unit_no) highest
    from claim_items i
    join claims c on c.id = i.claim_id
    where i.outcome = 'accepted' and (c.state = 'done' or i.replacement_product_order_id is not null)
    group by 1
)
select o.id::text as id,
       format('%s line: initial %s, remaining %s, units gone %s, highest unit %s', o.state, o.initial_quantity, o.remaining_quantity,
              coalesce(g.units, 0), coalesce(g.highest, 0)) as why
from product_orders o
left join gone g on g.product_order_id = o.id
where $1::timestamptz is not null
  and (o.remaining_quantity <> o.initial_quantity - coalesce(g.units, 0)
    or coalesce(g.highest, 0) > o.initial_quantity
    or (o.state in ('canceled', 'returned', 'exchanged')) <> (o.remaining_quantity = 0));
