-- A line moved without a word in its history.
update product_orders set state = 'delivered' where line_no = 1 and decided_at is not null returning id::text;

-- A step of the history is missing.
delete from order_status_histories where to_state = 'paid' returning product_order_id::text;

-- A line was delivered before it was sent.
with preparing as (delete from order_status_histories where to_state in ('dispatched', 'delivering') returning product_order_id)
update order_status_histories h set from_state = 'preparing' from preparing p
where h.product_order_id = p.product_order_id and h.to_state = 'delivered' returning h.product_order_id::text;
