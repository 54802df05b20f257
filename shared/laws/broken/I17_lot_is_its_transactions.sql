-- A lot has one more point than its transactions.
update point_lots set remaining = remaining + 1 where remaining < amount returning id::text;

-- A lot was granted another amount.
update point_transactions set amount = amount + 1 where kind = 'grant' returning point_lot_id::text;

-- A lot belongs to somebody else than its transactions.
update point_lots l set user_id = (select u.id from users u where u.id <> l.user_id limit 1) returning id::text;

-- A lot of points holds rewards.
update point_lots set balance = case balance when 'points' then 'rewards' else 'points' end returning id::text;

-- An expired lot still holds something.
update point_lots set expires_at = granted_at - interval '1 year' where remaining > 0 returning id::text;
