-- The states of purchase orders and seller orders are what their lines say (exchanged originals left out): these CASEs are the definition.
with line as (
    select purchase_order_id, seller_order_id, state,
           state in ('canceled', 'returned', 'canceled_by_nopayment') closed,
           state in ('dispatched', 'delivering', 'delivered', 'purchase_decided') shipped
    from product_orders
    where state <> 'exchanged'
),
seller_order as (
    select seller_order_id id,
           case when bool_and(state = 'payment_waiting') then 'payment_waiting'
                when bool_and(state = 'canceled_by_nopayment') then 'canceled_by_nopayment'
                when bool_and(closed) then 'canceled'
                when bool_and(closed or state = 'purchase_decided') then 'completed'
                when bool_and(closed or state in ('delivered', 'purchase_decided')) then 'delivered'
                when bool_and(closed or shipped) then 'shipping'
                when bool_or(shipped) then 'partially_shipped'
                when bool_or(state = 'preparing') then 'preparing'
                else 'new' end state
    from line
    group by 1
),
purchase_order as (
    select purchase_order_id id,
           case when bool_and(state = 'payment_waiting') then 'payment_waiting'
                when bool_and(state = 'canceled_by_nopayment') then 'canceled_by_nopayment'
                when bool_and(closed) then 'canceled'
                when bool_and(closed or state = 'purchase_decided') then 'completed'
                else 'in_progress' end state
    from line
    group by 1
)
select s.id::text as id, format('seller order is %s, its lines say %s', s.state, coalesce(d.state, 'nothing')) as why
from seller_orders s
left join seller_order d on d.id = s.id
where $1::timestamptz is not null
  and s.state is distinct from d.state
union all
select p.id::text, format('purchase order is %s, its lines say %s', p.state, coalesce(d.state, 'nothing'))
from purchase_orders p
left join purchase_order d on d.id = p.id
where p.state is distinct from d.state;
