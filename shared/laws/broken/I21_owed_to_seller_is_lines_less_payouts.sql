-- The books owe a seller one won more.
update ledger_entries set amount = amount - 1 where account = 'seller_payable' and amount < -1 returning seller_id::text;

-- A line was never posted.
delete from settlement_lines where line_type = 'shipping' returning seller_id::text;

-- A seller was paid and the books do not know.
insert into payouts (id, settlement_id, seller_id, amount, batch_no, state, ref_payout_id, payout_date, requested_at)
select gen_random_uuid(), id, seller_id, payout_amount, 'BROKEN', 'completed', 'broken', expected_pay_date, issued_at
from settlements order by id limit 1 returning seller_id::text;
