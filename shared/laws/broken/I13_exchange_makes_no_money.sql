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

-- A replacement costs a won more.
with replacement as (
    insert into product_orders
    select n.* from product_orders o, jsonb_populate_record(o, jsonb_build_object(
        'id', gen_random_uuid(), 'product_order_no', 'BROKEN', 'line_no', 99, 'origin_product_order_id', o.id, 'unit_price', o.unit_price + 1,
        'initial_gross', o.initial_gross + 1, 'remaining_gross', o.remaining_gross + 1,
        'initial_paid', o.initial_paid + 1, 'remaining_paid', o.remaining_paid + 1)) n
    where o.line_no = 3 and o.decided_at is not null returning *)
insert into claim_items (id, claim_id, product_order_id, unit_no, outcome, gross, discount, points, rewards, cash, replacement_product_order_id)
select gen_random_uuid(), (select id from claims limit 1), origin_product_order_id, 1, 'accepted',
       initial_gross, initial_discount, initial_points, initial_rewards, initial_paid, id
from replacement returning replacement_product_order_id::text;

-- A replacement belongs to another seller's part of the order.
with replacement as (
    insert into product_orders
    select n.* from product_orders o, jsonb_populate_record(o, jsonb_build_object(
        'id', gen_random_uuid(), 'product_order_no', 'BROKEN', 'line_no', 99, 'origin_product_order_id', o.id,
        'seller_order_id', (select s.id from seller_orders s where s.purchase_order_id = o.purchase_order_id and s.id <> o.seller_order_id))) n
    where o.line_no = 3 and o.decided_at is not null returning *)
insert into claim_items (id, claim_id, product_order_id, unit_no, outcome, gross, discount, points, rewards, cash, replacement_product_order_id)
select gen_random_uuid(), (select id from claims limit 1), origin_product_order_id, 1, 'accepted',
       initial_gross, initial_discount, initial_points, initial_rewards, initial_paid, id
from replacement returning replacement_product_order_id::text;

-- A replacement begins with a won less than its unit ended with.
with replacement as (
    insert into product_orders
    select n.* from product_orders o, jsonb_populate_record(o, jsonb_build_object(
        'id', gen_random_uuid(), 'product_order_no', 'BROKEN', 'line_no', 99, 'origin_product_order_id', o.id)) n
    where o.line_no = 3 and o.decided_at is not null returning *)
insert into claim_items (id, claim_id, product_order_id, unit_no, outcome, gross, discount, points, rewards, cash, replacement_product_order_id)
select gen_random_uuid(), (select id from claims limit 1), origin_product_order_id, 1, 'accepted',
       initial_gross + 1, initial_discount, initial_points, initial_rewards, initial_paid + 1, id
from replacement returning replacement_product_order_id::text;
