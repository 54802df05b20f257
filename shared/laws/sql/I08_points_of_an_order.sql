-- Per order and balance, what was used is the order's points_used (rewards_used) and what came back is what its finished claims gave back, or everything if it was never paid; per customer, the clawback ordered by claims = what was taken back + points_debt.
with moved as (
    select purchase_order_id, balance,
           coalesce(-sum(amount) filter (where kind = 'use'), 0) used,
           coalesce(sum(amount) filter (where kind = 'restore' or kind = 'grant' and regrant_of_lot_id is not null), 0) back
    from point_transactions
    where purchase_order_id is not null
    group by 1, 2
),
given_back as (
    select purchase_order_id, sum(refund_points) points, sum(refund_rewards) rewards from claims where state = 'done' group by 1
),
expected as (
    select po.id, b.balance,
           case b.balance when 'points' then po.points_used else po.rewards_used end used,
           case when po.state = 'canceled_by_nopayment'
                then case b.balance when 'points' then po.points_used else po.rewards_used end
                else coalesce(case b.balance when 'points' then g.points else g.rewards end, 0) end back
    from purchase_orders po
    cross join (values ('points'), ('rewards')) b (balance)
    left join given_back g on g.purchase_order_id = po.id
)
select e.id::text as id,
       format('%s: used %s (lots %s), given back %s (lots %s)', e.balance, e.used, coalesce(m.used, 0), e.back, coalesce(m.back, 0)) as why
from expected e
left join moved m on m.purchase_order_id = e.id and m.balance = e.balance
where $1::timestamptz is not null
  and (e.used <> coalesce(m.used, 0) or e.back <> coalesce(m.back, 0))
union all
select u.id::text, format('clawback ordered %s, taken %s, debt %s', coalesce(c.ordered, 0), coalesce(t.taken, 0), u.points_debt)
from users u
left join (select po.user_id, sum(c.clawback_points) ordered
           from claims c join purchase_orders po on po.id = c.purchase_order_id
           where c.state = 'done' group by 1) c on c.user_id = u.id
left join (select user_id, -sum(amount) taken from point_transactions where kind = 'clawback' group by 1) t on t.user_id = u.id
where coalesce(c.ordered, 0) <> coalesce(t.taken, 0) + u.points_debt;
