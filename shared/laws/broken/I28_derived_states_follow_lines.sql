-- A seller order stands elsewhere than its lines.
update seller_orders set state = 'shipping' where state = 'completed' returning id::text;

-- An order stands elsewhere than its lines.
update purchase_orders set state = 'in_progress' where state = 'completed' returning id::text;
