-- The books owe a customer one point more.
update ledger_entries set amount = amount - 1 where account = 'points_liability' and amount < -1 returning user_id::text;

-- A lot was emptied behind the books' back.
update point_lots set remaining = 0 where remaining > 0 and balance = 'rewards' returning user_id::text;
