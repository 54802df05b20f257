-- The seller bears two won more of the cart coupon than agreed.
update discount_allocations set amount = amount + 2 where source = 'cart_coupon' and bearer = 'seller' and claim_id is null
returning product_order_id::text;

-- The share was changed after the fact.
update coupons set seller_share_rate = 0.4 where type = 'cart' returning (
    select a.product_order_id::text from discount_allocations a join user_coupons u on u.id = a.user_coupon_id
    where u.coupon_id = coupons.id and a.claim_id is null limit 1);

-- The seller bears nothing of its own sale.
update discount_allocations set bearer = 'platform' where source = 'promotion' and claim_id is null returning product_order_id::text;

-- The seller bears points.
alter table discount_allocations drop constraint discount_allocations_platform_bears;
update discount_allocations set bearer = 'seller' where source = 'points' and claim_id is null returning product_order_id::text;

-- The seller bears rewards.
alter table discount_allocations drop constraint discount_allocations_platform_bears;
update discount_allocations set bearer = 'seller' where source = 'rewards' and claim_id is null returning product_order_id::text;

-- The seller bears the customer's grade.
alter table discount_allocations drop constraint discount_allocations_platform_bears;
update discount_allocations set bearer = 'seller' where source = 'grade' and claim_id is null returning product_order_id::text;
