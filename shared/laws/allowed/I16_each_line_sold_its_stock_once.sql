-- A line was paid five minutes ago, and its stock has not followed yet.
update product_orders set state = 'paid' where state = 'payment_waiting';
insert into order_status_histories (id, purchase_order_id, product_order_id, from_state, to_state, cause, actor_type, occurred_at)
select gen_random_uuid(), o.purchase_order_id, o.id, 'payment_waiting', 'paid', 'allowed', 'system', p.ordered_at - interval '5 minutes'
from product_orders o join purchase_orders p on p.id = o.purchase_order_id and p.state = 'payment_waiting'
returning product_order_id::text;
