-- A hold outlives its order while nobody knows whether it was paid.
update payments set state = 'unknown' where state = 'ready';
update stock_reservations set expires_at = expires_at - interval '2 days' where state = 'held' returning sku_id::text;
