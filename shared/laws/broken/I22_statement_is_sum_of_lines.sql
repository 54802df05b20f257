-- A statement says one won more than its lines.
update settlements set gross_amount = gross_amount + 1, net_amount = net_amount + 1, payout_amount = payout_amount + 1 returning id::text;

-- A line left its statement.
update settlement_lines set settlement_id = null
where id = (select id from settlement_lines where settlement_id is not null order by id limit 1)
returning (select s.id::text from settlements s where s.seller_id = settlement_lines.seller_id);

-- A line stands on another seller's statement.
update settlement_lines l set settlement_id = (select s.id from settlements s where s.seller_id <> l.seller_id limit 1)
where l.line_type = 'product' returning id::text;
