-- The customer_deposits balance of an order = its lines, shipping and claim fees that are not settled yet, so a finished and settled order leaves nothing behind.
with ledger as (
    select purchase_order_id, -sum(amount) amount from ledger_entries where account = 'customer_deposits' group by 1
),
line as (
    select o.purchase_order_id, sum(o.remaining_paid + o.remaining_points + o.remaining_rewards) amount
    from product_orders o
    where not exists (select 1 from settlement_lines s where s.product_order_id = o.id and s.line_type = 'product')
    group by 1
),
ship as (
    select so.purchase_order_id, sum(so.remaining_shipping_paid) amount
    from seller_orders so
    where not exists (select 1 from settlement_lines s where s.seller_order_id = so.id and s.line_type = 'shipping')
    group by 1
),
fee as (
    select c.purchase_order_id, sum(c.fee_from_cash + c.fee_from_points + c.fee_from_rewards + c.fee_from_prepaid) amount
    from claims c
    where c.state = 'done' and not exists (select 1 from settlement_lines s where s.claim_id = c.id and s.line_type = 'claim_fee')
    group by 1
),
-- Money that belongs to no line yet: surplus captures, and fees prepaid for a claim that is not done.
early as (
    select p.purchase_order_id, sum(p.captured_amount - p.refunded_amount) amount
    from payments p
    left join claims c on c.id = p.claim_id
    where p.is_surplus or p.purpose = 'claim_fee' and c.state <> 'done'
    group by 1
)
select po.id::text as id,
       format('%s order: deposits %s, lines %s + shipping %s + fees %s + early %s', po.state, coalesce(d.amount, 0), coalesce(l.amount, 0),
              coalesce(s.amount, 0), coalesce(f.amount, 0), coalesce(e.amount, 0)) as why
from purchase_orders po
left join ledger d on d.purchase_order_id = po.id
left join line l on l.purchase_order_id = po.id
left join ship s on s.purchase_order_id = po.id
left join fee f on f.purchase_order_id = po.id
left join early e on e.purchase_order_id = po.id
where $1::timestamptz is not null
  and coalesce(d.amount, 0) <> coalesce(e.amount, 0)
      + case when po.state in ('payment_waiting', 'canceled_by_nopayment') then 0
             else coalesce(l.amount, 0) + coalesce(s.amount, 0) + coalesce(f.amount, 0) end;
