-- A piece appeared on the shelf.
update sku_stocks set on_hand = on_hand + 1 where sku_id = (select sku_id from product_orders order by id limit 1) returning sku_id::text;

-- A sale is missing among the movements.
delete from stock_movements where kind = 'sale' returning sku_id::text;

-- The newest movement says another number.
update stock_movements m set on_hand_after = on_hand_after + 1
where stock_version = (select max(stock_version) from stock_movements n where n.sku_id = m.sku_id) returning sku_id::text;
