-- A paid order captured nothing.
update payments set captured_amount = 0, refunded_amount = 0 where captured_amount > 0 returning purchase_order_id::text;

-- An order nobody paid captured its amount.
insert into payments (id, purchase_order_id, purpose, provider, pg_order_id, amount, captured_amount, state, requested_at)
select gen_random_uuid(), id, 'order', 'toss', 'broken-1', total_payable, total_payable, 'done', ordered_at
from purchase_orders where state = 'payment_waiting' returning purchase_order_id::text;

-- Somebody paid twice, and nobody gives it back.
insert into payments (id, purchase_order_id, purpose, provider, pg_order_id, amount, captured_amount, is_surplus, state, requested_at)
select gen_random_uuid(), id, 'order', 'toss', 'broken-2', total_payable, total_payable, true, 'done', ordered_at
from purchase_orders where paid_at is not null returning id::text;
