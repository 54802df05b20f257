-- One won more went back than the lines say.
update payments set refunded_amount = refunded_amount + 1 where captured_amount > 0 returning purchase_order_id::text;

-- A line lost one won of its cash.
update product_orders set remaining_paid = remaining_paid - 1, remaining_discount = remaining_discount + 1
where line_no = 2 and decided_at is not null returning purchase_order_id::text;

-- A fee was kept out of cash that was not there.
update claims set fee_return = 1, fee_total = 1, fee_from_cash = 1, goods_cash = goods_cash + 1 returning purchase_order_id::text;
