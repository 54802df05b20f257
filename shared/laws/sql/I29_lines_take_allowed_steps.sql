-- The history of an order line is a chain of allowed transitions that ends in its current state.
with step as (
    select product_order_id, from_state, to_state,
           lag(to_state) over line previous, lead(to_state) over line following
    from order_status_histories
    window line as (partition by product_order_id order by seq)
),
allowed (from_state, to_state) as (values
    (null, 'payment_waiting'), (null, 'dispatched'),
    ('payment_waiting', 'paid'), ('payment_waiting', 'canceled_by_nopayment'),
    ('paid', 'preparing'), ('paid', 'canceled'), ('paid', 'payment_waiting'),
    ('preparing', 'dispatched'), ('preparing', 'canceled'), ('preparing', 'payment_waiting'),
    ('dispatched', 'preparing'), ('dispatched', 'delivering'), ('dispatched', 'delivered'), ('dispatched', 'returned'), ('dispatched', 'exchanged'),
    ('delivering', 'delivered'), ('delivering', 'purchase_decided'), ('delivering', 'returned'), ('delivering', 'exchanged'),
    ('delivered', 'purchase_decided'), ('delivered', 'returned'), ('delivered', 'exchanged'),
    ('purchase_decided', 'returned')
)
select s.product_order_id::text as id,
       format('%s -> %s after %s', coalesce(s.from_state, '(new)'), s.to_state, coalesce(s.previous, '(nothing)')) as why
from step s
where $1::timestamptz is not null
  and (s.from_state is distinct from s.previous
    or not exists (select 1 from allowed a where a.from_state is not distinct from s.from_state and a.to_state = s.to_state))
union all
select o.id::text, format('line is %s, its history ends in %s', o.state, coalesce(s.to_state, 'nothing'))
from product_orders o
left join step s on s.product_order_id = o.id and s.following is null
where s.to_state is distinct from o.state;
