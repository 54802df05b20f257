-- For each paid order, captured - refunded = remaining cash of its lines + remaining shipping + claim fees kept out of cash - goodwill refunds by an operator.
with money as (
    select purchase_order_id, sum(captured_amount - refunded_amount) net
    from payments
    where purpose = 'order' and not is_surplus
    group by 1
),
line as (
    select purchase_order_id, sum(remaining_paid) cash from product_orders group by 1
),
ship as (
    select purchase_order_id, sum(remaining_shipping_paid) cash from seller_orders group by 1
),
fee as (
    select purchase_order_id, sum(fee_from_cash) cash from claims where state = 'done' group by 1
),
goodwill as (
    select p.purchase_order_id, sum(r.amount) cash
    from payment_refunds r
    join payments p on p.id = r.payment_id
    where r.kind = 'operator' and r.state = 'done'
    group by 1
)
select po.id::text as id,
       format('captured - refunded %s, lines %s + shipping %s + fees %s - goodwill %s', coalesce(m.net, 0), coalesce(l.cash, 0),
              coalesce(s.cash, 0), coalesce(f.cash, 0), coalesce(g.cash, 0)) as why
from purchase_orders po
left join money m on m.purchase_order_id = po.id
left join line l on l.purchase_order_id = po.id
left join ship s on s.purchase_order_id = po.id
left join fee f on f.purchase_order_id = po.id
left join goodwill g on g.purchase_order_id = po.id
where $1::timestamptz is not null
  and po.state not in ('payment_waiting', 'canceled_by_nopayment')
  and coalesce(m.net, 0) <> coalesce(l.cash, 0) + coalesce(s.cash, 0) + coalesce(f.cash, 0) - coalesce(g.cash, 0);
