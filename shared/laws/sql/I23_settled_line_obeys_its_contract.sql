-- Fee base, fee and VAT of a settled line follow the rate and base fixed at order time, floored to the won; line plus reversals = what is still owned of the order line, seller-borne discount included.
select l.id::text as id,
       format('gross %s, discount %s, base %s at %s: fee %s, VAT %s; order line %s x %s, base %s at %s', l.gross, l.seller_discount,
              l.fee_base, l.commission_rate, l.fee, l.fee_vat, o.unit_price, l.quantity, o.commission_base, o.commission_rate) as why
from settlement_lines l
join product_orders o on o.id = l.product_order_id
where $1::timestamptz is not null
  and l.line_type = 'product'
  and (l.commission_rate <> o.commission_rate
    or l.fee_base <> case o.commission_base when 'gross' then l.gross else l.gross - l.seller_discount end
    or l.fee <> floor(l.fee_base * l.commission_rate)
    or l.fee_vat <> case o.fee_vat_payer when 'seller' then floor(l.fee * 0.1) else 0 end
    or l.gross <> o.unit_price * l.quantity)
union all
select o.id::text,
       format('settled net of reversals: gross %s, quantity %s, discount %s; owned: gross %s, quantity %s, discount %s',
              l.gross, l.quantity, l.discount, o.remaining_gross, o.remaining_quantity, coalesce(a.amount, 0))
from product_orders o
join (select product_order_id, sum(gross) gross, sum(quantity) quantity, sum(seller_discount) discount
      from settlement_lines
      where line_type in ('product', 'product_reversal')
      group by 1) l on l.product_order_id = o.id
left join (select product_order_id, sum(amount) amount
           from discount_allocations
           where bearer = 'seller' and product_order_id is not null
           group by 1) a on a.product_order_id = o.id
where l.gross <> o.remaining_gross
   or l.quantity <> o.remaining_quantity
   or l.discount <> coalesce(a.amount, 0);
