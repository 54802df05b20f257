-- No line is settled twice; every line decided before yesterday 00:00 KST has its settlement line; nothing undecided has one; no settlement line waits for a statement longer than one cycle (35 days).
select product_order_id::text as id, format('settled %s times', count(*)) as why
from settlement_lines
where line_type = 'product'
group by product_order_id
having count(*) > 1
union all
select o.id::text, format('decided at %s, not settled', o.decided_at)
from product_orders o
where o.decided_at < date_trunc('day', $1::timestamptz at time zone 'Asia/Seoul') at time zone 'Asia/Seoul' - interval '1 day'
  and not exists (select 1 from settlement_lines l where l.product_order_id = o.id and l.line_type = 'product')
union all
select o.id::text, 'settled, not decided'
from settlement_lines l
join product_orders o on o.id = l.product_order_id
where l.line_type = 'product' and o.decided_at is null
union all
select l.id::text, format('%s line of %s waits for a statement', l.line_type, l.basis_date)
from settlement_lines l
where l.settlement_id is null
  and l.basis_date < ($1::timestamptz at time zone 'Asia/Seoul')::date - 35;
