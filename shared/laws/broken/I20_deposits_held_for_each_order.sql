-- The books hold one won more for an order.
update ledger_entries set amount = amount - 1 where account = 'customer_deposits' and amount < -1 returning purchase_order_id::text;

-- Money is held for an order nobody paid.
insert into ledger_entries (id, ledger_transaction_id, account, purchase_order_id, amount)
select gen_random_uuid(), (select id from ledger_transactions limit 1), 'customer_deposits', id, -1
from purchase_orders where state = 'payment_waiting' returning purchase_order_id::text;

-- A line was settled and its deposit is still there.
delete from settlement_lines where line_type = 'product'
returning (select purchase_order_id::text from product_orders o where o.id = settlement_lines.product_order_id);
