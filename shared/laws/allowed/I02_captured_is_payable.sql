-- Somebody paid twice, and the refund is on its way.
insert into payments (id, purchase_order_id, purpose, provider, pg_order_id, amount, captured_amount, is_surplus, state, requested_at)
select gen_random_uuid(), id, 'order', 'toss', 'allowed-1', total_payable, total_payable, true, 'done', ordered_at
from purchase_orders where paid_at is not null;
insert into payment_refunds (id, payment_id, kind, amount, expected_refundable, idempotency_key, created_at)
select gen_random_uuid(), id, 'duplicate', amount, amount, 'allowed-1', requested_at from payments where is_surplus
returning payment_id::text;
