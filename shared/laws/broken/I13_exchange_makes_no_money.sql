-- A replacement came into being without a unit it replaces.
insert into product_orders
select n.* from product_orders o, jsonb_populate_record(o, jsonb_build_object(
    'id', gen_random_uuid(), 'product_order_no', 'BROKEN', 'line_no', 99, 'origin_product_order_id', o.id)) n
where o.line_no = 3 and o.decided_at is not null returning id::text;

-- A replacement is sold at another commission.
with replacement as (
    insert into product_orders
    select n.* from product_orders o, jsonb_populate_record(o, jsonb_build_object(
        'id', gen_random_uuid(), 'product_order_no', 'BROKEN', 'line_no', 99, 'origin_product_order_id', o.id, 'commission_rate', 0.5)) n
    where o.line_no = 3 and o.decided_at is not null returning *)
insert into claim_items (id, claim_id, product_order_id, unit_no, outcome, gross, discount, points, rewards, cash, replacement_product_order_id)
select gen_random_uuid(), (select id from claims limit 1), origin_product_order_id, 1, 'accepted',
       initial_gross, initial_discount, initial_points, initial_rewards, initial_paid, id
from replacement returning replacement_product_order_id::text;
