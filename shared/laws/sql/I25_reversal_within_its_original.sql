-- Reversals of a settlement line have the opposite sign, the same seller and the same order line, and together never exceed it in any amount; reversing the whole gross reverses everything.
with reversal as (
    select r.reverses_line_id, sum(r.gross) gross, sum(r.seller_discount) discount, sum(r.fee) fee, sum(r.fee_vat) fee_vat,
           sum(r.payout) payout, max(r.gross) highest,
           bool_and(r.line_type in ('product_reversal', 'shipping_reversal')) proper,
           bool_and(r.seller_id = o.seller_id and r.product_order_id is not distinct from o.product_order_id) same
    from settlement_lines r
    join settlement_lines o on o.id = r.reverses_line_id
    group by 1
)
select o.id::text as id,
       format('%s %s - %s - %s - %s = %s, reversals %s - %s - %s - %s = %s', o.line_type, o.gross, o.seller_discount, o.fee, o.fee_vat,
              o.payout, r.gross, r.discount, r.fee, r.fee_vat, r.payout) as why
from settlement_lines o
join reversal r on r.reverses_line_id = o.id
where $1::timestamptz is not null
  and (not r.proper or not r.same or r.highest > 0
    or o.gross + r.gross < 0 or o.seller_discount + r.discount < 0 or o.fee + r.fee < 0 or o.fee_vat + r.fee_vat < 0
    or o.gross + r.gross = 0
       and (o.seller_discount + r.discount, o.fee + r.fee, o.fee_vat + r.fee_vat, o.payout + r.payout) is distinct from (0::numeric, 0::numeric, 0::numeric, 0::numeric));
