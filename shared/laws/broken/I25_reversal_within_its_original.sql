-- A reversal adds where it should take back.
insert into settlement_lines
select n.* from settlement_lines l, jsonb_populate_record(l, jsonb_build_object(
    'id', gen_random_uuid(), 'line_type', 'product_reversal', 'reverses_line_id', l.id, 'claim_item_id', gen_random_uuid())) n
where l.line_type = 'product' returning reverses_line_id::text;

-- A reversal takes back one won more than was settled.
insert into settlement_lines
select n.* from settlement_lines l, jsonb_populate_record(l, jsonb_build_object(
    'id', gen_random_uuid(), 'line_type', 'product_reversal', 'reverses_line_id', l.id, 'claim_item_id', gen_random_uuid(), 'quantity', -l.quantity,
    'gross', -l.gross - 1, 'seller_discount', -l.seller_discount, 'fee', -l.fee, 'fee_vat', -l.fee_vat, 'payout', -l.payout - 1)) n
where l.line_type = 'product' returning reverses_line_id::text;

-- Everything came back and the commission was kept.
insert into settlement_lines
select n.* from settlement_lines l, jsonb_populate_record(l, jsonb_build_object(
    'id', gen_random_uuid(), 'line_type', 'product_reversal', 'reverses_line_id', l.id, 'claim_item_id', gen_random_uuid(), 'quantity', -l.quantity,
    'gross', -l.gross, 'seller_discount', -l.seller_discount, 'fee', 0, 'fee_vat', 0, 'payout', -l.gross + l.seller_discount)) n
where l.line_type = 'product' returning reverses_line_id::text;

-- Another seller was charged for it.
insert into settlement_lines
select n.* from settlement_lines l, jsonb_populate_record(l, jsonb_build_object(
    'id', gen_random_uuid(), 'line_type', 'product_reversal', 'reverses_line_id', l.id, 'claim_item_id', gen_random_uuid(), 'quantity', -l.quantity,
    'gross', -l.gross, 'seller_discount', -l.seller_discount, 'fee', -l.fee, 'fee_vat', -l.fee_vat, 'payout', -l.payout,
    'seller_id', (select s.id from sellers s where s.id <> l.seller_id limit 1))) n
where l.line_type = 'product' returning reverses_line_id::text;
