-- A line was decided and never settled.
delete from settlement_lines where line_type = 'product' returning product_order_id::text;

-- A line was settled and never decided.
update product_orders set decided_at = null, decided_by = null where line_no = 1 and decided_at is not null returning id::text;

-- A settlement line waits for a statement for more than a month.
update settlement_lines set settlement_id = null, basis_date = basis_date - 40 where line_type = 'product' returning id::text;

-- A line was settled twice.
drop index settlement_lines_product_once;
insert into settlement_lines
select n.* from settlement_lines l, jsonb_populate_record(l, jsonb_build_object('id', gen_random_uuid())) n
where l.line_type = 'product' returning product_order_id::text;
