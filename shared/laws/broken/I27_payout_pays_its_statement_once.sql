-- A statement is called paid, and no money went out.
update settlements set state = 'paid' returning id::text;

-- A seller got one won less than its statement says.
with paid as (update settlements set state = 'paid' where id = (select id from settlements order by id limit 1) returning *)
insert into payouts (id, settlement_id, seller_id, amount, batch_no, state, ref_payout_id, payout_date, requested_at)
select gen_random_uuid(), id, seller_id, payout_amount - 1, 'BROKEN', 'completed', 'broken', expected_pay_date, issued_at
from paid returning settlement_id::text;

-- The money of one seller went to another.
with paid as (update settlements set state = 'paid' where id = (select id from settlements order by id limit 1) returning *)
insert into payouts (id, settlement_id, seller_id, amount, batch_no, state, ref_payout_id, payout_date, requested_at)
select gen_random_uuid(), p.id, (select s.id from sellers s where s.id <> p.seller_id limit 1), p.payout_amount, 'BROKEN', 'completed', 'broken',
       p.expected_pay_date, p.issued_at
from paid p returning settlement_id::text;

-- A statement was paid twice.
drop index payouts_one_live_per_settlement;
with paid as (update settlements set state = 'paid' where id = (select id from settlements order by id limit 1) returning *)
insert into payouts (id, settlement_id, seller_id, amount, batch_no, state, ref_payout_id, payout_date, requested_at)
select gen_random_uuid(), id, seller_id, payout_amount, 'BROKEN', 'completed', 'broken-' || time, expected_pay_date, issued_at
from paid, generate_series(1, 2) time returning settlement_id::text;

-- Money went out through a hold.
with hold as (
    insert into settlement_holds (id, seller_id, reason, placed_at)
    select gen_random_uuid(), seller_id, 'fraud', issued_at - interval '1 hour' from settlements order by id limit 1 returning seller_id)
insert into payouts (id, settlement_id, seller_id, amount, batch_no, state, ref_payout_id, payout_date, requested_at)
select gen_random_uuid(), s.id, s.seller_id, s.payout_amount, 'BROKEN', 'in_progress', 'broken', s.expected_pay_date, s.issued_at
from settlements s join hold h on h.seller_id = s.seller_id returning id::text;
