-- What remains of a lot is the sum of its transactions, its grant is its amount, owner and balance agree, and an expired lot is empty a day later.
with moved as (
    select point_lot_id, sum(amount) remaining, sum(amount) filter (where kind = 'grant') granted,
           min(user_id::text) user_lo, max(user_id::text) user_hi, min(balance) balance_lo, max(balance) balance_hi
    from point_transactions
    group by 1
)
select l.id::text as id,
       format('%s lot: amount %s, granted %s; remaining %s, transactions %s; expires %s', l.balance, l.amount, coalesce(m.granted, 0),
              l.remaining, coalesce(m.remaining, 0), l.expires_at) as why
from point_lots l
left join moved m on m.point_lot_id = l.id
where l.remaining <> coalesce(m.remaining, 0)
   or l.amount is distinct from m.granted
   or m.user_lo <> l.user_id::text or m.user_hi <> l.user_id::text
   or m.balance_lo <> l.balance or m.balance_hi <> l.balance
   or l.expires_at < $1::timestamptz - interval '1 day' and l.remaining > 0;
