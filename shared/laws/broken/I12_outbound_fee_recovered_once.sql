-- Part of the outbound fee was recovered.
update claims set fee_recovered_outbound = 1, fee_total = 1, fee_from_cash = 1, goods_cash = goods_cash + 1
returning seller_order_id::text;

-- The fee was recovered where shipping was never waived.
with recovered as (
    update claims set fee_recovered_outbound = 3000, fee_total = 3000, fee_from_cash = 3000, goods_cash = goods_cash + 3000
    returning seller_order_id)
update seller_orders set shipping_waived = false where id in (select seller_order_id from recovered) returning id::text;

-- The fee was kept although everything was cancelled before dispatch.
with recovered as (
    update claims set fee_recovered_outbound = 3000, fee_total = 3000, fee_from_cash = 3000, goods_cash = goods_cash + 3000
    returning seller_order_id),
never_sent as (
    update product_orders set dispatched_at = null where seller_order_id in (select seller_order_id from recovered))
update seller_orders set state = 'canceled' where id in (select seller_order_id from recovered) returning id::text;
