-- A line began with one won of discount that nobody gave.
update product_orders set initial_discount = initial_discount + 1, initial_paid = initial_paid - 1
where line_no = 2 and decided_at is not null returning id::text;

-- A discount is on the line and in no row.
delete from discount_allocations where source = 'grade' and claim_id is null returning product_order_id::text;

-- What a claim took back is in no row.
delete from discount_allocations where source = 'points' and claim_id is not null returning product_order_id::text;

-- The shipping coupon is in no row.
delete from discount_allocations where source = 'shipping_coupon' returning seller_order_id::text;
