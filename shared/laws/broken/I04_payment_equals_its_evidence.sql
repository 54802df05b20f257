-- One won more went back than the gateway sent.
update payments set refunded_amount = refunded_amount + 1 where captured_amount > 0 returning id::text;

-- The gateway's capture is not in the evidence.
delete from payment_transactions where kind = 'confirm' and result = 'success' returning payment_id::text;

-- A payment that holds money is called canceled.
update payments set state = 'canceled' where captured_amount > refunded_amount returning id::text;
