-- One won more was taken as commission.
update settlement_lines set fee = fee + 1, payout = payout - 1 where line_type = 'product' returning id::text;

-- The VAT was rounded up.
update settlement_lines set fee_vat = fee_vat + 1, payout = payout - 1 where line_type = 'product' returning id::text;

-- The rate of the order was changed after it was settled.
update product_orders o set commission_rate = 0.5 where line_no = 1 and decided_at is not null
returning (select l.id::text from settlement_lines l where l.product_order_id = o.id and l.line_type = 'product');

-- The line was settled for a piece more than is owned.
update settlement_lines set quantity = quantity + 1 where line_type = 'product' returning product_order_id::text;

-- The seller's part of a discount is gone.
delete from discount_allocations where source = 'promotion' and bearer = 'seller' and claim_id is null returning product_order_id::text;
