-- Every amount of a settlement equals the sum of its lines (carry-forwards apart), and a line belongs to a settlement of its own seller.
with line as (
    select settlement_id,
           coalesce(sum(gross) filter (where line_type <> 'carry_forward'), 0)::bigint gross,
           coalesce(sum(seller_discount) filter (where line_type <> 'carry_forward'), 0)::bigint discount,
           coalesce(sum(fee), 0)::bigint fee,
           coalesce(sum(fee_vat), 0)::bigint fee_vat,
           coalesce(sum(payout), 0)::bigint net,
           coalesce(sum(payout) filter (where line_type = 'carry_forward'), 0)::bigint carry_in
    from settlement_lines
    where settlement_id is not null
    group by 1
)
select s.id::text as id,
       format('statement %s - %s - %s - %s + %s = %s, lines %s - %s - %s - %s + %s = %s',
              s.gross_amount, s.seller_discount_amount, s.fee_amount, s.fee_vat_amount, s.carry_in_amount, s.net_amount,
              coalesce(l.gross, 0), coalesce(l.discount, 0), coalesce(l.fee, 0), coalesce(l.fee_vat, 0), coalesce(l.carry_in, 0),
              coalesce(l.net, 0)) as why
from settlements s
left join line l on l.settlement_id = s.id
where $1::timestamptz is not null
  and (s.gross_amount, s.seller_discount_amount, s.fee_amount, s.fee_vat_amount, s.net_amount, s.carry_in_amount)
      is distinct from (coalesce(l.gross, 0), coalesce(l.discount, 0), coalesce(l.fee, 0), coalesce(l.fee_vat, 0),
                        coalesce(l.net, 0), coalesce(l.carry_in, 0))
union all
select l.id::text, format('line of seller %s on a statement of seller %s', l.seller_id, s.seller_id)
from settlement_lines l
join settlements s on s.id = l.settlement_id
where s.seller_id <> l.seller_id;
