-- Reserved stock of a SKU is the sum of its held reservations, and no hold outlives its expiry by more than 15 minutes (an unknown payment is excused).
select s.sku_id::text as id, format('reserved %s, held %s', s.reserved, coalesce(r.quantity, 0)) as why
from sku_stocks s
left join (select sku_id, sum(quantity) quantity from stock_reservations where state = 'held' group by 1) r on r.sku_id = s.sku_id
where s.reserved <> coalesce(r.quantity, 0)
union all
select r.sku_id::text, format('reservation %s is held and expired at %s', r.id, r.expires_at)
from stock_reservations r
join product_orders o on o.id = r.product_order_id
where r.state = 'held'
  and r.expires_at < $1::timestamptz - interval '15 minutes'
  and not exists (select 1 from payments p where p.purchase_order_id = o.purchase_order_id and p.state = 'unknown');
