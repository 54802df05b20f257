-- A paid order has captured exactly total_payable, an unpaid one nothing; a surplus capture (late or duplicate) is refunded whole or on its way.
-- An order whose deposit was taken back after goods had moved is named here and in I03 until people have found the money.
with captured as (
    select purchase_order_id, sum(captured_amount) amount
    from payments
    where purpose = 'order' and not is_surplus
    group by 1
)
select po.id::text as id, format('%s order: payable %s, captured %s', po.state, po.total_payable, coalesce(c.amount, 0)) as why
from purchase_orders po
left join captured c on c.purchase_order_id = po.id
where $1::timestamptz is not null
  and coalesce(c.amount, 0) <> case when po.state in ('payment_waiting', 'canceled_by_nopayment') then 0 else po.total_payable end
union all
select p.id::text, format('surplus: captured %s, refunded %s, no refund on its way', p.captured_amount, p.refunded_amount)
from payments p
where p.is_surplus
  and p.captured_amount <> p.refunded_amount
  and not exists (select 1 from payment_refunds r where r.payment_id = p.id and r.state in ('requested', 'processing', 'unknown'));
