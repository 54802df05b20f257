-- A paid line let go of its stock.
update stock_reservations set state = 'released' where state = 'confirmed' returning product_order_id::text;

-- An unpaid line holds nothing.
update stock_reservations set state = 'released' where state = 'held' returning product_order_id::text;

-- A paid line took nothing off the shelf.
delete from stock_movements where kind = 'sale' and ref_type = 'product_orders' returning ref_id::text;

-- A unit was exchanged and no piece went out.
update claim_items set replacement_product_order_id = product_order_id where outcome = 'accepted' returning id::text;

-- A line nobody paid was ended and holds its stock.
update product_orders set state = 'canceled_by_nopayment' where state = 'payment_waiting' returning id::text;
