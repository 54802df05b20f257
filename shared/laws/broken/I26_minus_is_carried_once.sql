-- A minus was forgotten: the seller's next statement does not carry it.
insert into settlements
select n.* from settlements s, jsonb_populate_record(s, jsonb_build_object(
    'id', gen_random_uuid(), 'settlement_no', 'BROKEN', 'period_start', s.period_start - 70, 'period_end', s.period_end - 70, 'state', 'carried',
    'gross_amount', -100, 'seller_discount_amount', 0, 'fee_amount', 0, 'fee_vat_amount', 0, 'carry_in_amount', 0, 'net_amount', -100,
    'payout_amount', 0, 'carry_out_amount', -100)) n
order by s.id limit 1 returning id::text;

-- A minus was carried short of one won.
with minus as (
    insert into settlements
    select n.* from settlements s, jsonb_populate_record(s, jsonb_build_object(
        'id', gen_random_uuid(), 'settlement_no', 'BROKEN', 'period_start', s.period_start + 70, 'period_end', s.period_end + 70, 'state', 'carried',
        'gross_amount', -100, 'seller_discount_amount', 0, 'fee_amount', 0, 'fee_vat_amount', 0, 'carry_in_amount', 0, 'net_amount', -100,
        'payout_amount', 0, 'carry_out_amount', -100)) n
    order by s.id limit 1 returning *)
insert into settlement_lines (id, seller_id, line_type, carried_from_settlement_id, basis_date, gross, payout, created_at)
select gen_random_uuid(), seller_id, 'carry_forward', id, period_end, -99, -99, issued_at from minus returning carried_from_settlement_id::text;

-- A minus was paid out.
with minus as (
    insert into settlements
    select n.* from settlements s, jsonb_populate_record(s, jsonb_build_object(
        'id', gen_random_uuid(), 'settlement_no', 'BROKEN', 'period_start', s.period_start + 70, 'period_end', s.period_end + 70, 'state', 'carried',
        'gross_amount', -100, 'seller_discount_amount', 0, 'fee_amount', 0, 'fee_vat_amount', 0, 'carry_in_amount', 0, 'net_amount', -100,
        'payout_amount', 0, 'carry_out_amount', -100)) n
    order by s.id limit 1 returning *)
insert into payouts (id, settlement_id, seller_id, amount, batch_no, ref_payout_id, payout_date, requested_at)
select gen_random_uuid(), id, seller_id, 100, 'BROKEN', 'broken', expected_pay_date, issued_at from minus returning settlement_id::text;

-- A plus was carried on.
insert into settlement_lines (id, seller_id, line_type, carried_from_settlement_id, basis_date, gross, payout, created_at)
select gen_random_uuid(), seller_id, 'carry_forward', id, period_end, -1, -1, issued_at from settlements order by id limit 1 returning id::text;
