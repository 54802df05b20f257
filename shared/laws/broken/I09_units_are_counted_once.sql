-- A unit is gone from the line and was never accepted.
update claim_items set outcome = 'rejected' where outcome = 'accepted' returning product_order_id::text;

-- A unit that does not exist came back.
update claim_items set unit_no = 4 where outcome = 'accepted' returning product_order_id::text;

-- A line with something left is called returned.
update product_orders set state = 'returned' where line_no = 1 and decided_at is not null returning id::text;
