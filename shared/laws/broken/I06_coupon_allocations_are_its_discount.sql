-- A used coupon says another discount than its rows.
update user_coupons set discount_amount = discount_amount - 1
where id = (select id from user_coupons where state = 'used' order by id limit 1) returning id::text;

-- A coupon gave more than it may.
update coupons set discount_value = discount_value - 1 where type = 'cart'
returning (select u.id::text from user_coupons u where u.coupon_id = coupons.id and u.state = 'used');

-- Somebody holds a coupon once too often.
update user_coupons set issue_no = issue_no + 1
where id = (select id from user_coupons where state = 'used' order by id limit 1) returning id::text;

-- A coupon counts one more than there are.
update coupons set issued_count = issued_count + 1 where type = 'cart' returning id::text;
