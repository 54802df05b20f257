-- The gateway sent back one won more than the claim says.
update payment_refunds set amount = amount + 1 where claim_id is not null returning claim_id::text;

-- Money went back for a claim that is not done.
update claims set state = 'approved' where state = 'done' returning id::text;

-- A claim is done and its prepaid fee was never paid.
update claims set fee_return = 1, fee_total = 1, fee_from_prepaid = 1 where state = 'done' returning id::text;
