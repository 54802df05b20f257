-- Stock on hand of a SKU is the sum of its movements, and the newest movement agrees.
select s.sku_id::text as id,
       format('on hand %s, movements %s, newest says %s', s.on_hand, coalesce(m.quantity, 0), newest.on_hand_after) as why
from sku_stocks s
left join (select sku_id, sum(quantity) quantity from stock_movements group by 1) m on m.sku_id = s.sku_id
left join lateral (select on_hand_after from stock_movements x where x.sku_id = s.sku_id order by stock_version desc limit 1) newest on true
where $1::timestamptz is not null
  and (s.on_hand <> coalesce(m.quantity, 0) or s.on_hand <> newest.on_hand_after);
