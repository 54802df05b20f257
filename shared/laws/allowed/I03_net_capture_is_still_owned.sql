-- An operator gave a thousand won back for goodwill.
update payments set refunded_amount = refunded_amount + 1000 where captured_amount > 0;
insert into payment_refunds (id, payment_id, kind, amount, expected_refundable, state, idempotency_key, requested_by, approved_by, created_at)
select gen_random_uuid(), id, 'operator', 1000, amount, 'done', 'allowed-1', gen_random_uuid(), gen_random_uuid(), requested_at
from payments where captured_amount > 0
returning (select p.purchase_order_id::text from payments p where p.id = payment_refunds.payment_id);
