-- no transaction
-- What a seller's customers confirmed, in the order it is accrued: read page by page, however many other sellers there are.

create index concurrently if not exists product_orders_confirmed on product_orders (seller_id, decided_at, id) where state = 'purchase_decided';
drop index concurrently if exists product_orders_to_settle;
