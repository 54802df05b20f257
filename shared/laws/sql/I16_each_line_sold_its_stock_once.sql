-- Ten minutes after it was paid an original line has a confirmed reservation and one net sale movement of its quantity; unpaid lines hold, lines cancelled for non-payment have released, and neither has moved stock; each exchanged unit moved one piece out.
with sold as (
    select ref_id, sum(quantity) quantity
    from stock_movements
    where ref_type = 'product_orders' and kind in ('sale', 'sale_reversal')
    group by 1
),
want as (
    select o.id, o.state, o.initial_quantity,
           case o.state when 'payment_waiting' then 'held' when 'canceled_by_nopayment' then 'released' else 'confirmed' end reservation,
           case when o.state in ('payment_waiting', 'canceled_by_nopayment') then 0 else -o.initial_quantity end moved
    from product_orders o
    where o.origin_product_order_id is null
      -- Stock follows a payment, its failure or a deposit taken back by an event: ten minutes of grace.
      and not exists (
          select 1 from order_status_histories h
          where h.product_order_id = o.id
            and h.occurred_at > $1::timestamptz - interval '10 minutes'
            and (h.to_state in ('paid', 'canceled_by_nopayment') or h.to_state = 'payment_waiting' and h.from_state is not null))
)
select w.id::text as id,
       format('%s line of %s: reservation %s of %s, moved %s', w.state, w.initial_quantity, coalesce(r.state, 'missing'),
              coalesce(r.quantity, 0), coalesce(s.quantity, 0)) as why
from want w
left join stock_reservations r on r.product_order_id = w.id
left join sold s on s.ref_id = w.id
where r.state is distinct from w.reservation
   or r.quantity <> w.initial_quantity
   or coalesce(s.quantity, 0) <> w.moved
union all
select i.id::text, 'exchanged unit did not move exactly one piece out'
from claim_items i
where i.replacement_product_order_id is not null
  and (select coalesce(sum(m.quantity), 0) from stock_movements m
       where m.ref_type = 'claim_items' and m.ref_id = i.id and m.kind = 'exchange_out') <> -1;
