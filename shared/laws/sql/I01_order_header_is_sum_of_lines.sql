-- Header amounts of a purchase order equal the initial amounts of its lines (exchange replacements left out) and the initial shipping of its seller orders.
with line as (
    select purchase_order_id, sum(initial_gross) gross, sum(initial_discount) discount, sum(initial_points) points,
           sum(initial_rewards) rewards, sum(initial_paid) cash
    from product_orders
    where origin_product_order_id is null
    group by 1
),
ship as (
    select purchase_order_id, sum(initial_shipping_paid) fee from seller_orders group by 1
)
select po.id::text as id,
       format('header %s - %s - %s - %s + %s = %s, lines %s - %s - %s - %s + %s = %s',
              po.goods_amount, po.discount_amount, po.points_used, po.rewards_used, po.shipping_amount, po.total_payable,
              coalesce(l.gross, 0), coalesce(l.discount, 0), coalesce(l.points, 0), coalesce(l.rewards, 0), coalesce(s.fee, 0),
              coalesce(l.cash, 0) + coalesce(s.fee, 0)) as why
from purchase_orders po
left join line l on l.purchase_order_id = po.id
left join ship s on s.purchase_order_id = po.id
where $1::timestamptz is not null
  and (po.goods_amount <> coalesce(l.gross, 0)
    or po.discount_amount <> coalesce(l.discount, 0)
    or po.points_used <> coalesce(l.points, 0)
    or po.rewards_used <> coalesce(l.rewards, 0)
    or po.shipping_amount <> coalesce(s.fee, 0)
    or po.total_payable <> coalesce(l.cash, 0) + coalesce(s.fee, 0));
