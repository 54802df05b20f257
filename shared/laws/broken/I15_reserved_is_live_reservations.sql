-- One piece more is reserved than anybody holds.
update sku_stocks set reserved = reserved + 1 where reserved > 0 and reserved < on_hand returning sku_id::text;

-- A hold outlived its order.
update stock_reservations set expires_at = expires_at - interval '2 days' where state = 'held' returning sku_id::text;
