-- A wish was told and nobody heard.
insert into restock_subscriptions (id, user_id, sku_id, state, requested_at, notified_at)
select gen_random_uuid(), l.user_id, l.sku_id, 'notified', o.paid_at, o.paid_at
from product_orders l join purchase_orders o on o.id = l.purchase_order_id where o.paid_at is not null limit 1 returning id::text;

-- Somebody heard whose wish still waits.
insert into restock_subscriptions (id, user_id, sku_id, requested_at)
select gen_random_uuid(), l.user_id, l.sku_id, o.paid_at
from product_orders l join purchase_orders o on o.id = l.purchase_order_id where o.paid_at is not null limit 1;
insert into notifications (id, user_id, template_code, nature, dedupe_key, created_at)
select gen_random_uuid(), user_id, 'restock', 'transactional', 'restock:' || id, requested_at from restock_subscriptions
returning substr(dedupe_key, 9);
