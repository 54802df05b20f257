-- The seller_payable balance of a seller = payout of all its settlement lines except carry-forwards - its completed payouts.
with ledger as (
    select seller_id, -sum(amount) amount from ledger_entries where account = 'seller_payable' group by 1
),
line as (
    select seller_id, sum(payout) amount from settlement_lines where line_type <> 'carry_forward' group by 1
),
paid as (
    select seller_id, sum(amount) amount from payouts where state = 'completed' group by 1
)
select s.id::text as id, format('payable %s, lines %s, paid out %s', coalesce(d.amount, 0), coalesce(l.amount, 0), coalesce(p.amount, 0)) as why
from sellers s
left join ledger d on d.seller_id = s.id
left join line l on l.seller_id = s.id
left join paid p on p.seller_id = s.id
where $1::timestamptz is not null
  and coalesce(d.amount, 0) <> coalesce(l.amount, 0) - coalesce(p.amount, 0);
