-- A settlement with a minus pays nothing, and the seller's next settlement holds exactly one carry_forward line with that amount; nothing else is carried.
with following as (
    select s.id, (select n.id from settlements n
                  where n.seller_id = s.seller_id and n.period_start > s.period_end
                  order by n.period_start limit 1) next_id
    from settlements s
    where s.net_amount < 0
)
select s.id::text as id,
       format('minus %s, carried %s into %s, next statement %s', s.carry_out_amount, coalesce(c.payout::text, 'nothing'),
              coalesce(c.settlement_id::text, 'none'), coalesce(f.next_id::text, 'none')) as why
from settlements s
join following f on f.id = s.id
left join settlement_lines c on c.carried_from_settlement_id = s.id and c.line_type = 'carry_forward'
where $1::timestamptz is not null
  and (exists (select 1 from payouts p where p.settlement_id = s.id)
    or c.payout <> s.carry_out_amount
    or c.seller_id <> s.seller_id
    or f.next_id is not null and c.settlement_id is distinct from f.next_id)
union all
select c.id::text, 'carries forward what was not a minus'
from settlement_lines c
left join settlements s on s.id = c.carried_from_settlement_id
where c.line_type = 'carry_forward' and (s.id is null or s.net_amount >= 0);
