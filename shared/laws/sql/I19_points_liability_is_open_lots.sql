-- Per customer and balance, the ledger's liability = what remains of the lots + what unpaid orders hold (used, not yet captured).
with liability as (
    select user_id, case account when 'points_liability' then 'points' else 'rewards' end balance, -sum(amount) amount
    from ledger_entries
    where account in ('points_liability', 'rewards_liability')
    group by 1, 2
),
lots as (
    select user_id, balance, sum(remaining) amount from point_lots group by 1, 2
),
held as (
    select po.user_id, b.balance, sum(case b.balance when 'points' then po.points_used else po.rewards_used end) amount
    from purchase_orders po
    cross join (values ('points'), ('rewards')) b (balance)
    where po.state = 'payment_waiting'
    group by 1, 2
)
select coalesce(l.user_id, p.user_id)::text as id,
       format('%s: liability %s, lots %s, held by unpaid orders %s', coalesce(l.balance, p.balance), coalesce(l.amount, 0),
              coalesce(p.amount, 0), coalesce(h.amount, 0)) as why
from liability l
full join lots p on p.user_id = l.user_id and p.balance = l.balance
left join held h on h.user_id = coalesce(l.user_id, p.user_id) and h.balance = coalesce(l.balance, p.balance)
where $1::timestamptz is not null
  and coalesce(l.amount, 0) <> coalesce(p.amount, 0) + coalesce(h.amount, 0);
