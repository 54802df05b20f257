-- Points were used without a transaction.
delete from point_transactions where kind = 'use' and balance = 'points' returning purchase_order_id::text;

-- A claim gave rewards back that never reached their lot.
delete from point_transactions where kind = 'restore' and balance = 'rewards' returning purchase_order_id::text;

-- Somebody owes points that no claim asked for.
update users set points_debt = points_debt + 1
where id = (select user_id from purchase_orders where paid_at is not null) returning id::text;

-- A claim ordered points back that nobody took.
update claims set clawback_points = clawback_points + 1 where state = 'done'
returning (select user_id::text from purchase_orders o where o.id = claims.purchase_order_id);

-- An order nobody paid kept the points that were used for it.
update purchase_orders set state = 'canceled_by_nopayment' where paid_at is not null and points_used > 0 returning id::text;
