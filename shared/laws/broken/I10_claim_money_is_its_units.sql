-- A claim gives one point more than its units.
update claims set goods_points = goods_points + 1, refund_points = refund_points + 1 where state = 'done' returning id::text;

-- A unit gave points for cash.
update claim_items set points = points + 1, cash = cash - 1 where outcome = 'accepted' returning id::text;

-- The reversed allocation of a unit is gone.
delete from discount_allocations where claim_item_id is not null and source = 'rewards' returning claim_item_id::text;
